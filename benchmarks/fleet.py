"""Ten servers at once, one of them dead, as ``fleet-health`` looks at them: all that is on them, told in one table.

All of them stand on the machine that asks, so their sshd, their ``dial-stdio`` and we share its cores; what of the
processor each side takes is told. A second look is at servers that take a second each to answer, as far ones do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measure import Comparison, Figure, Timings
from coopnb.model.server import ServerRow
from coopnb.server.fleet import look_at_all
from coopnb.workspace import Workspace
from tests.testbed.engine import RealEngine
from tests.testbed.processes import children
from tests.testbed.ssh import SshServer, silent_port, sshd
from tests.testbed.ssh_client import Home, introduce

SERVERS = 10
PATIENCE = 5.0
SLOW = 1.0
_TICK = os.sysconf("SC_CLK_TCK")


def compare_fleet(engine: RealEngine, home: Home, folder: Path, runs: int) -> Iterator[Comparison | Figure]:
    """When the nine that live are told with all they have, against the slowest of them asked alone."""
    with ExitStack() as stack:
        servers = {}
        for number in range(1, SERVERS):
            server = stack.enter_context(sshd(folder / f"sshd{number}", engine.url))
            introduce(home, server, f"fleet{number}")
            servers[f"ssh://fleet{number}"] = server
        home.add("mute", stack.enter_context(silent_port()))
        workspace = Workspace(folder / "fleet")
        yield from _compared(workspace, servers, runs, "")
        for server in servers.values():
            _slow_down(server)
        yield from _compared(workspace, servers, max(2, runs // 3), f", each answering after {SLOW:g} s")


def _compared(
    workspace: Workspace, servers: dict[str, SshServer], runs: int, kind: str
) -> Iterator[Comparison | Figure]:
    names, cores = list(servers), os.cpu_count() or 1
    alone = [max(_told(workspace, [name])[0] for name in names) for _ in range(runs)]
    before = time.process_time(), _taken(servers.values())
    both = [_told(workspace, ["ssh://mute", *names]) for _ in range(runs)]
    ours = (time.process_time() - before[0]) / runs
    theirs = (_taken(servers.values()) - before[1]) / runs
    together, whole = (Timings(tuple(run[at] for run in both)) for at in (0, 1))
    what = f"fleet-health of {SERVERS} servers, one dead{kind}: until the others are told"
    yield Comparison(what, "look_at_all, a thread each", "the slowest of them, alone", together, Timings(tuple(alone)))
    least = (ours + theirs) / cores
    cpu = f"processor: {ours * 1000:.0f} ms here, {theirs * 1000:.0f} ms in the {len(names)} servers beside it"
    note = f"{cpu}; on {cores} cores that is {least * 1000:.0f} ms at the least"
    yield Figure("until the dead one is given up", f"bounded by {PATIENCE:g} s", whole, note=note)


def _told(workspace: Workspace, names: list[str]) -> tuple[float, float]:
    """Seconds until every server that lives is told, and until the look ends."""
    began = time.perf_counter()
    heard: list[float] = []

    def seen(rows: tuple[ServerRow | None, ...]) -> None:
        if all(row is not None for name, row in zip(names, rows, strict=True) if "mute" not in name):
            heard.append(time.perf_counter() - began)

    found = look_at_all(workspace, names, timeout=PATIENCE, seen=seen)
    if [server.swarm is not None for server in found] != ["mute" not in name for name in names]:
        raise RuntimeError(f"a server of the fleet does not answer: {[server.row.error for server in found]}")
    return heard[0], time.perf_counter() - began


def _slow_down(server: SshServer) -> None:
    """Let whatever is run there begin later."""
    path = server.directory / "authorized_keys"
    path.write_text(f'command="sleep {SLOW:g}; exec docker system dial-stdio" {path.read_text(encoding="utf-8")}')


def _taken(servers: Iterable[SshServer]) -> float:
    """Seconds of the processor that servers have taken by now, with all that they have started and seen end."""
    total = 0
    for server in servers:
        for process in children(server.outer.pid) if server.outer else ():
            fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15])
    return total / _TICK
