"""Applying the plan of stack files without a runbook: a run with its ledger, told line by line, and its record."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from coopnb.errors import CoopError, Interrupted, LedgerError
from coopnb.model.plan import Approval, Plan
from coopnb.model.run import RunReport
from coopnb.plan.facts import approved_facts, planned_facts
from coopnb.record.exporter import write_record
from coopnb.record.ledger import Ledger, open_run, utc_now
from coopnb.record.told import tell
from coopnb.redaction import Redactor
from coopnb.runbook.operator import operator
from coopnb.runner.copies import write_copy
from coopnb.runner.execute import Print
from coopnb.runner.follow import Follower
from coopnb.runner.transcript import transcript
from coopnb.server import Server

RUNBOOK = "stack-deploy"
"""What stands for a runbook's name in the ledger and in the name of its folder."""

_ABOUT = "# Stack files, deployed at a terminal\n\nNo cell was run: what follows is what the command showed."


class Deploying:
    """A plan of stack files being made true, in a run of its own.

    Args:
        redactor: that of the server's connection.
        say: told each write and each event as it happens.

    Attributes:
        report: how it ended, once it was watched to an end.
        ledger: of the run, once it was opened.
    """

    def __init__(self, server: Server, plan: Plan, redactor: Redactor, say: Print) -> None:
        self._server = server
        self._plan = plan
        self._redactor = redactor
        self._say = say
        self.report: RunReport | None = None
        self.ledger: Ledger | None = None

    def make(self, reason: str, *, detach: bool = False) -> None:
        """Open the run, make the writes, and watch until it is known how it ends.

        Args:
            reason: of whoever approved the plan; for one that has nothing to do it may be blank.
            detach: whether to end after the writes, with nothing observed.

        Raises:
            StalePlan, LedgerError, WorkspaceError: nothing was written.
            EngineError, TransportError: some may be written; the ledger has what.
            NotConverged: it did not end as planned.
            Interrupted: somebody stopped it; the swarm goes on.
        """
        plan, who = self._plan, operator(os.environ)
        ledger = self.ledger = self._opened(who)
        self._say(f"Run {ledger.run} of {RUNBOOK}, in {ledger.folder}")
        follower = Follower(ledger, self._say)
        approval = Approval(plan.digest, who, reason or "nothing to do", utc_now())
        with _closed(ledger):
            ledger.append("plan", "planned", planned_facts(plan))
            if not plan.nothing_to_do:
                ledger.append("gate", "approved", approved_facts(plan, approval))
            try:
                run = self._server.apply(plan, approval, ledger=ledger)
                follower.catch_up()
                if not plan.nothing_to_do:
                    self._say(f"Kept for undo: {plan.new_state}")
                if detach:
                    ledger.append("apply", "detached", {})
                    return
                try:
                    run.wait(lambda events, sample: follower.catch_up())
                finally:
                    self.report = run.report
            except KeyboardInterrupt:
                raise self._stopped(ledger) from None
            finally:
                follower.catch_up()

    def keep(self, shown: Mapping[str, str]) -> Path | None:
        """Write the record of the run, however it ended, and give its path; None where no run was opened.

        Args:
            shown: heading -> what the command showed under it, which is all the notebook that this run has.

        Raises:
            WorkspaceError: it cannot be written.
        """
        if self.ledger is None:
            return None
        masked = {heading: self._redactor.mask(text) for heading, text in shown.items()}
        notebook = transcript(RUNBOOK, self.ledger.run, _ABOUT, masked)
        return write_record(write_copy(notebook, self.ledger.folder / f"{RUNBOOK}.ipynb"))

    def _opened(self, who: str) -> Ledger:
        place = self._server.workspace
        facts = {
            "runbook": RUNBOOK,
            "who": who,
            "host": socket.gethostname(),
            "coopnb": version("coopnb"),
            "headless": True,
        }
        date = utc_now().date().isoformat()
        return open_run(place.make(place.runs), RUNBOOK, self._plan.app, date, facts, redactor=self._redactor)

    def _stopped(self, ledger: Ledger) -> Interrupted:
        told = tell(ledger.entries())
        made = sum(change.result == "done" for change in told.changes)
        return Interrupted(
            f"it was stopped; {made} of {len(self._plan.operations)} operations had been made",
            what="what was made stays, and the swarm goes on by itself",
            where=f"server {self._plan.server.name}, {self._plan.app}; {ledger.path}",
        )


@contextmanager
def _closed(ledger: Ledger) -> Iterator[None]:
    """Whatever ends the run is its ledger's last word."""
    try:
        yield
    except BaseException as error:
        text = str(error) if isinstance(error, CoopError) else type(error).__name__
        status = error.exit_status if isinstance(error, CoopError) else 1
        # What stopped the run is the news, and it goes on; that the ledger cannot take it is no news beside it.
        with suppress(LedgerError):
            ledger.append("", "failed", {"error": type(error).__name__, "text": text})
            ledger.append("", "ended", {"exit_status": status})
        raise
    ledger.append("", "ended", {"exit_status": 0})
