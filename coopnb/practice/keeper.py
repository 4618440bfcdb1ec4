"""Keeps a swarm's state in a file: soon after each change, and at the end."""

from __future__ import annotations

import logging
from pathlib import Path

from tornado.ioloop import IOLoop

from coopnb.practice.journal import JournalError, write_state
from coopnb.practice.swarm import PracticeSwarm

DELAY = 1.0
"""Seconds of the machine's time after a change until it is on the disk; what a crash can lose."""

_LOG = logging.getLogger("coopnb.practice")


class Keeper:
    """Writes the state of one swarm whenever it was told something new."""

    def __init__(self, swarm: PracticeSwarm, path: Path) -> None:
        self._swarm = swarm
        self._path = path
        self._kept = -1
        self._timer: object | None = None

    def attend(self) -> None:
        """Something may have happened: see to it that it is written soon."""
        if self._timer is None and len(self._swarm.journal) != self._kept:
            self._timer = IOLoop.current().call_later(DELAY, self._soon)

    def keep(self) -> None:
        """Write the state.

        Raises:
            JournalError: it cannot be written.
        """
        if self._timer is not None:
            IOLoop.current().remove_timeout(self._timer)
            self._timer = None
        length = len(self._swarm.journal)
        write_state(self._path, self._swarm.save())
        self._kept = length

    def _soon(self) -> None:
        self._timer = None
        try:
            self.keep()
        except JournalError as error:
            _LOG.error("%s", error)
