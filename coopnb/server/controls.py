"""What can be done to a practice swarm beside asking its engine: faults, time, its state."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coopnb.errors import ConnectFailed, InputError
from coopnb.practice.journal import JournalError, is_state, write_state
from coopnb.practice.remote import Remote, RemoteError, RemoteGone
from coopnb.practice.status import FaultKind, Status, plain_time


class PracticeControls:
    """The hands behind a practice swarm: ``server.practice`` of a connected one.

    Every method raises ConnectFailed when the practice swarm does not answer.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def __repr__(self) -> str:
        return f"<PracticeControls {self._remote.socket}>"

    def fault(self, name: str, target: str = "", **settings: Any) -> str:
        """Put a fault in or mend it, as ``fault("node-down", "node2")``; a sentence that says what is so from here on.

        Raises:
            InputError: no fault or no target is called so.
        """
        with _told():
            return self._remote.fault(name, target, **settings)

    def faults(self) -> tuple[FaultKind, ...]:
        """Every fault that can be put in."""
        with _told():
            return self._remote.faults()

    def advance(self, seconds: float) -> str:
        """Let time go by at once; a sentence that says what time it is then.

        A real clock is from then on that much ahead of the machine's.

        Raises:
            InputError: not a number above 0, or more than 31 days.
        """
        with _told():
            return f"It is {plain_time(self._remote.advance(seconds))} in the practice swarm."

    def status(self) -> Status:
        """How it stands; prints as ``coopnb practice status`` does."""
        with _told():
            return self._remote.status()

    def save(self, path: Path) -> Path:
        """Write its state to a file (mode 0600), to be opened again with ``coopnb practice up --state``; its path.

        Raises:
            InputError: the file cannot be written, or is one that is no state.
        """
        with _told():
            state = self._remote.state()
        if path.exists() and not is_state(path):
            raise InputError(
                "a file that is no state of a practice swarm is not written over",
                where=str(path),
                hint="Name another file.",
            )
        try:
            write_state(path, state)
        except JournalError as error:
            raise InputError(str(error), hint="Name a file in another folder.") from error
        return path


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say what the practice swarm says in an error of ours."""
    try:
        yield
    except RemoteGone as error:
        raise ConnectFailed(error.what, hint=error.then) from error
    except RemoteError as error:
        raise InputError(error.what, hint=error.then) from error
