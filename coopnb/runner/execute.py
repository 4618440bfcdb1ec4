"""Executing a copy headless: cell by cell, printing what a person at the terminal should see."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellExecutionError, DeadKernelError

from coopnb import errors
from coopnb.errors import CoopError
from coopnb.record.exporter import write_record
from coopnb.record.ledger import Ledger
from coopnb.record.told import tell
from coopnb.record.witness import EDITED
from coopnb.runbook import RUNBOOKS
from coopnb.runbook.procedure import refuse_blank
from coopnb.runner.copies import begin, keep_edited, write_copy
from coopnb.runner.follow import Follower
from coopnb.runner.kernel import client_for
from coopnb.runner.models import declared, find_model, models_folder, read_model, with_parameters
from coopnb.server import as_workspace
from coopnb.workspace import Workspace

Print = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Finished:
    """How a headless run ended.

    Attributes:
        exit_status: as every command of coopnb has them.
        notebook: the executed copy. record: its HTML record; ``None`` if it could not be written.
        error: what stopped it, if something did.
        wrote: whether a change was announced in the ledger; if not, the server is as it was.
        approve: the digest that a plan waits for, as ``approve=`` takes it, if that is what stopped it.
        lacking: the parameters that are needed and blank, if that is what stopped it.
    """

    exit_status: int
    notebook: Path
    record: Path | None
    error: str = ""
    wrote: bool = False
    approve: str = ""
    lacking: tuple[str, ...] = ()


def run_headless(
    runbook: str,
    parameters: Mapping[str, str],
    *,
    workspace: Workspace | str | Path | None = None,
    say: Print = print,
) -> Finished:
    """Copy a runbook into the workspace, execute the copy to its end or its first error, and write its record.

    Args:
        runbook: a name or a path. parameters: what ``-p name=value`` gave.
        say: told every static output as its cell ends, and the events of a rollout as they happen.

    Raises:
        InputError: there is no such runbook or parameter; nothing was begun.
        NotChosen: a parameter is blank that a runbook of ours needs; nothing was begun.
        LedgerError: the ledger cannot be written; nothing was begun.
    """
    place = as_workspace(workspace)
    model = find_model(runbook)
    notebook = read_model(model)
    copy = read_model(model)
    with_parameters(copy, parameters, str(model))
    if model.parent == models_folder():
        _refuse_blank(model.stem, {**declared(notebook), **parameters})
    ledger = begin(place, model, notebook, app=parameters.get("domain", ""), headless=True)
    copy.metadata["coopnb"] = notebook.metadata["coopnb"]
    path = write_copy(copy, ledger.folder / model.name)
    written = path.read_bytes()
    lost = _Lost(ledger.folder)
    # Held back until the cells can take it: nowhere before is a good place to stop.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        say(f"Run {ledger.run} of {model.stem}, in {ledger.folder}")
        stopped = asyncio.run(_execute(copy, path, place, ledger, say))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        with lost.unless_kept("the notebook with its outputs"):
            if edited := keep_edited(path, written):
                ledger.append("", EDITED, {"kept": edited.name})
                say(f"The notebook was edited while it ran: that is kept in {edited}; what ran is in {path.name}")
            write_copy(copy, path)
    status = stopped.exit_status if stopped else 0
    record = None
    with lost.unless_kept("the last line of the ledger"):
        ledger.append("", "ended", {"exit_status": status})
    with lost.unless_kept("the record"):
        record = write_record(path)
    said = [*([stopped.text] if stopped else ()), *lost.told(path)]
    return Finished(
        exit_status=status or int(bool(lost.what)),
        notebook=path,
        record=record,
        error="\n".join(said),
        wrote=any(entry.event == "operation" for entry in ledger.entries()),
        approve=_awaited(ledger) if status == errors.NotApproved.exit_status else "",
        lacking=_lacking(ledger) if status == errors.NotChosen.exit_status else (),
    )


def _refuse_blank(runbook: str, values: Mapping[str, str]) -> None:
    """Say what its take cell would say, before a kernel is started for it.

    Only of a model: in a notebook of one's own a cell may choose what the parameters leave blank.
    """
    if runbook in RUNBOOKS:
        hint = "Pass what is missing. To choose it in forms instead, work in JupyterLab: coopnb lab"
        refuse_blank(RUNBOOKS[runbook].needed, values, hint)


@dataclass(frozen=True, slots=True)
class _Stopped:
    """What stopped a run before its last cell."""

    exit_status: int
    text: str

    @classmethod
    def by(cls, error: CoopError) -> _Stopped:
        return cls(error.exit_status, f"{type(error).__name__}: {error}")


class _Lost:
    """What of a run could not be kept, on a full disk for one. How the run ended is the news, and is told first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.what: list[str] = []
        self.reasons: list[str] = []

    @contextmanager
    def unless_kept(self, what: str) -> Iterator[None]:
        """Go on where this fails."""
        try:
            yield
        except CoopError as error:
            self.what.append(what)
            self.reasons.append(str(error.__cause__ or error.headline))

    def told(self, notebook: Path) -> Iterator[str]:
        """The error that says so, if there is something to say."""
        if self.what:
            error = errors.WorkspaceError(
                f"of this run could not be kept: {', '.join(self.what)}",
                what="\n".join(dict.fromkeys(self.reasons)),
                where=str(self.folder),
                hint=f"Make room there, then write the record: jupyter nbconvert --to record {notebook}",
            )
            yield f"{type(error).__name__}: {error}"


