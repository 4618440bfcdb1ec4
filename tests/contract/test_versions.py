"""What depends on the version: of the API that a client asks for, and of the engine that answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.contract import images, rich
from tests.contract.api import Api
from tests.contract.shapes import Shape, shape
from tests.contract.swarm import SECOND, Swarm, spec
from tests.contract.test_shapes import TARGETS, answer
from tests.tables import table
from tests.testbed.engine import RealEngine

Number = tuple[int, int]

CHANGES: dict[str, dict[str, dict[str, str | None]]] = table(
    Path(__file__).with_name("cases").joinpath("versions.yaml")
)
CONTAINER = "TaskTemplate.ContainerSpec."
OLDEST = 41

FIELDS = [
    ("Healthcheck.StartInterval", {"Healthcheck": {"Test": ["CMD", "echo"], "StartInterval": SECOND}}, 44, 44),
    ("Privileges.NoNewPrivileges", {"Privileges": {"NoNewPrivileges": True}}, 44, 44),
    ("Privileges.Seccomp", {"Privileges": {"Seccomp": {"Mode": "default"}}}, 44, 44),
    ("Privileges.AppArmor", {"Privileges": {"AppArmor": {"Mode": "default"}}}, 44, 44),
    ("OomScoreAdj", {"OomScoreAdj": 5}, 46, 46),
    (
        "Mounts.0.TmpfsOptions.Options",
        {"Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"Options": [["noexec"]]}}]},
        46,
        46,
    ),
    (
        "Mounts.0.VolumeOptions.Subpath",
        {"Mounts": [{"Type": "volume", "Source": "x", "Target": "/v", "VolumeOptions": {"Subpath": "a"}}]},
        41,
        45,
    ),
]
"""A field of the container spec; a spec that has it; the version of a path that keeps it; of an engine that knows it.

daemon/server/router/swarm/helpers.go of moby drops what a client of an older version cannot mean.
"""


KEPT_BY_26 = (45, "Healthcheck.StartInterval")
"""dockerd 26.1 drops it at create, and forgets to at update."""


@dataclass(frozen=True, slots=True)
class Versioned:
    """An engine and the newest version of the API that it speaks."""

    swarm: Swarm
    path: str
    newest: int

    def at(self, minor: int) -> Api:
        """The engine, asked in a version."""
        return Api(self.path, f"v1.{minor}")


ENGINES = [
    "practice",
    *(pytest.param(name, marks=pytest.mark.real) for name in ("real_engine", "engine_26", "engine_28")),
]

NEWER = [ENGINES[0], *ENGINES[2:]]
"""Those that speak more than one version of the suite's."""


@pytest.fixture(scope="module", params=ENGINES)
def engine_of(request: pytest.FixtureRequest) -> Versioned:
    """Each of the engines, with the suite's images."""
    if request.param == "practice":
        swarm: Swarm = request.getfixturevalue("practice_swarm")
        return Versioned(swarm, swarm.api.path, 51)
    engine: RealEngine = request.getfixturevalue(request.param)
    images.load(engine)
    newest = engine.version().api[1]
    return Versioned(Swarm(Api(str(engine.socket), f"v1.{newest}"), real=True), str(engine.socket), newest)


@pytest.fixture(scope="module")
def made(engine_of: Versioned) -> Iterator[rich.Rich]:
    """A service with one of everything."""
    yield rich.make(engine_of.swarm)
    rich.unmake(engine_of.swarm)


def test_a_ping_tells_the_version_and_the_membership(engine_of: Versioned) -> None:
    """Clients negotiate by the ping's headers; engines since API 1.42 say there whether they manage a swarm, too."""
    for method in ("GET", "HEAD"):
        said = engine_of.swarm.api.call(method, "/_ping")
        assert said.headers["api-version"] == f"1.{engine_of.newest}"
        assert (said.headers["ostype"], said.headers["docker-experimental"]) == ("linux", "false")
        newer = engine_of.newest >= 42
        assert said.headers.get("swarm") == ("active/manager" if newer else None)
        assert said.headers.get("builder-version") == ("2" if newer else None)
        assert said.data == (b"OK" if method == "GET" else b"")


def test_a_version_that_is_not_spoken_is_refused(engine_of: Versioned) -> None:
    """The next version after the newest must be refused with the newest, and the newest be in ``/version``."""
    text = f"client version 1.{engine_of.newest + 1} is too new. Maximum supported API version is 1.{engine_of.newest}"
    assert engine_of.at(engine_of.newest + 1).call("GET", "/info").refusal == (400, text)
    assert engine_of.at(OLDEST).get("/version")["ApiVersion"] == f"1.{engine_of.newest}"


