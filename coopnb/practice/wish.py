"""What kind of practice swarm is wanted, and how one is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coopnb.practice.clock import Clock, RealClock
from coopnb.practice.journal import JournalError
from coopnb.practice.reopen import reopen_file
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.world import WorldError, load_world

MOST_NODES = 500


class WishError(ValueError):
    """What is wanted cannot be; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be served; what was not said is empty, zero or None.

    Attributes:
        home: the directory of the process.
        private: whether the process has a control and a socket for every engine, noted in its home.
        socket: where the manager's engine listens; only with ``private`` can it be left open.
        tcp: a loopback address for the manager's engine.
        clock: ``real``, ``auto`` or ``stepped``; not said: that of the state, or a real one.
        speed: of a real clock; not said: that of the state, or 1.
        state: a file that the swarm is made from when it is there, and is kept in.
    """

    home: Path
    private: bool
    socket: Path | None = None
    tcp: str = ""
    clock: str = ""
    speed: float = 0.0
    world: Path | None = None
    nodes: int | None = None
    seed: int | None = None
    state: Path | None = None

    @property
    def name(self) -> str:
        """What its world is called."""
        if self.state is not None and self.world is None:
            return f"of {self.state.name}"
        return self.world.stem if self.world else "default"


def make_swarm(wish: Wish) -> PracticeSwarm:
    """The swarm that is wanted: a new one, or the one of the state.

    Raises:
        WishError: the world or the state cannot be used, or both were given.
    """
    try:
        if wish.state is not None and wish.state.exists():
            if (wish.world, wish.nodes, wish.seed) != (None, None, None):
                raise WishError(f"{wish.state}: a state has its world, nodes and seed already; give none of them")
            return reopen_file(wish.state, clock=wish.clock, speed=wish.speed)
        world = load_world(wish.world)
        if wish.nodes is not None:
            if not 1 <= wish.nodes <= MOST_NODES:
                raise WishError(f"a practice swarm has 1 to {MOST_NODES} nodes, not {wish.nodes}")
            world = world.with_nodes(wish.nodes)
    except (WorldError, JournalError) as error:
        raise WishError(str(error)) from error
    clock = RealClock(speed=wish.speed or 1.0) if wish.clock in ("", "real") else Clock(mode=wish.clock)
    return PracticeSwarm(world, clock, wish.seed)