def _lacking(ledger: Ledger) -> tuple[str, ...]:
    failed = [entry.facts for entry in ledger.entries() if entry.event == "failed"]
    return tuple(str(name) for name in failed[-1].get("lacking", ())) if failed else ()


def _awaited(ledger: Ledger) -> str:
    planned = [str(entry.facts.get("digest", "")) for entry in ledger.entries() if entry.event == "planned"]
    return planned[-1][:8] if planned else ""


async def _execute(notebook: Any, path: Path, place: Workspace, ledger: Ledger, say: Print) -> _Stopped | None:
    """Execute the cells; what stopped them, if something did."""
    environment = {**os.environ, "COOPNB_WORKSPACE": str(place.root)}
    follower = Follower(ledger, say)
    following = asyncio.create_task(follower.follow())
    try:
        with client_for(notebook, path.parent) as client:
            await client.listen_for_ctrl_c()
            with client.heard_when_it_dies(say):
                async with client.async_setup_kernel(env=environment):
                    for index, cell in enumerate(notebook.cells):
                        try:
                            await client.execute_interruptibly(cell, index)
                        except CellExecutionError as error:
                            return _of_a_cell(error, ledger)
                        finally:
                            follower.catch_up()
                            _print_outputs(cell, say)
    except errors.Interrupted as error:
        return _Stopped.by(error)
    except (DeadKernelError, RuntimeError) as error:
        # nbclient tells a kernel that died while it started by a bare RuntimeError.
        return _Stopped.by(_kernel_died(error, ledger))
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
    return None


def _of_a_cell(error: CellExecutionError, ledger: Ledger) -> _Stopped:
    if error.ename == "KeyboardInterrupt":
        told = tell(ledger.entries())
        sentence = told.outcome.sentence if told.changes else "nothing was written"
        return _Stopped.by(
            errors.Interrupted(
                f"the {_last_step(ledger)} step was stopped",
                what=sentence,
                hint="Run it again: its plan starts from what is there, and asks anew.",
            )
        )
    return _Stopped(status_of(error.ename), f"{error.ename}: {error.evalue}")


def _kernel_died(error: Exception, ledger: Ledger) -> errors.KernelDied:
    told = tell(ledger.entries())
    return errors.KernelDied(
        f"the notebook's kernel died in the {_last_step(ledger)} step",
        what=told.outcome.sentence if told.changes else f"nothing was written; {error}",
        where=str(ledger.path),
        hint="The ledger tells what was done. Run the runbook again: its plan starts from what is there, shows only\n"
        "what is missing, and asks anew.",
    )


def _last_step(ledger: Ledger) -> str:
    """The step of the last entry that has one, or the first step there can be."""
    return next((entry.step for entry in reversed(ledger.entries()) if entry.step), "first")


def status_of(error_name: str) -> int:
    """The exit status of an error of ours, told by its name; any other is a failure."""
    kind = getattr(errors, error_name, None)
    if isinstance(kind, type) and issubclass(kind, CoopError):
        return kind.exit_status
    return 1


def _print_outputs(cell: Any, say: Print) -> None:
    """Print a cell's static outputs."""
    for output in cell.get("outputs", ()):
        if output.output_type == "stream":
            say(output.text.rstrip("\n"))
        elif "text/plain" in output.get("data", {}):
            say(output.data["text/plain"] + "\n")
