"""Whatever is asked of whatever route, the answer is one that dockerd could have given, and the swarm goes on."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coopnb.practice.route_table import ABSENT, ROUTES, Absent, Route
from coopnb.practice.routes import answer, read_request
from tests.practice.driver import Driver, spec

ROWS: tuple[Route | Absent, ...] = (*ROUTES, *ABSENT)
CALLS = sorted({(row.method, row.path) for row in ROWS})
CONTAINER, EXEC = "{container}", "{exec}"
WORDS = (
    *("web", "node1", "proxy", "bridge", "one", "data", "nginx", "nginx:1.27", "self", "", "create", "json", "prune"),
    *(CONTAINER, EXEC, "..", "%00", "a" * 300, "sha256:", "\u2603", "\ud800"),
)
NAMES = st.sampled_from(WORDS) | st.text(max_size=12)
PARAMETERS = (
    *("version", "force", "all", "limit", "filters", "since", "until", "tail", "stdout", "stderr", "follow", "t"),
    *("signal", "scope", "verbose", "status", "insertDefaults", "rollback", "registryAuthFrom", "fromImage", "tag"),
    *("repo", "type", "h", "w", "condition", "details", "timestamps", "size", "v", "rotateWorkerToken"),
)
ODD = ("", "0", "1", "true", "-1", "9" * 30, "1.5", "x", "2026-01-01T00:00:00Z", "{", "[]")
VALUES = st.sampled_from(ODD) | st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "Name",
    "Labels",
    "Driver",
    "Data",
    "Role",
    "Cmd",
    "Spec",
    "TaskTemplate",
    "Mode",
    "IPAM",
    "Detach",
    "Tty",
    "x",
)
BODIES = st.one_of(
    st.just(b""),
    st.binary(max_size=20),
    st.sampled_from((b"{", b"null", b"[]", b'{"Name":"web"}', b'{"Cmd":["ls"]}', b"1e999", b'"' + b"\xff" * 9 + b'"')),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4).map(lambda value: json.dumps(value).encode()),
)
HEADERS = st.dictionaries(
    st.sampled_from(("Content-Type", "X-Registry-Auth", "Upgrade", "Host", "X-Odd")),
    st.sampled_from(("application/json", "text/plain", "", "application/json; charset=utf-8", "e30=", "\x00", "ä")),
    max_size=3,
)
INTERNAL = "its log says more"
OWN_500 = (
    *("rpc error: code = Unknown", "strconv.", "could not parse since timestamp", "tail value must be"),
    *("negative tail", "Bad parameters", "unrecognized rollback option", "unsupported registryAuthFrom"),
    *("service does not have a previous spec", "Invalid ", "invalid filter: 'type'", "error while looking up"),
    *("filter for ", "network "),
)
"""How the texts of dockerd's own 500s begin."""


@settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    call=st.sampled_from(CALLS),
    name=NAMES,
    version=st.sampled_from(("", "/v1.41", "/v1.51", "/v1.24", "/v1.99", "/v1.x", "/v99")),
    query=st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=4),
    body=BODIES,
    headers=HEADERS,
    engine=st.sampled_from(("", "", "node2", "nowhere")),
)
def test_any_request_is_answered(
    call: tuple[str, str],
    name: str,
    version: str,
    query: dict[str, str],
    body: bytes,
    headers: dict[str, str],
    engine: str,
) -> None:
    """No request may be an internal error, nor a 5xx that dockerd does not give, nor end the swarm."""
    driver = _swarm()
    container = driver.get("/containers/json")[0]["Id"]
    wanted = {"Cmd": ["sh"], "AttachStdin": True, "AttachStdout": True}
    command = driver.call("POST", f"/containers/{container}/exec", wanted).body["Id"]
    name = {CONTAINER: container, EXEC: command}.get(name, name)
    method, path = call
    target = version + path.replace("{id}", _percent(name)).replace("{name*}", _percent(name)).replace(
        "{name}", _percent(name)
    )
    target += "?" + "&".join(f"{key}={_percent(value)}" for key, value in query.items())
    response = answer(driver.swarm, read_request(method, target, body, headers, engine))
    said = response.body.decode("utf-8", "replace")
    assert INTERNAL not in said
    if response.status == 500:
        assert json.loads(said)["message"].startswith(OWN_500), said
    assert response.status < 500 or response.status in (500, 501, 503), said
    if response.follow is not None:
        response.follow(lambda _data: None, lambda: None)()
    if response.hijack is not None:
        ear = response.hijack(lambda _data: None, lambda: None)
        ear.data(body)
        ear.eof()
        ear.gone()
    driver.advance(5)
    assert driver.call("GET", "/_ping").body == b"OK"


def _swarm() -> Driver:
    """A swarm in which there is one of everything."""
    driver = Driver()
    payload: dict[str, Any] = {"Name": "one", "Data": "eA=="}
    mount = {"Type": "volume", "Source": "data", "Target": "/data"}
    driver.call("POST", "/secrets/create", payload)
    driver.call("POST", "/configs/create", payload)
    assert (
        driver.call("POST", "/services/create", spec("web", "nginx:1.27", container={"Mounts": [mount]})).status == 201
    )
    driver.advance(3)
    return driver


def _percent(text: str) -> str:
    return quote(text, safe="", errors="replace")
