"""Commands inside containers: what the world says they answer, and the little that every image knows."""

from __future__ import annotations

import pytest

from coopnb.practice.world import Answer, ImageSeed, answer_exec, read_world

WORLD = """
images:
  - match: "shop:*"
    commands: [/usr/bin/shop, sh, curl, wget, env]
    serves: [{port: 80, body: "hello\\n"}, {port: 80, path: /admin, status: 503, body: broken}, {port: 8080}]
    exec:
      shop: "shop 1.0\\n"
      shop --fail: {output: "no\\n", exit: 3}
      env: {error: "denied\\n", exit: 1}
"""


@pytest.fixture
def shop() -> ImageSeed:
    """An image that knows some commands."""
    return read_world(WORLD).image("shop:1")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (["shop"], Answer("shop 1.0\n")),
        (["shop", "status"], Answer("shop 1.0\n")),
        (["shop", "--fail", "now"], Answer("no\n", "", 3)),
        (["sh", "-c", "shop --fail"], Answer("no\n", "", 3)),
        (["env"], Answer("", "denied\n", 1)),
        (["shopping"], Answer("", "sh: shopping: not found\n", 127)),
    ],
    ids=str,
)
def test_the_longest_beginning_answers(shop: ImageSeed, command: list[str], answer: Answer) -> None:
    """A command must be answered by the longest beginning of it that the world knows, in a shell or not."""
    assert answer_exec(shop, command) == answer


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (["curl", "-s", "http://localhost/"], Answer("hello\n")),
        (["curl", "localhost:80/any/where"], Answer("hello\n")),
        (["wget", "-qO-", "http://127.0.0.1"], Answer("hello\n")),
        (["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1/"], Answer()),
        (["curl", "http://localhost/admin/x"], Answer("broken")),
        (
            ["curl", "-f", "http://localhost/admin"],
            Answer("", "curl: (22) The requested URL returned error: 503\n", 22),
        ),
        (["wget", "http://localhost/admin"], Answer("", "wget: server returned error: HTTP/1.1 503\n", 1)),
        (["curl", "http://example.org/"], Answer("", "curl: (6) Could not resolve host: example.org\n", 6)),
    ],
    ids=str,
)
def test_what_an_image_serves_can_be_fetched_inside_it(shop: ImageSeed, command: list[str], answer: Answer) -> None:
    """curl and wget must get the page of the longest path that fits, and fail as they do in life."""
    assert answer_exec(shop, command) == answer


def test_a_closed_port_and_a_sick_container_refuse(shop: ImageSeed) -> None:
    """A port that nothing serves, and any port of a container that is not healthy, must refuse the connection."""
    refused = "curl: (7) Failed to connect to localhost port 81 after 0 ms: Could not connect to server\n"
    assert answer_exec(shop, ["curl", "http://localhost:81/"]) == Answer("", refused, 7)
    assert answer_exec(shop, ["wget", "http://localhost/"], serving=False).exit == 1


def test_an_image_of_which_nothing_is_said_is_honest() -> None:
    """Any image must know true, false and echo; of everything else it must be said that nothing runs."""
    plain = ImageSeed()
    assert [answer_exec(plain, [word]).exit for word in ("true", "/bin/false")] == [0, 1]
    assert answer_exec(plain, ["sh", "-c", "echo a b"]) == Answer("a b\n")
    said = answer_exec(plain, ["psql", "-l"])
    assert said.exit == 126 and "nothing runs here" in said.error
    assert answer_exec(plain, ["sh", "-c", "echo 'open"]).exit == 0
    assert answer_exec(plain, ["sh", "-c", "echo a; rm b"]).exit == 126
