"""No request may end the process: nonsense gets an answer (or a hang-up), and the next client is served."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coopnb.practice.process import PracticeProcess
from tests.practice.driver import Driver, spec
from tests.practice.wire import ask, read, send_raw

Start = Callable[..., PracticeProcess]
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"Name":"\xff\xfe"}',
    "a list": b"[]",
    "null": b"null",
    "a number": b"1e999",
    "not a number": b'{"Name": NaN}',
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"TaskTemplate":' * 50_000,
    "long digits": b'{"Mode":{"Replicated":{"Replicas":' + b"9" * 10_000 + b"}}}",
    "a wrong type": b'{"Name":["web"]}',
    "a wrong type inside": b'{"Name":"web","TaskTemplate":{"ContainerSpec":{"Env":"A=1"}}}',
    "a negative number": b'{"Name":"web","Mode":{"Replicated":{"Replicas":-1}}}',
    "a fraction": b'{"Name":"web","Mode":{"Replicated":{"Replicas":1.5}}}',
    "too many replicas": json.dumps(spec("web", replicas=10**9)).encode(),
    "too large a body": b'{"Name":"' + b"x" * (6 * 2**20) + b'"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_bad_body_is_refused(start: Start, body: bytes) -> None:
    """A body that cannot be a service must get a 4xx with a message, and leave the process serving."""
    served = start()
    status, _, answer = ask(served.socket, "POST", "/services/create", body)
    assert 400 <= status < 500, answer
    assert json.loads(answer)["message"]
    for target in ("/secrets/create", "/networks/create", "/nodes/node1/update?version=1"):
        assert ask(served.socket, "POST", target, body)[0] < 500
    assert read(served.socket, "/services") == []


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\xff\x16\x03\x01 hello",
        b"GET / HTTP/1.1\r\n",
        b"GET /info HTTP/9.9\r\n\r\n",
        b"BREW /info HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /services/create HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n{}",
        b"POST /services/create HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /services/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /services/%ff%00%0a/logs?stdout=1&since=%f0%9f%98%80 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request_do_no_harm(start: Start, data: bytes) -> None:
    """Whatever bytes arrive, the next client must be served."""
    served = start()
    send_raw(served.socket, data)
    assert read(served.socket, "/info")["Name"] == "practice"


def test_a_stream_that_is_left_is_forgotten(start: Start) -> None:
    """Clients that leave event streams must not disturb those who come later."""
    served = start()
    for _ in range(5):
        send_raw(served.socket, b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
    body = json.dumps(spec("web")).encode()
    assert ask(served.socket, "POST", "/services/create", body)[0] == 201
    assert served.log.read_text(encoding="utf-8") == ""


def test_answers_carry_the_simulated_time(start: Start) -> None:
    """The Date header must be the swarm's time, for clients measure by it."""
    served = start()
    _, headers, _ = ask(served.socket, "GET", "/_ping")
    assert headers["Date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert headers["Api-Version"] == "1.51"
    assert headers["Swarm"] == "active/manager"
    status, headers, body = ask(served.socket, "HEAD", "/_ping")
    assert (status, headers["Api-Version"], body) == (200, "1.51", b"")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = (
    *("Name", "Labels", "Mode", "UpdateConfig", "RollbackConfig", "EndpointSpec", "Networks"),
    *(
        "TaskTemplate.ContainerSpec." + key
        for key in ("Image", "Env", "Mounts", "Secrets", "Healthcheck", "Privileges")
    ),
    *("TaskTemplate." + key for key in ("Resources", "RestartPolicy", "Placement", "Networks", "LogDriver")),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(key=st.sampled_from(KEYS), value=JSON)
def test_any_value_anywhere_is_answered(key: str, value: Any) -> None:
    """Any JSON in any place of a spec must be accepted or refused, never be an internal error."""
    driver = Driver()
    wanted = spec("web", container={}, template={})
    place: Any = wanted
    *parents, last = key.split(".")
    for parent in parents:
        place = place[parent]
    place[last] = value
    said = driver.call("POST", "/services/create", wanted)
    assert said.status in (201, 400, 500, 501)
    assert "its log says more" not in str(said.body)
    driver.advance(10)
    assert driver.call("GET", "/tasks").status == 200


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    path=st.sampled_from(("/services", "/tasks", "/nodes", "/networks", "/secrets", "/events", "/containers/json")),
    value=JSON,
)
def test_any_filter_is_answered(path: str, value: Any) -> None:
    """Any JSON as filters must be accepted or refused, never be an internal error."""
    driver = Driver()
    driver.create("web")
    said = driver.ask("GET", f"{path}?filters=" + "".join(f"%{byte:02x}" for byte in json.dumps(value).encode()))
    assert said.status in (200, 400), said
