"""A server, as an operator names and recognises it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """Which swarm is meant, and how it was reached.

    Attributes:
        name: what the operator calls it (``practice``, ``node1.example.org``).
        endpoint: the URL of the door (``unix:///run/docker.sock``).
        swarm_id: the cluster's own id; a plan is bound to it.
        practice: whether this is a practice swarm; every output says so in words.
        engine: the engine's version (``26.1.5``).
        self_paced: a practice swarm whose time moves only when it is read: waiting between reads gains nothing.
        api: the version of the Engine API that is spoken with it (``1.45``); empty if nobody asked.
    """

    name: str
    endpoint: str
    swarm_id: str
    practice: bool
    engine: str
    self_paced: bool = False
    api: str = ""


@dataclass(frozen=True, slots=True)
class ServerRow:
    """How a server stands, seen from here; one that does not answer is a row like the others.

    Attributes:
        name: what the operator calls it.
        endpoint: the URL of its door; empty where the name leads to none.
        reachable: whether its engine answered.
        engine: the engine's version; empty if it did not answer.
        nodes: how many nodes its swarm has; only a manager knows, elsewhere it is 0.
        swarm: ``manager``, ``worker``, or why it is neither: ``inactive``, ``pending``, ``locked``, ``error``.
        practice: whether this is a practice swarm.
        error: why it cannot be used now; empty where it can.
        next: what to do about it, or what happens when it is chosen.
    """

    name: str
    endpoint: str = ""
    reachable: bool = False
    engine: str = ""
    nodes: int = 0
    swarm: str = ""
    practice: bool = False
    error: str = ""
    next: str = ""

    @property
    def usable(self) -> bool:
        """Whether an app can be managed there at once."""
        return self.reachable and self.swarm == "manager"


@dataclass(frozen=True, slots=True)
class ServerChecked:
    """A server looked at closely.

    Attributes:
        api: the version of the Engine API that was agreed on.
        connected: seconds until it answered first.
        round_trip: seconds of a small request, the median of some.
        refused: what it does not let be read, and in which words.
    """

    row: ServerRow
    api: str
    connected: float
    round_trip: float
    refused: tuple[str, ...] = ()
