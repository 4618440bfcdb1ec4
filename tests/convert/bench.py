"""A case of the corpus on a real swarm, once by the docker CLI and once by coopnb, and what is there then.

The two stacks are there one after the other, for they would publish the same ports. The swarm's one node is drained, so
nothing has to run and no image has to exist.
"""

from __future__ import annotations

import base64
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from coopnb.convert import convert
from coopnb.deploy import apply
from coopnb.deploy.writing import Act
from coopnb.engine import Engine, connect
from coopnb.errors import CoopError
from coopnb.model.app import App
from coopnb.model.plan import CreateSecret, Operation, Plan, UpdateService
from coopnb.model.recipe import RecipeVersion
from coopnb.model.server import ServerIdentity
from coopnb.model.stack import Stack
from coopnb.observe import identify, snapshot
from coopnb.plan import compare
from coopnb.recipe import load
from tests.contract.api import Api
from tests.convert.told import Objects, id_of, name_of, objects
from tests.recipe.corpus import Case
from tests.testbed.cli import docker_cli
from tests.testbed.engine import RealEngine

ITS, MINE = "stack-of-docker", "stack-of-coopnb"
OWN_NETWORKS = {"bridge", "docker_gwbridge", "host", "ingress", "none"}
SECONDS = 60


class Refused(Exception):
    """It was not deployed; the text says why."""


