"""Executing a copy headless: cell by cell, printing what a person at the terminal should see."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from traitlets.config import Config

from coopnb import errors
from coopnb.record.exporter import write_record
from coopnb.record.ledger import Ledger
from coopnb.runner.copies import begin, write_copy
from coopnb.runner.follow import Follower
from coopnb.runner.models import find_model, read_model, with_parameters
from coopnb.server import as_workspace
from coopnb.workspace import Workspace

Print = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Finished:
    """How a headless run ended.

    Attributes:
        exit_status: as every command of coopnb has them.
        notebook, record: the executed copy and its HTML record.
        error: what stopped it, if something did.
    """

    exit_status: int
    notebook: Path
    record: Path
    error: str = ""


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
        LedgerError: the ledger cannot be written; nothing was begun.
    """
    place = as_workspace(workspace)
    model = find_model(runbook)
    notebook = read_model(model)
    copy = read_model(model)
    with_parameters(copy, parameters, str(model))
    ledger = begin(place, model, notebook, app=parameters.get("domain", ""), headless=True)
    copy.metadata["coopnb"] = notebook.metadata["coopnb"]
    path = write_copy(copy, ledger.folder / model.name)
    say(f"Run {ledger.run} of {model.stem}, in {ledger.folder}")
    try:
        status, error = asyncio.run(_execute(copy, path, place, ledger, say))
    finally:
        write_copy(copy, path)
    ledger.append("", "ended", {"exit_status": status})
    return Finished(status, path, write_record(path), error)


@contextmanager
def client_for(notebook: Any, folder: Path) -> Iterator[NotebookClient]:
    """A client that keeps nothing in the notebook but what cells wrote: no widget state, no clock.

    Its kernel listens on sockets of this user's own, not on ports that everybody on the machine can reach.
    """
    with TemporaryDirectory(prefix="coopnb-kernel-") as sockets:
        yield _client(notebook, folder, Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}))


def _client(notebook: Any, folder: Path, config: Config) -> NotebookClient:
    return NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        record_timing=False,
        config=config,
    )


async def _execute(notebook: Any, path: Path, place: Workspace, ledger: Ledger, say: Print) -> tuple[int, str]:
    environment = {**os.environ, "COOPNB_WORKSPACE": str(place.root)}
    follower = Follower(ledger, say)
    following = asyncio.create_task(follower.follow())
    try:
        with client_for(notebook, path.parent) as client:
            async with client.async_setup_kernel(env=environment):
                with _interrupts_to_the_cell(client):
                    for index, cell in enumerate(notebook.cells):
                        try:
                            await client.async_execute_cell(cell, index)
                        except CellExecutionError as error:
                            return status_of(error.ename), f"{error.ename}: {error.evalue}"
                        finally:
                            follower.catch_up()
                            _print_outputs(cell, say)
    except DeadKernelError:
        say("The kernel died. The ledger tells what was done; run the runbook again to plan what is missing.")
        return 1, "DeadKernelError"
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
    return 0, ""


def status_of(error_name: str) -> int:
    """The exit status of an error of ours, told by its name; any other is a failure."""
    kind = getattr(errors, error_name, None)
    if error_name == "KeyboardInterrupt":
        return errors.Interrupted.exit_status
    if isinstance(kind, type) and issubclass(kind, errors.CoopError):
        return kind.exit_status
    return 1


@contextmanager
def _interrupts_to_the_cell(client: NotebookClient) -> Iterator[None]:
    """Hand Ctrl-C to the running cell, which knows how to stop its watch, instead of killing the kernel."""
    loop = asyncio.get_running_loop()
    pending: set[asyncio.Future[Any]] = set()

    def interrupt() -> None:
        # The manager that nbclient makes is an async one, which its annotation does not say.
        manager: Any = client.km
        pending.add(asyncio.ensure_future(manager.interrupt_kernel()))

    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def _print_outputs(cell: Any, say: Print) -> None:
    """Print a cell's static outputs."""
    for output in cell.get("outputs", ()):
        if output.output_type == "stream":
            say(output.text.rstrip("\n"))
        elif "text/plain" in output.get("data", {}):
            say(output.data["text/plain"] + "\n")
