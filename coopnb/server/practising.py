"""The practice swarm of a workspace, and the sample recipes to practise on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from coopnb import commons
from coopnb.errors import ConnectFailed, InputError
from coopnb.practice import process
from coopnb.practice.remote import Remote
from coopnb.practice.world import WorldError, find_world, load_world
from coopnb.samples import RECIPES
from coopnb.server.controls import PracticeControls
from coopnb.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Practising:
    """What kind of practice swarm is wanted; it counts only when one is started.

    Attributes:
        clock: ``real``, ``auto`` or ``stepped``; empty for that of the state, or a real one.
        speed: how many times as fast as the machine's clock a real clock goes; 0 for that of the state, or 1.
        world: a world file, or the name of a world that is shipped; None for the default world.
        nodes: how many nodes it has instead of the world's.
        seed: where its ids come from, instead of the world's.
        tcp: a loopback address to listen on beside, as ``127.0.0.1:2375``.
        state: a file that it begins with when it is there, and is kept in.
    """

    clock: str = ""
    speed: float = 0.0
    world: str | Path | None = None
    nodes: int | None = None
    seed: int | None = None
    tcp: str = ""
    state: Path | None = None


def start_practice(
    home: Path, wanted: Practising | None = None, *, socket: Path | None = None, life: int | None = None
) -> process.PracticeProcess:
    """Start the practice swarm of a home, or find the one that runs there.

    Args:
        home: a workspace's ``practice`` folder, or another.
        wanted: what kind of swarm; None for one as people want it.
        socket: where its engine listens; None for a place in its home.
        life: as of :func:`coopnb.practice.process.start`.

    Raises:
        InputError: the world cannot be used.
        ConnectFailed: it does not come up.
    """
    wanted = wanted or Practising()
    world = _checked_world(wanted)
    try:
        return process.start(
            home,
            clock=wanted.clock,
            speed=wanted.speed,
            world=world,
            nodes=wanted.nodes,
            seed=wanted.seed,
            socket=socket,
            tcp=wanted.tcp,
            state=wanted.state,
            life=life,
        )
    except process.PracticeRefused as error:
        raise InputError(
            "the practice swarm cannot be as it was asked for; nothing was started",
            what=str(error),
            hint="Mend what it says, then start it again.",
        ) from error
    except (process.PracticeError, OSError) as error:
        raise ConnectFailed(
            "the practice swarm cannot be started",
            what=str(error),
            where=str(home),
            hint="Mend what it says, or end a swarm that hangs: coopnb practice down",
        ) from error


def stop_practice(home: Path) -> bool:
    """End the practice swarm of a home; whether there was one.

    Raises:
        ConnectFailed: it does not end.
    """
    try:
        return process.stop(home)
    except (process.PracticeError, OSError) as error:
        raise ConnectFailed("the practice swarm cannot be stopped", what=str(error), where=str(home)) from error


def find_practice(home: Path) -> PracticeControls | None:
    """The hands behind the practice swarm of a home; None when none runs there."""
    found = process.running(home) if home.is_dir() else None
    return None if found is None else PracticeControls(Remote(found.control))


def practice_home(workspace: Workspace, socket: Path | None = None, *, name: str = "practice") -> Path:
    """Where a practice swarm lives: the workspace's own, another by its name, or one with a socket of its own."""
    if socket is None:
        return workspace.practice.with_name(name)
    name = hashlib.sha256(str(socket.absolute()).encode()).hexdigest()[:12]
    return workspace.practice.with_name(f"{workspace.practice.name}-{name}")


def plant_samples(workspace: Workspace) -> None:
    """Make repositories of the sample recipes, where there is none of their name."""
    commons.plant_samples(workspace, RECIPES)


def _checked_world(wanted: Practising) -> Path | None:
    """The world's file, read once here so that a mistake in it is the operator's to hear."""
    if wanted.world is None:
        return None
    try:
        path = find_world(str(wanted.world))
        load_world(path)
    except WorldError as error:
        raise InputError(
            "the practice swarm cannot have this world", what=str(error), hint="Mend the file, then start it again."
        ) from error
    return path