@dataclass(frozen=True, slots=True)
class There:
    """What a deploy has made.

    Attributes:
        planned: what coopnb would change of it for the same files, which should be nothing.
    """

    objects: Objects
    planned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """A swarm of one drained node, and the ways to it."""

    engine: RealEngine
    door: Engine
    api: Api
    identity: ServerIdentity

    def by_docker(self, case: Case, name: str = ITS) -> None:
        """``docker stack deploy``, with the case's settings as its whole environment.

        Raises:
            Refused: it ends with an error.
        """
        files = [word for file in case.files for word in ("-c", file)]
        command = [str(docker_cli()), "-H", self.engine.url, "stack", "deploy", "--resolve-image", "never"]
        done = subprocess.run(
            [*command, *files, name],
            cwd=case.folder,
            env={**case.settings, "PATH": "/usr/bin:/bin", "DOCKER_CONFIG": "/nonexistent"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise Refused(done.stderr.strip().splitlines()[-1])

    def by_coopnb(self, case: Case, name: str = MINE) -> None:
        """Load, convert, plan and apply, as for an app and without what the field adds.

        Raises:
            Refused: coopnb refuses it, or the engine.
        """
        try:
            apply(self.door, self.plan(stack_of(case, name)), _NoLedger(), _make_none)
        except CoopError as error:
            raise Refused(f"{type(error).__name__}: {error}") from error

    def plan(self, stack: Stack) -> Plan:
        """The plan as things stand; no registry is asked."""
        return compare(stack, snapshot(self.door, self.identity, stack.name, stack.object_names), {})

    def outcome(self, deploy: Callable[[Case, str], None], case: Case, name: str) -> There | Refused:
        """What is there after a deploy, which does not stay; or why it was refused."""
        with self.outside(case):
            try:
                deploy(case, name)
            except Refused as refused:
                return refused
            return There(objects(self.api, name), self.planned(case, name))

    def planned(self, case: Case, name: str) -> tuple[str, ...]:
        """What coopnb plans to change of a stack that is there, in words."""
        try:
            return tuple(_told(operation) for operation in self.plan(stack_of(case, name)).operations)
        except CoopError as error:
            return (str(error),)

    @contextmanager
    def outside(self, case: Case) -> Iterator[None]:
        """What a case calls external is there; at the end, that and all else is taken away."""
        try:
            for kind, called in _outside(case):
                self.api.post(f"/{kind}s/create", {"Name": called, **_BODIES[kind]})
            yield
        finally:
            self.sweep()

    def tasks(self) -> dict[str, str]:
        """The desired state of every service's tasks, and the state of its update, by id.

        swarm looks at one service after the other: when a new one has its task, those before it have been seen.
        """
        probe = self.api.post("/services/create", {"Name": "probe", "TaskTemplate": {"ContainerSpec": {"Image": "x"}}})
        self.until("a new service has a task", lambda: probe["ID"] in {task["ServiceID"] for task in self._tasks()})
        self.api.call("DELETE", f"/services/{probe['ID']}")
        services = {service["ID"]: service for service in self.api.get("/services")}
        return {
            **{task["ID"]: task["DesiredState"] for task in self._tasks() if task["ServiceID"] in services},
            **{one: (service.get("UpdateStatus") or {}).get("State", "") for one, service in services.items()},
        }

    def await_running(self) -> None:
        """Every service has as many tasks running as it wants."""

        def run() -> bool:
            listed = [item["ServiceStatus"] for item in self.api.get("/services", status=True)]
            return all(status["RunningTasks"] == status["DesiredTasks"] > 0 for status in listed)

        self.until("all services run", run)

    def availability(self, wanted: str) -> None:
        """Make the node ``active``, or ``drain`` it."""
        node = self.engine.docker("node", "ls", "--quiet").stdout.strip()
        self.engine.docker("node", "update", "--availability", wanted, node)

    def _tasks(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.api.get("/tasks")
        return listed

    def until(self, what: str, good: Callable[[], bool]) -> None:
        """Ask until it is so; AssertionError with what should be, if it takes too long."""
        deadline = time.monotonic() + SECONDS
        while not good():
            assert time.monotonic() < deadline, f"not so within {SECONDS} s: {what}"
            time.sleep(0.02)

    def sweep(self) -> None:
        """Take away every service, secret and config, and every network that the engine did not make for itself.

        Round after round: a network is in use until the last task of a removed service is gone, and a service whose
        client gave up may come after the others were listed. AssertionError with the engine's words if some stay.
        """
        deadline = time.monotonic() + SECONDS
        while left := self._swept():
            assert time.monotonic() < deadline, f"not removed within {SECONDS} s: {'; '.join(left)}"
            time.sleep(0.02)

    def _swept(self) -> list[str]:
        """Ask for the removal of everything; what was refused, and why."""
        refused = []
        for kind in ("services", "secrets", "configs", "networks"):
            for item in self.api.get(f"/{kind}"):
                if kind == "networks" and name_of(item) in OWN_NETWORKS:
                    continue
                answer = self.api.call("DELETE", f"/{kind}/{id_of(item)}")
                if answer.status not in (200, 204, 404):
                    refused.append(f"{kind} {name_of(item)}: {answer.message}")
        return refused


@contextmanager
def bench(engine: RealEngine) -> Iterator[Bench]:
    """Drain the node of a swarm of one, and give the ways to it."""
    api = Api(str(engine.socket), version="")
    door = connect(engine.url)
    try:
        made = Bench(engine, door, api, identify(door, "here"))
        made.availability("drain")
        made.sweep()
        yield made
    finally:
        door.close()


def stack_of(case: Case, name: str) -> Stack:
    """What coopnb makes of a case.

    Raises:
        CoopError: it refuses it.
    """
    recipe = load(RecipeVersion(case.name, "1", "c0ffee", True, case.folder), case.files, case.settings)
    app = App(name, "here", name, case.folder / ".env", {}, recipe, ())
    return convert(app, additions=False)


def _told(operation: Operation) -> str:
    changes = (
        [f"{change.field}: {change.before} -> {change.after}" for change in operation.changes]
        if isinstance(operation, UpdateService)
        else []
    )
    return "; ".join((f"{operation.verb} {operation.kind} {operation.name}", *changes))


_BODIES: Mapping[str, Mapping[str, Any]] = {
    "network": {"Driver": "overlay", "Attachable": True},
    "secret": {"Data": base64.b64encode(b"x").decode()},
    "config": {"Data": base64.b64encode(b"x").decode()},
}


def _outside(case: Case) -> list[tuple[str, str]]:
    """Kind and name of what a case calls external and uses; nothing of one that is refused."""
    try:
        stack = stack_of(case, MINE)
    except CoopError:
        return []
    listed = (("network", stack.networks), ("secret", stack.secrets), ("config", stack.configs))
    return [(kind, each.name) for kind, group in listed for each in group if each.external]


class _NoLedger:
    """Where nobody reads one."""

    def append_all(self, step: str, acts: Sequence[Act]) -> None:
        """Forget it."""


def _make_none(operations: Sequence[CreateSecret]) -> Mapping[str, str]:
    raise AssertionError(f"no secret is to be made: {operations}")
