"""TCP: only on loopback, only when asked, and never for a browser."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable

import pytest

from coopnb.practice.loopback import loopback
from coopnb.practice.process import PracticeError, PracticeProcess
from coopnb.practice.remote import Remote

Start = Callable[..., PracticeProcess]


@pytest.fixture
def port(start: Start) -> int:
    """The port of a practice process that also listens on TCP."""
    address = Remote(start(tcp="127.0.0.1:0").control).status().places.tcp
    assert address.startswith("tcp://127.0.0.1:")
    return int(address.rpartition(":")[2])


def fetch(port: int, **headers: str) -> tuple[int, dict[str, str]]:
    """The swarm's nodes with headers of one's own: status and answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/info", headers={name.replace("_", "-"): text for name, text in headers.items()})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize("host", ["127.0.0.1:2375", "localhost", "LOCALHOST:1", "[::1]:2375", "127.9.9.9"])
def test_tools_are_answered(port: int, host: str) -> None:
    """A request for a loopback name must be answered, as on the unix socket."""
    status, info = fetch(port, Host=host)

    assert status == 200
    assert info["ServerVersion"].endswith("-practice")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.org"},
        {"Host": "127.0.0.1.evil.example.org:2375"},
        {"Host": "localhost.evil.example.org"},
        {"Host": "10.0.0.1"},
        {"Host": ""},
        {"Host": "[::1"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Mode": "no-cors"},
    ],
)
def test_browsers_and_rebound_names_are_refused(port: int, headers: dict[str, str]) -> None:
    """What a web page can send, or send through a name of its own, must get 403 and nothing of the swarm."""
    status, said = fetch(port, **headers)

    assert status == 403
    assert list(said) == ["message"]


def test_the_unix_socket_does_not_ask_for_names(start: Start) -> None:
    """On the unix socket, which no browser reaches, any Host must do: clients send what they like."""
    from tests.practice.wire import send_raw

    said = send_raw(start().socket, b"GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")


def test_without_being_asked_nothing_listens(start: Start) -> None:
    """A swarm that was not asked for TCP must have none."""
    assert Remote(start().control).status().places.tcp == ""


def test_a_port_that_is_taken_is_told(start: Start, port: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A port on which another listens must make the start fail with its address, and leave nothing."""
    from coopnb.practice import process

    other = tmp_path_factory.mktemp("other")
    with pytest.raises(PracticeError, match=f"127.0.0.1:{port}: cannot listen"):
        process.start(other, tcp=f"127.0.0.1:{port}")
    assert not list(other.glob("*.sock"))
    assert process.running(other) is None


@pytest.mark.parametrize(
    ("given", "is_"),
    [
        ("127.0.0.1:2375", ("127.0.0.1", 2375)),
        ("tcp://127.0.0.1:0", ("127.0.0.1", 0)),
        ("localhost:1", ("127.0.0.1", 1)),
        ("[::1]:80", ("::1", 80)),
        ("127.3.2.1:65535", ("127.3.2.1", 65535)),
    ],
)
def test_loopback_addresses_are_read(given: str, is_: tuple[str, int]) -> None:
    """Loopback addresses must be read in every form that people write."""
    assert loopback(given) == is_


@pytest.mark.parametrize(
    "given",
    [
        "0.0.0.0:1",
        ":2375",
        "*:1",
        "10.0.0.1:1",
        "example.org:1",
        "127.0.0.1",
        "127.0.0.1:65536",
        "127.0.0.1:x",
        "[::]:1",
    ],
)
def test_other_addresses_are_refused(given: str) -> None:
    """Whatever others could reach, and what is no address, must be refused."""
    with pytest.raises(ValueError, match=r"is no address|is not a loopback address"):
        loopback(given)
