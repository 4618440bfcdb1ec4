"""All servers at once: each is asked in a thread of its own, and one that does not answer is a row."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from coopnb import engine, observe
from coopnb.engine import Endpoint
from coopnb.errors import CoopError, InputError
from coopnb.model.server import ServerRow
from coopnb.server.addresses import LOCAL_FOLDER, LOCAL_SOCKET, PRACTICE, endpoint_of, is_practice
from coopnb.server.practising import find_practice, practice_home
from coopnb.workspace import Workspace

PATIENCE = 10.0
"""Seconds that a server may take to say how it stands."""

Asked = tuple[ServerRow | None, ...]
Closer = Callable[[str, engine.Engine], None]


def names(workspace: Workspace) -> tuple[str, ...]:
    """The servers an operator can choose: practice swarms, this machine's engine, folders, docker contexts."""
    folders = [folder.name for folder in workspace.server_folders()]
    own = workspace.practice.parent
    practice = [folder.name for folder in sorted(own.glob(f"{PRACTICE}-*")) if folder.is_dir()]
    local = [LOCAL_FOLDER] if Path(LOCAL_SOCKET.removeprefix("unix://")).exists() else []
    known = [PRACTICE, *practice, *local, *folders, *engine.context_names(os.environ)]
    return tuple(dict.fromkeys(known))


def roster(
    workspace: Workspace,
    wanted: Sequence[str] | None = None,
    *,
    timeout: float = PATIENCE,
    seen: Callable[[Asked], None] | None = None,
    closer: Closer | None = None,
) -> tuple[ServerRow, ...]:
    """Ask servers how they stand, all at once; a row each, in the order of their names here. Never raises for one.

    Args:
        wanted: names as :func:`connect` takes them; None for all of :func:`names`.
        timeout: seconds after which a server that has not answered is a row that says so.
        seen: called in this thread at the beginning and for each answer with what is known by then.
        closer: called in a thread of each manager's own, with the connection, to look at more; if it fails, so has
            the server.
    """
    chosen = tuple(names(workspace) if wanted is None else wanted)
    answers: queue.Queue[tuple[int, ServerRow]] = queue.Queue()
    rows: list[ServerRow | None] = [None] * len(chosen)
    deadline = time.monotonic() + timeout
    for at, name in enumerate(chosen):
        # A daemon: one that hangs where no timeout reaches, as in a resolver, delays neither the others nor the end.
        threading.Thread(
            target=lambda at=at, name=name: answers.put((at, look(name, workspace, timeout, closer))),
            daemon=True,
            name=f"coopnb-roster-{at}",
        ).start()
    if seen is not None:
        seen(tuple(rows))
    while any(row is None for row in rows):
        try:
            at, row = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        rows[at] = row
        if seen is not None:
            seen(tuple(rows))
    return tuple(row or _silent(name, workspace, timeout) for name, row in zip(chosen, rows, strict=True))


def look(name: str, workspace: Workspace, timeout: float = PATIENCE, closer: Closer | None = None) -> ServerRow:
    """How one server stands. A practice swarm that is not running is not started by looking."""
    try:
        if is_practice(name) and find_practice(practice_home(workspace, name=name)) is None:
            return ServerRow(name, practice=True, next="it is started when it is used")
        with closing(engine.connect(door_of(name, workspace), timeout=max(1, round(timeout)))) as door:
            row = observe.stand(door, name)
            if closer is not None and row.usable:
                closer(name, door)
            return row
    except CoopError as error:
        return ServerRow(
            name,
            _endpoint(name, workspace),
            practice=is_practice(name),
            error="; ".join(part for part in (error.headline, *(error.what or "").splitlines()) if part),
            next=error.hint or "",
        )
    except Exception as error:  # a row, whatever happened: the others must be seen
        return ServerRow(name, error=f"cannot be asked: {type(error).__name__}: {error}", practice=is_practice(name))


def door_of(name: str, workspace: Workspace) -> Endpoint:
    """The engine of a server; a practice swarm's is that of the process that runs.

    Raises:
        InputError: the name leads nowhere, or to a practice swarm that is not running.
    """
    if not is_practice(name):
        return endpoint_of(name, workspace)
    controls = find_practice(practice_home(workspace, name=name))
    if controls is None:
        raise InputError(f"the practice swarm {name} is not running", hint="It is started when it is used.")
    return Endpoint(f"unix://{controls.status().places.socket}")


def _endpoint(name: str, workspace: Workspace) -> str:
    try:
        return door_of(name, workspace).url
    except CoopError:
        return ""


def _silent(name: str, workspace: Workspace, timeout: float) -> ServerRow:
    return ServerRow(
        name,
        "" if is_practice(name) else _endpoint(name, workspace),
        practice=is_practice(name),
        error=f"no answer within {timeout:g} s",
        next=f"Look closer: coopnb server check {name}",
    )
