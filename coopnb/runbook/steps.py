"""What every runbook has, whatever its steps are: a workspace, a ledger, and the masking of what is secret."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from coopnb.errors import CoopError, InputError, LedgerError, NotChosen
from coopnb.record.ledger import Ledger
from coopnb.record.masking import install
from coopnb.record.witness import witness
from coopnb.redaction import Redactor
from coopnb.runbook.operator import operator
from coopnb.workspace import Workspace

T = TypeVar("T")


class Steps:
    """A runbook in use; each of its methods is a step, and runs inside :meth:`step`.

    Attributes:
        redactor: what is secret from here on; a server that is connected with it adds what it learns.
    """

    def __init__(self, workspace: Workspace, ledger: Ledger, redactor: Redactor) -> None:
        self.workspace = workspace
        self.ledger = ledger
        self.redactor = redactor

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @property
    def operator(self) -> str:
        """Who runs this (``ana@laptop``)."""
        return operator(os.environ)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Whatever ends a step early is in the ledger; an error of ours goes on as it is."""
        try:
            yield
        except BaseException as error:
            text = str(error) if isinstance(error, CoopError) else type(error).__name__
            lacking = {"lacking": list(error.lacking)} if isinstance(error, NotChosen) and error.lacking else {}
            # What stopped the step is the news; that the ledger cannot take it is told by the step itself.
            with suppress(LedgerError):
                self.ledger.append(name, "failed", {"error": type(error).__name__, "text": text, **lacking})
            raise

    def mark(self, step: str) -> dict[str, Any]:
        """What ties an output to the ledger: ``run`` and ``step``, as the functions of ``show`` take them."""
        return {"run": self.ledger.run, "step": step}


def needed(value: T | None, step: str) -> T:
    """What an earlier step made; without it, say which cell to run."""
    if value is None:
        raise InputError(f"the {step} step has not succeeded yet; nothing was done", hint=f"Run the {step} cell first.")
    return value


def mask_outputs(redactor: Redactor) -> None:
    """Mask what leaves this kernel; outside of IPython there is nothing to install it in."""
    from IPython.core.getipython import get_ipython

    if (shell := get_ipython()) is not None:
        install(shell, redactor)


def note_cells(ledger: Ledger) -> None:
    """Note in the ledger which source each cell had when it ran; outside of IPython there are no cells."""
    from IPython.core.getipython import get_ipython

    if (shell := get_ipython()) is not None:
        witness(shell, ledger)
