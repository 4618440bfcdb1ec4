"""What differs between the runbooks that change something: one value each, in ``procedures/``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from coopnb.errors import CoopError, NotChosen
from coopnb.model.plan import Plan
from coopnb.model.server import ServerRow
from coopnb.server import Server
from coopnb.show.output import Output
from coopnb.workspace import Workspace

Answers = Mapping[str, str]
"""Parameter -> what was chosen for it; blank where nothing was."""

Note = Callable[[str, Mapping[str, object]], None]
"""Writes an event and its facts into the run's ledger, before the act that they announce."""


def unnoted(event: str, facts: Mapping[str, object]) -> None:
    """Where no run is at work, so that there is no ledger: an app that is prepared for a lesson or an example."""
    del event, facts


def refuse_blank(needed: Sequence[str], answers: Mapping[str, str], hint: str) -> None:
    """Refuse a choice in which something is blank that is needed.

    Args:
        hint: how it is filled in where this is said.

    Raises:
        NotChosen: with the names of all that are blank.
    """
    if missing := [name for name in needed if not answers[name].strip()]:
        raise NotChosen.of(missing, f"not chosen yet: {', '.join(missing)}; nothing was done", hint=hint)


class Form(Protocol):
    """A form that chooses, and changes nothing."""

    @property
    def answers(self) -> Answers:
        """What is chosen at this moment."""

    def show(self) -> None:
        """Display it."""


@runtime_checkable
class TellsServers(Protocol):
    """A form that also says how each server stands.

    Attributes:
        servers: their names.
    """

    servers: tuple[str, ...]

    def tell(self, rows: Sequence[ServerRow | None]) -> None:
        """Say what is known by now; None for a server that has not answered yet."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where a runbook is at work.

    Attributes:
        files: a folder of this run, for the recipe's files.
        connect: connects to a server by its name; the book lets go of it.
        note: comes before every change of a file that an operator keeps.
    """

    workspace: Workspace
    files: Path
    connect: Callable[[str], Server]
    note: Note


class Taken(Protocol):
    """A choice that stands, and what follows from it."""

    @property
    def server(self) -> str:
        """The server's name."""

    @property
    def domain(self) -> str:
        """The app's domain."""

    @property
    def facts(self) -> Mapping[str, object]:
        """What the ledger keeps of it, as ``chosen``."""

    @property
    def refusal(self) -> CoopError | None:
        """Why it goes no further, said after it was shown."""

    def output(self, run: int | None, step: str) -> Output:
        """What is shown of it."""

    def plan(self, server: Server, *, prune: bool) -> Plan:
        """Every change it takes; only reads."""


@runtime_checkable
class AsksMore(Protocol):
    """A choice that may lack something which can be filled in right below it."""

    def more(self) -> Form | None:
        """A form for it; its answers are given to the next take of the same choice, beside those it had."""


class Procedure(Protocol):
    """How a runbook goes from parameters to a plan.

    Attributes:
        parameters: the names of what is chosen; ``approve`` and ``reason`` every procedure has beside them.
        needed: those that may not be blank.
        accepts: whether its plan is made of a recipe's files, and an operator may ``accept`` errors of theirs;
            what a kept state was applied with was accepted then.
    """

    parameters: tuple[str, ...]
    needed: tuple[str, ...]
    accepts: bool

    def form(self, workspace: Workspace, preset: Answers) -> Form:
        """The form, with what the parameters say already filled in."""

    def take(self, here: Here, answers: Answers) -> Taken:
        """Make a choice stand. Reads servers and files; makes at most an app's settings."""
