"""The practice swarm of a workspace, and the sample recipes to practise on."""

from __future__ import annotations

from pathlib import Path

from coopnb import commons
from coopnb.errors import ConnectFailed, InputError
from coopnb.practice import process
from coopnb.practice.world import WorldError, load_world
from coopnb.samples import RECIPES
from coopnb.workspace import Workspace


def start_practice(
    workspace: Workspace, *, clock: str = "real", world: Path | None = None, socket: Path | None = None
) -> process.PracticeProcess:
    """Start the practice swarm of a workspace, or find the one that runs.

    Raises:
        InputError: the world file cannot be used.
        ConnectFailed: it does not come up.
    """
    try:
        if world is not None:
            load_world(world)
    except WorldError as error:
        raise InputError(
            "the practice swarm cannot have this world", what=str(error), hint="Mend the file, then start it again."
        ) from error
    try:
        return process.start(workspace.make(workspace.practice), clock=clock, world=world, socket=socket)
    except (process.PracticeError, OSError) as error:
        raise ConnectFailed(
            "the practice swarm cannot be started",
            what=str(error),
            where=str(workspace.practice),
            hint="Mend what it says, or end a swarm that hangs: coopnb practice down",
        ) from error


def stop_practice(workspace: Workspace) -> bool:
    """End the practice swarm of a workspace; whether there was one.

    Raises:
        ConnectFailed: it does not end.
    """
    try:
        return process.stop(workspace.practice)
    except (process.PracticeError, OSError) as error:
        raise ConnectFailed(
            "the practice swarm cannot be stopped", what=str(error), where=str(workspace.practice)
        ) from error


def plant_samples(workspace: Workspace) -> None:
    """Make repositories of the sample recipes, where there is none of their name."""
    commons.plant_samples(workspace, RECIPES)
