"""What there is to run, and what ran lately."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offered:
    """A notebook that can be copied and worked in.

    Attributes:
        kind: ``runbooks``, ``lessons`` or ``drills``. purpose: one sentence.
        notebook: the one copy that everybody works in, relative to coopnb's folder of the workspace; blank for a
            runbook, of which every run is a copy of its own.
    """

    kind: str
    name: str
    purpose: str
    notebook: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of the workspace.

    Attributes:
        date: UTC, as ``2026-11-23 02:13 UTC``.
        app, server: blank where the run never got so far.
        ended: in a few words; ``good`` whether there is nothing to see to.
        notebook, record: relative to coopnb's folder of the workspace; blank where there is none.
    """

    date: str
    runbook: str
    app: str
    server: str
    ended: str
    good: bool
    notebook: str
    record: str = ""
