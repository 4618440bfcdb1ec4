"""Asking a server which states it keeps of an app, while an operator still chooses: bounded, and starting nothing."""

from __future__ import annotations

import queue
import threading
from contextlib import closing

from coopnb import engine, observe
from coopnb.errors import ConnectFailed, CoopError
from coopnb.model.kept import KeptState
from coopnb.server import kept
from coopnb.server.addresses import folder_of
from coopnb.server.loading import app_name
from coopnb.server.roster import door_of
from coopnb.workspace import Workspace

PATIENCE = 5.0
"""Seconds that a server may take; a form waits for it."""


def ask_states(name: str, domain: str, workspace: Workspace, timeout: float = PATIENCE) -> tuple[KeptState, ...]:
    """The states that are kept of an app, newest first. A practice swarm that is not running is not started.

    Raises:
        CoopError: the server cannot be asked, or does not answer in time.
    """
    answers: queue.Queue[tuple[KeptState, ...] | CoopError] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(_states(name, domain, workspace, timeout))
        except CoopError as error:
            answers.put(error)

    # A daemon, as in the roster: one that hangs where no timeout reaches must not hold the form.
    threading.Thread(target=ask, daemon=True, name="coopnb-states").start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        raise ConnectFailed(
            f"{name} did not answer within {timeout:g} s", hint="Choose it again to ask anew."
        ) from None
    if isinstance(answer, CoopError):
        raise answer
    return answer


def _states(name: str, domain: str, workspace: Workspace, timeout: float) -> tuple[KeptState, ...]:
    stack = app_name(workspace, domain, folder_of(name)).stack
    with closing(engine.connect(door_of(name, workspace), timeout=max(1, round(timeout)))) as door:
        return kept.states(observe.snapshot(door, observe.identify(door, name), stack))
