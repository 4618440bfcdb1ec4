"""Which runbooks there are, and the way to open one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from coopnb.errors import InputError
from coopnb.record.ledger import Ledger
from coopnb.redaction import Redactor
from coopnb.runbook.book import ACCEPT, APPROVAL, Book
from coopnb.runbook.fleet import PARAMETERS as FLEET
from coopnb.runbook.fleet import FleetBook
from coopnb.runbook.incident import PARAMETERS, IncidentBook
from coopnb.runbook.place import open_ledger
from coopnb.runbook.procedure import Procedure
from coopnb.runbook.procedures.deploy import DeployApp
from coopnb.runbook.procedures.roll_back import RollBackApp
from coopnb.runbook.procedures.scale import ScaleApp
from coopnb.runbook.procedures.upgrade import UpgradeApp
from coopnb.runbook.reporting import Reporting
from coopnb.runbook.steps import Steps, mask_outputs, note_cells
from coopnb.server import as_workspace
from coopnb.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Kind:
    """A runbook that can be opened.

    Attributes:
        parameters: the names it takes. needed: those that may not be blank when its choice is taken.
        open: makes its book, given the workspace, the ledger of its run, what is secret, and the parameters.
    """

    parameters: tuple[str, ...]
    open: Callable[[Workspace, Ledger, Redactor, Mapping[str, str]], Steps]
    needed: tuple[str, ...] = ()


def changing(procedure: Procedure) -> Kind:
    """A runbook that goes through all seven steps of :class:`Book`."""
    return Kind(
        (*procedure.parameters, *APPROVAL, *((ACCEPT,) if procedure.accepts else ())),
        lambda workspace, ledger, redactor, given: Book(workspace, ledger, redactor, procedure, given),
        procedure.needed,
    )


PROCEDURES: Mapping[str, Procedure] = {
    "deploy-app": DeployApp(),
    "upgrade-app": UpgradeApp(),
    "roll-back-app": RollBackApp(),
    "scale-app": ScaleApp(),
}
"""The runbooks that go through the seven steps of a book, by name."""

RUNBOOKS: Mapping[str, Kind] = {
    **{name: changing(procedure) for name, procedure in PROCEDURES.items()},
    "app-is-down": Kind(PARAMETERS, IncidentBook, Reporting.needed),
    "fleet-health": Kind(FLEET, FleetBook),
}
"""Every runbook by its name, which is its notebook's name too."""


def open_book(runbook: str, *, workspace: Workspace | str | Path | None = None, **parameters: str) -> Steps:
    """Open a runbook: find the ledger of its run, and mask every secret that becomes known from here on.

    Args:
        runbook: the runbook's own name (``deploy-app``).
        parameters: what its parameters cell says; what is blank is chosen with its form. Those that change
            something take ``approve`` (headless, the first eight hex digits of the plan's digest) and
            ``reason`` (why, in the operator's words); those that plan from files, ``accept``.

    Raises:
        InputError: there is no such runbook or parameter; or this notebook is a model, which is never run in place.
    """
    kind = _kind(runbook, parameters)
    place = as_workspace(workspace)
    redactor = Redactor()
    mask_outputs(redactor)
    ledger = open_ledger(place, runbook, Path.cwd(), os.environ, redactor)
    note_cells(ledger)
    return kind.open(place, ledger, redactor, parameters)


def _kind(runbook: str, parameters: Mapping[str, str]) -> Kind:
    kind = RUNBOOKS.get(runbook)
    if kind is None:
        raise InputError(
            f"there is no runbook {runbook}; nothing was done", what=f"there are: {', '.join(sorted(RUNBOOKS))}"
        )
    if unknown := sorted(parameters.keys() - set(kind.parameters)):
        raise InputError(
            f"{runbook} has no parameter {', '.join(unknown)}; nothing was done",
            what=f"it has: {', '.join(kind.parameters)}",
        )
    return kind