@pytest.mark.parametrize(("field", "keys", "path_since", "engine_since"), FIELDS, ids=[row[0] for row in FIELDS])
def test_a_field_is_kept_by_who_knows_it(
    engine_of: Versioned, field: str, keys: dict[str, Any], path_since: int, engine_since: int
) -> None:
    """A field must be dropped under the path of an older version, at create and update, and kept under a newer one."""
    at = {CONTAINER + key: value for key, value in keys.items()}
    for minor in sorted({OLDEST, max(path_since - 1, OLDEST), path_since, engine_of.newest}):
        if minor > engine_of.newest:
            continue
        expected = minor >= path_since and engine_of.newest >= engine_since
        api, newest = engine_of.at(minor), engine_of.at(engine_of.newest)
        made = api.post("/services/create", spec("v-field", replicas=0, at=at))["ID"]
        try:
            found = newest.get(f"/services/{made}")
            assert bool(lookup(found["Spec"]["TaskTemplate"]["ContainerSpec"], field)) is expected, f"create, 1.{minor}"
            api.post(f"/services/{made}/update", spec("v-field", replicas=0, at=at), version=found["Version"]["Index"])
            found = newest.get(f"/services/{made}")
            kept = expected or (engine_of.newest, field) == KEPT_BY_26
            assert bool(lookup(found["Spec"]["TaskTemplate"]["ContainerSpec"], field)) is kept, f"update, 1.{minor}"
        finally:
            newest.delete(f"/services/{made}")


def lookup(value: Any, path: str) -> Any:
    """What lies at a dotted path; None if nothing does."""
    for key in path.split("."):
        value = value[int(key)] if isinstance(value, list) else (value or {}).get(key)
    return value


@pytest.mark.parametrize("engine_of", NEWER, indirect=True)
@pytest.mark.parametrize("name", CHANGES)
def test_an_answer_changes_with_the_version_asked_for(engine_of: Versioned, made: rich.Rich, name: str) -> None:
    """What the table names must be there under the paths of its versions, and not under those of others."""
    wrong = {}
    for minor in range(OLDEST, engine_of.newest + 1):
        found = shape(answer(Swarm(engine_of.at(minor), engine_of.swarm.real), made, name))
        for path, kinds in CHANGES[name].items():
            if found.get(path) != (expected := in_version(kinds, minor)):
                wrong[f"1.{minor} {path}"] = (found.get(path), expected)
    assert wrong == {}


def in_version(kinds: dict[str, str | None], minor: int) -> str | None:
    """The kind that a row of the table has for a version: that of the newest version before it."""
    since = max(version for version in kinds if int(version.partition(".")[2]) <= minor)
    return kinds[since]


@pytest.mark.parametrize("engine_of", NEWER, indirect=True)
@pytest.mark.parametrize("name", [name for name in TARGETS if name not in ("containers", "containers with size")])
def test_nothing_else_changes_with_the_version_asked_for(engine_of: Versioned, made: rich.Rich, name: str) -> None:
    """Under the oldest and the newest path an answer must have the same keys and types, but for those of the table."""
    listed = CHANGES.get(name, {})

    def rest(minor: int) -> Shape:
        found = shape(answer(Swarm(engine_of.at(minor), engine_of.swarm.real), made, name))
        return {
            path: kinds for path, kinds in found.items() if not any(path.startswith(one) for one in (*listed, *MACHINE))
        }

    assert rest(OLDEST) == rest(engine_of.newest)


MACHINE = ("Runtimes.", "[].RepoDigests", "ExecIDs")
"""Runtimes describe themselves in ``/info`` since 1.44; an empty list is null in old versions; probes are execs."""


def test_logs_have_a_type_of_their_own_since_1_42(engine_of: Versioned) -> None:
    """A stream with headers must be called multiplexed since 1.42, raw before; engines before that call it nothing."""
    expected: dict[int, str | None] = {OLDEST: None}
    if engine_of.newest >= 42:
        expected = {OLDEST: "application/vnd.docker.raw-stream", 42: "application/vnd.docker.multiplexed-stream"}
    engine_of.swarm.create("v-talker", "t/well:1")
    try:
        (task,) = engine_of.swarm.running("v-talker")
        container = task["Status"]["ContainerStatus"]["ContainerID"]
        for minor, kind in expected.items():
            for target in ("/services/v-talker/logs", f"/tasks/{task['ID']}/logs", f"/containers/{container}/logs"):
                said = engine_of.at(minor).call("GET", target, stdout=1)
                assert said.headers.get("content-type") == kind, f"1.{minor} {target}"
    finally:
        engine_of.swarm.remove("v-talker", gone=True)


def test_a_missing_image_is_told_in_the_same_words_by_all(engine_of: Versioned) -> None:
    """Whatever the registry said, the task of an image that is nowhere must be rejected with "No such image"."""
    never = {"TaskTemplate.RestartPolicy": {"Condition": "none"}}
    engine_of.swarm.create("v-none", "t/missing:1", at=never)
    try:
        (task,) = engine_of.swarm.until(
            lambda: engine_of.swarm.tasks("v-none"), lambda tasks: tasks and tasks[0]["Status"]["State"] == "rejected"
        )
        assert (task["Status"]["Message"], task["Status"]["Err"]) == ("preparing", "No such image: t/missing:1")
    finally:
        engine_of.swarm.remove("v-none", gone=True)
