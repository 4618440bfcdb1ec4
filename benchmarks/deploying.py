"""A first deploy and an unchanged one on a real engine, against ``docker stack deploy --detach`` on the same socket.

Both sides have the same ten services, configs, secrets, volumes and network. What is not the same burdens
coopnb: it makes the values of the secrets and remembers their fingerprints (the CLI reads files), keeps a ledger
on the disk and a state for undo, and reads the recipe out of git. Waiting for tasks is in neither time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Comparison, Timings, in_turns, process, timed
from benchmarks.tens import SERVICES, write_app, write_for_peer
from coopnb import connect, load_app
from coopnb.engine import Engine
from coopnb.engine import connect as knock
from coopnb.model.plan import Approval, Plan
from coopnb.record.ledger import utc_now
from coopnb.server import Server
from tests.testbed.cli import docker_cli
from tests.testbed.engine import RealEngine

OURS = "ours.example.org"
OURS_STACK, PEER_STACK = "ours_example_org", "peer_example_org"
OPTIONS = ("--detach", "--resolve-image", "always")
PEER_IS = f"docker stack deploy {' '.join(OPTIONS)}"


def compare_deploys(engine: RealEngine, folder: Path, replicas: int, runs: int) -> list[Comparison]:
    """Deploy both stacks ``runs`` times from nothing, then again unchanged.

    Raises:
        RuntimeError: a side did not do what is timed: services missing, or written although unchanged.
    """
    bench = _Bench(engine, folder, replicas)
    how = f"{replicas} replica{'s' * (replicas != 1)} each"
    lines = []
    with bench.connected():
        first, again = bench.measure(runs)
        lines.append(Comparison(f"first deploy, 10 services, {how}", "load, plan, apply", PEER_IS, *first, aim=0.7))
        lines.append(Comparison(f"unchanged redeploy, 10 services, {how}", "load, plan", PEER_IS, *again, aim=0.15))
    return lines


class _Bench:
    """Both sides, ready to be timed."""

    def __init__(self, engine: RealEngine, folder: Path, replicas: int) -> None:
        self._engine = engine
        self._folder = folder
        self._replicas = replicas
        self._round = 0
        write_for_peer(folder / "peer", replicas)

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Connect, and bring everything that is used into memory: the times are those of a warm process."""
        self._door: Engine = knock(self._engine.url)
        self.new_workspace()
        try:
            self.ours_first()
            self.ours_again()
            self.clear()
            yield
        finally:
            self._server.close()
            self._door.close()

    def new_workspace(self) -> None:
        """Give coopnb a workspace as it is before a first deploy, and a connection that knows no secret yet."""
        if self._round:
            self._server.close()
        self._round += 1
        self._workspace = self._folder / f"workspace{self._round}"
        write_app(self._workspace, OURS, self._replicas)
        self._server: Server = connect(self._engine.url, workspace=self._workspace)

    def measure(self, runs: int) -> tuple[tuple[Timings, Timings], tuple[Timings, Timings]]:
        """The times of ours and the peer's, of first and of unchanged deploys; cleared away before every round."""
        first: dict[str, list[float]] = {"ours": [], "peer": []}
        for number in range(runs):
            self.clear()
            sides = [("ours", self.ours_first, OURS_STACK), ("peer", self.peer_deploy, PEER_STACK)]
            for name, work, stack in sides if number % 2 else reversed(sides):
                first[name].append(timed(work))
                self.settled(stack)
        again = self.unwritten(lambda: in_turns(self.ours_again, self.peer_deploy, runs * 2))
        return (Timings(tuple(first["ours"])), Timings(tuple(first["peer"]))), again

    def ours_first(self) -> None:
        """Load, plan, apply: every write is made, and was in the ledger before."""
        plan = self.plan()
        approval = Approval(plan.digest, "benchmark", "measured", utc_now())
        self._server.apply(plan, approval)

    def ours_again(self) -> None:
        """Load and plan; there must be nothing to do."""
        plan = self.plan()
        if not plan.nothing_to_do:
            raise RuntimeError(f"the plan has {len(plan.operations)} operations, though nothing changed")

    def plan(self) -> Plan:
        """Read the app's files and the swarm."""
        return self._server.plan(load_app(OURS, workspace=self._workspace))

    def peer_deploy(self) -> None:
        """Deploy the peer's stack."""
        command = [str(docker_cli()), "stack", "deploy", *OPTIONS]
        process([*command, "-c", str(self._folder / "peer" / "compose.yml"), PEER_STACK], self._environment())

    def settled(self, stack: str) -> None:
        """Wait until every service has its tasks, so that none of them starts during the next measurement."""
        deadline = time.monotonic() + 120
        while True:
            listed = self._door.services(stack).body
            status = [service["ServiceStatus"] for service in listed]
            if len(listed) == len(SERVICES) and all(s["RunningTasks"] == self._replicas for s in status):
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"{stack} does not settle: {status}")
            time.sleep(0.2)

    def unwritten(self, work: Callable[[], tuple[Timings, Timings]]) -> tuple[Timings, Timings]:
        """Do the work and prove that it wrote none of our services: their version indexes stay."""
        before = self._indexes()
        result = work()
        if self._indexes() != before or len(before) != len(SERVICES):
            raise RuntimeError("an unchanged redeploy wrote a service")
        return result

    def clear(self) -> None:
        """Take both stacks away, with all that was kept of them, and wait until their containers are gone."""
        for stack in (OURS_STACK, PEER_STACK):
            self._engine.docker("stack", "rm", "--detach=false", stack)
            self._remove("config", self._door.configs([f"{stack}_", f"coopnb_{stack}_"]).body)
            self._remove("secret", self._door.secrets([f"{stack}_"]).body)
        deadline = time.monotonic() + 120
        while self._engine.docker("ps", "-aq", "--filter", "name=_example_org_").stdout.strip():
            if time.monotonic() > deadline:
                raise RuntimeError("the containers of the last round do not go")
            time.sleep(0.2)
        volumes = self._engine.docker("volume", "ls", "-q").stdout.split()
        if volumes:
            self._engine.docker("volume", "rm", *volumes)
        self.new_workspace()

    def _remove(self, kind: str, listed: list[Mapping[str, str]] | None) -> None:
        for item in listed or ():
            self._door.remove(kind, item["ID"])

    def _indexes(self) -> dict[str, int]:
        return {item["ID"]: item["Version"]["Index"] for item in self._door.services(OURS_STACK).body}

    def _environment(self) -> dict[str, str]:
        path = os.environ.get("PATH", "")
        return {"PATH": path, "HOME": str(self._engine.directory), "DOCKER_HOST": self._engine.url}
