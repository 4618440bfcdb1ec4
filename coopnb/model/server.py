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
    """

    name: str
    endpoint: str
    swarm_id: str
    practice: bool
    engine: str
    self_paced: bool = False
