"""One server looked at closely: what it is, what may be done there, and how far away it is."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import closing

from coopnb import engine, observe
from coopnb.errors import CoopError
from coopnb.model.server import ServerChecked
from coopnb.server.roster import door_of
from coopnb.workspace import Workspace

CALLS = 5


def check_server(name: str, workspace: Workspace) -> ServerChecked:
    """Connect, and ask for what a deployment will need; writes nothing.

    Raises:
        InputError: the name leads nowhere, or to a practice swarm that is not running.
        TransportError: the server cannot be reached; the error says why.
    """
    began = time.monotonic()
    with closing(engine.connect(door_of(name, workspace))) as door:
        connected = time.monotonic() - began
        row = observe.stand(door, name)
        refused = _refused(door) if row.swarm == "manager" else ()
        times = []
        for _ in range(CALLS):
            began = time.monotonic()
            door.version()
            times.append(time.monotonic() - began)
        return ServerChecked(row, door.api_version, connected, statistics.median(times), refused)


def _refused(door: engine.Engine) -> tuple[str, ...]:
    """What the engine, or a proxy before it, does not let be read."""
    found = []
    reads: tuple[tuple[str, Callable[[], object]], ...] = (
        ("services", lambda: door.services("coopnb-check")),
        ("tasks", lambda: door.tasks("coopnb-check")),
        ("nodes", door.nodes),
        ("networks", door.networks),
        ("secrets", lambda: door.secrets(["coopnb-check_"])),
        ("configs", lambda: door.configs(["coopnb-check_"])),
    )
    for what, ask in reads:
        try:
            ask()
        except CoopError as error:
            found.append(f"{what}: {error.headline}")
    return tuple(found)
