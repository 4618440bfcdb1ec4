"""What was seen of one sequence on one side, as it was seen: Engine JSON, nothing normalised."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything: the answers to three lists."""

    services: list[Json]
    tasks: list[Json]
    nodes: list[Json]

    def of(self, ids: Collection[str]) -> Look:
        """What belongs to the services with these ids, be they gone or not."""
        services = [service for service in self.services if service["ID"] in ids]
        return Look(services, [task for task in self.tasks if task["ServiceID"] in ids], self.nodes)


@dataclass(slots=True)
class Trail:
    """The states one task was seen in, and the desired ones, each without repetition."""

    id: str
    service_id: str
    slot: int
    node_id: str
    created: str
    states: list[str] = field(default_factory=list)
    desired: list[str] = field(default_factory=list)

    def copy(self) -> Trail:
        """The trail as it is now."""
        return replace(self, states=list(self.states), desired=list(self.desired))

    def saw(self, state: str, desired: str, node_id: str) -> None:
        """Note one look at it."""
        self.node_id = self.node_id or node_id
        for seen, value in ((self.states, state), (self.desired, desired)):
            if not seen or seen[-1] != value:
                seen.append(value)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything seen of a sequence.

    Attributes:
        prefix: what its names begin with.
        names: of its services, by id, in the order in which they were made.
        answers: status and message of each call that writes.
        rests: a look each time it had come to rest, or the bound was reached: then the flag is False.
        trails: of every task.
        events: in the order in which they came.
        seconds: how long it took, by the side's own clock.
    """

    prefix: str
    names: dict[str, str]
    answers: list[str]
    rests: list[tuple[bool, Look]]
    trails: list[Trail]
    events: list[Json]
    seconds: float
