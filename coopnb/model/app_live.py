"""How an app stands on its server, at a glance."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AppLive:
    """How an app stands on its server.

    Attributes:
        version: the version its services say they are; blank if nothing runs or they do not say.
        running, wanted: tasks.
        problem: why it is not known.
    """

    version: str = ""
    running: int = 0
    wanted: int = 0
    problem: str = ""
