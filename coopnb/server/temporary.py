"""A practice swarm for the length of a ``with`` block."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coopnb import engine, observe
from coopnb.redaction import Redactor
from coopnb.server.addresses import PRACTICE, as_workspace
from coopnb.server.facade import Server
from coopnb.server.practising import Practising, find_practice, plant_samples, start_practice, stop_practice
from coopnb.workspace import Workspace


@contextlib.contextmanager
def practice_swarm(
    *,
    world: str | Path | None = None,
    nodes: int | None = None,
    clock: str = "auto",
    speed: float = 0.0,
    seed: int | None = None,
    state: str | Path | None = None,
    workspace: Workspace | str | Path | None = None,
    redactor: Redactor | None = None,
) -> Iterator[Server]:
    """Lend a practice swarm of one's own, which is gone after the block.

    ::

        with co.practice_swarm(nodes=5) as server:
            app = co.load_app("hello.example.org", workspace=server.workspace)
            server.practice.fault("node-down", "node2")

    Args:
        world: a world file, or the name of a world that is shipped.
        nodes: how many nodes, instead of the world's.
        clock: ``auto`` (time goes to the next event when somebody looks and nothing is new), ``stepped`` (only
            ``server.practice.advance`` moves it), or ``real``.
        speed: how many times as fast as the machine's clock a real clock goes; 0 for that of the state, or 1.
        seed: where its ids come from, instead of the world's.
        state: a file that it begins with when it is there, and is kept in.
        workspace: whose apps and recipes; None for a temporary one with the sample recipes.
        redactor: what is secret from here on.

    Raises:
        InputError: the world cannot be used.
        ConnectFailed: it does not come up.
    """
    wanted = Practising(clock, speed, world, nodes, seed, state=None if state is None else Path(state))
    with tempfile.TemporaryDirectory(prefix="coopnb-practice-") as folder, _life() as life:
        home = Path(folder) / "home"
        process = start_practice(home, wanted, life=life)
        try:
            place = as_workspace(workspace) if workspace is not None else Workspace(Path(folder) / "workspace")
            plant_samples(place)
            door = engine.connect(f"unix://{process.socket}")
            try:
                identity = observe.identify(door, PRACTICE)
                yield Server(door, identity, place, redactor or Redactor(), find_practice(home))
            finally:
                door.close()
        finally:
            stop_practice(home)


@contextlib.contextmanager
def _life() -> Iterator[int]:
    """The reading end of a pipe whose other end closes when this process ends, however it does."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)
