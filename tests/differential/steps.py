"""What a sequence is made of: plain values, whose repr is the code that makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

Changes: TypeAlias = dict[str, Any]
"""Fields of ``specs.Settings`` by name."""


@dataclass(frozen=True, slots=True)
class Create:
    """Create a service with settings of its own."""

    service: str
    settings: Changes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """Write the service anew, as who keeps its settings in a file does: what it was created with, and these changes."""

    service: str
    settings: Changes = field(default_factory=dict)
    settle: bool = True


@dataclass(frozen=True, slots=True)
class Scale:
    """Read the service and write it back with another number of replicas, as ``docker service scale`` does."""

    service: str
    replicas: int
    settle: bool = True


@dataclass(frozen=True, slots=True)
class Force:
    """Read the service and write it back with ForceUpdate counted up, as ``docker service update --force`` does."""

    service: str
    settle: bool = True


@dataclass(frozen=True, slots=True)
class RollBack:
    """Roll back by hand, as ``docker service rollback`` does."""

    service: str
    settle: bool = True


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a service."""

    service: str


@dataclass(frozen=True, slots=True)
class MakeSecret:
    """Create a secret."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoveSecret:
    """Remove a secret; refused while a service names it."""

    name: str


@dataclass(frozen=True, slots=True)
class MakeConfig:
    """Create a config."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoveConfig:
    """Remove a config; refused while a service names it."""

    name: str


@dataclass(frozen=True, slots=True)
class MakeNetwork:
    """Create an overlay network."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoveNetwork:
    """Remove a network; refused while a service names it."""

    name: str


@dataclass(frozen=True, slots=True)
class Availability:
    """Set a node's availability: active, pause or drain. Nodes count from 1, the first is the manager."""

    node: int
    availability: str


@dataclass(frozen=True, slots=True)
class Label:
    """Set a node's label; None takes it away."""

    node: int
    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Lose:
    """A node's engine dies with all that runs there."""

    node: int


@dataclass(frozen=True, slots=True)
class Return:
    """A lost node comes back."""

    node: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time go by: only to be in the middle of something, never to await an end."""

    seconds: float


Step: TypeAlias = (
    Create
    | Change
    | Scale
    | Force
    | RollBack
    | Remove
    | MakeSecret
    | RemoveSecret
    | MakeConfig
    | RemoveConfig
    | MakeNetwork
    | RemoveNetwork
    | Availability
    | Label
    | Lose
    | Return
    | Wait
)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A named list of steps.

    Attributes:
        nodes: how many nodes it wants.
        quick: whether it is short enough for every test run.
    """

    name: str
    steps: tuple[Step, ...]
    nodes: int = 1
    quick: bool = False

    @property
    def touches_nodes(self) -> bool:
        """Whether it does things to nodes, so that nothing else may run beside it."""
        return any(isinstance(step, (Availability, Label, Lose, Return)) for step in self.steps)

    def as_code(self) -> str:
        """Python that makes this sequence, to be pasted among the hand-written ones."""
        lines = [
            "Sequence(",
            f"    {self.name!r},",
            "    (",
            *(f"        {_short(step)}," for step in self.steps),
            "    ),",
        ]
        if self.nodes != 1:
            lines.append(f"    nodes={self.nodes},")
        return "\n".join([*lines, ")"])


def _short(step: Step) -> str:
    """A step's constructor call, defaults left out."""
    return f"{type(step).__name__}({', '.join(_arguments(step))})"


def _arguments(step: Step) -> Iterator[str]:
    for each in fields(step):
        value = getattr(step, each.name)
        if each.name == "settle":
            if not value:
                yield "settle=False"
        elif value != {}:
            yield repr(value)
