"""The book of ``app-is-down``: facts before guesses, a decision before a plan, and an end that says how it ended.

::

    book.choose()  ->  take()  ->  gather()  ->  narrow()  ->  decide()
        ->  plan()  ->  gate()  ->  apply()  ->  watch()  ->  verify()  ->  close()

The steps from plan to watch are those of every book; where nothing is to be changed they say so and do nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from coopnb.deploy import Watched
from coopnb.deploy.gathering import beginning
from coopnb.errors import CheckFailed, EngineError, InputError, TransportError
from coopnb.model.incident import REMEDIES, Decision, Gathered, Lead
from coopnb.model.pin import Pin
from coopnb.model.run import Check
from coopnb.record.ledger import Ledger
from coopnb.redaction import Redactor
from coopnb.runbook.asking import ask_page
from coopnb.runbook.book import APPROVAL, Book
from coopnb.runbook.deciding import DECISION, decision_of
from coopnb.runbook.incident_facts import decided_facts, gathered_facts, happened_facts, narrowed_facts
from coopnb.runbook.narrowing import narrow, suggestion
from coopnb.runbook.pinning import pin_of
from coopnb.runbook.reporting import REPORT, Reported, Reporting
from coopnb.runbook.steps import needed
from coopnb.server import Server
from coopnb.show.incident import (
    closed_output,
    decided_output,
    gathered_output,
    narrowed_output,
    nothing_output,
    verified_output,
)
from coopnb.show.incident_forms import CauseForm, DecideForm
from coopnb.show.output import display
from coopnb.workspace import Workspace

PARAMETERS = (*REPORT, *DECISION, "url", *APPROVAL, "cause")
VERIFY_SECONDS = 60.0

LATE = timedelta(seconds=10)
"""How late an event may reach the engine that is asked: another manager made it, by a clock of its own."""


class IncidentBook(Book):
    """``app-is-down`` in use."""

    def __init__(self, workspace: Workspace, ledger: Ledger, redactor: Redactor, parameters: Mapping[str, str]) -> None:
        super().__init__(workspace, ledger, redactor, Reporting(), parameters)
        self._given = {name: parameters.get(name, "").strip() for name in (*DECISION, "reason", "url", "cause")}
        self._given["remedy"] = self._given["remedy"].replace("-", " ")
        self._found: Gathered | None = None
        self._leads: tuple[Lead, ...] | None = None
        self._decide_form: DecideForm | None = None
        self._cause_form: CauseForm | None = None
        self._decision: Decision | None = None
        self._verified: tuple[Check, ...] | None = None
        self._heard: datetime | None = None

    def take(self) -> None:
        """Take what was reported, and forget what was found of anything else.

        Raises:
            NotChosen: something is blank.
        """
        self._found = self._leads = self._decision = self._verified = None
        super().take()

    def gather(self) -> None:
        """Read the swarm: how the app stands, what failed, last log lines, nodes, kept states. Changes nothing."""
        with self.step("gather"):
            taken = self._reported()
            self._leads = self._decision = self._plan = self._gate = self._run = self._verified = None
            server = self._connect(taken.server)
            found = server.gather(taken.domain)
            self._heard = beginning(found)
            unread = self._hear("gather", lambda: server)
            self._found = replace(found, unread=(*found.unread, unread)) if unread else found
            self.ledger.append("gather", "gathered", gathered_facts(self._found))
            display(gathered_output(self._found, **self.mark("gather")))

    def narrow(self) -> None:
        """Say what the facts point to, and show the form in which the remedy is chosen. Changes nothing."""
        with self.step("narrow"):
            found = needed(self._found, "gather")
            self._leads = narrow(found)
            self.ledger.append("narrow", "narrowed", narrowed_facts(self._leads))
            display(narrowed_output(self._leads, **self.mark("narrow")))
            self._decide_form = DecideForm(found, suggestion(self._leads), self._given)
            self._decide_form.show()

    def decide(self) -> None:
        """Take the remedy as it was chosen. Changes nothing.

        Raises:
            NotChosen: no remedy, or not what it needs.
            InputError: there is no such remedy, state or service.
        """
        with self.step("decide"):
            found = needed(self._found, "gather")
            leads = needed(self._leads, "narrow")
            self._decision = self._plan = self._gate = self._run = self._verified = None
            answers = self._decide_form.answers if self._decide_form is not None else self._given
            if self._given["remedy"] not in ("", *REMEDIES):
                # The form offers no such remedy; what was asked for is refused in its own words.
                answers = {**answers, "remedy": answers["remedy"] or self._given["remedy"]}
            decision = decision_of(answers, found, suggestion(leads), self.operator)
            self.ledger.append("decide", "decided", decided_facts(decision))
            display(decided_output(decision, **self.mark("decide")))
            self._decision = decision
            self._reason = decision.reason
            self._taken = replace(self._reported(), decision=decision)

    def plan(self, *, prune: bool = False) -> None:
        """Show every change that the remedy takes; see :meth:`Book.plan`."""
        if self._changes("plan", "No plan: the decision is to change nothing."):
            super().plan(prune=prune)

    def gate(self) -> None:
        """Show where the plan is approved; see :meth:`Book.gate`."""
        if self._changes("gate", "Nothing to approve."):
            super().gate()

    def apply(self) -> None:
        """Make the writes of the approved plan; see :meth:`Book.apply`."""
        if self._changes("apply", "Nothing was changed."):
            super().apply()

    def watch(self) -> None:
        """Watch until the change is there; see :meth:`Book.watch`."""
        if self._changes("watch", "Nothing to watch: nothing was changed."):
            super().watch()

    def verify(self, seconds: float = VERIFY_SECONDS) -> None:
        """Watch whether the app stays up, by the engine's clock, and ask its page if ``url`` was given.

        Raises:
            CheckFailed: it does not, after it was shown.
        """
        with self.step("verify"):
            taken, decision = self._reported(), needed(self._decision, "decide")
            if decision.remedy != "none":
                needed(self._run, "apply")
            server = self._connect(taken.server)
            watched = server.watch_steady(taken.domain, seconds)
            checks = (*watched.checks, *((ask_page(self._given["url"]),) if self._given["url"] else ()))
            self._verified = checks
            self.ledger.append("verify", "checked", _checked_facts(checks, watched))
            self._hear("verify", lambda: server)
            display(verified_output(checks, watched.seconds, taken.domain, server.identity, **self.mark("verify")))
            self._cause_form = CauseForm(self._given["cause"])
            self._cause_form.show()
            if wrong := [check for check in checks if check.ok is False]:
                raise CheckFailed(
                    f"{taken.domain} is not up: {len(wrong)} of {len(checks)} checks did not pass",
                    what="\n".join(f"{check.name}: {check.text}" for check in wrong),
                    where=f"server {server.identity.name}, {taken.domain}",
                    hint="Run from the gather cell: it starts from what is there. To give up for now, run the close\n"
                    "cell: the incident then stands as unresolved.",
                )

    def close(self) -> None:
        """Close the incident: resolved if it was seen to stay up, unresolved if not. Changes nothing.

        Raises:
            InputError: it was not verified; an earlier step is missing.
        """
        with self.step("close"):
            taken, decision = self._reported(), needed(self._decision, "decide")
            checks = needed(self._verified, "verify")
            cause = self._cause_form.value if self._cause_form is not None else self._given["cause"]
            resolved = any(check.ok for check in checks) and not any(check.ok is False for check in checks)
            ending = "resolved" if resolved else "unresolved"
            changed: str = "nothing" if decision.remedy == "none" else decision.remedy
            if self._plan is not None and self._plan.nothing_to_do:
                changed = f"nothing: {decision.remedy} had nothing to do"
            pin = self._named(taken)
            self._hear("close", lambda: self._connect(taken.server))
            facts = {"ending": ending, "cause": cause, "changed": changed, "by": self.operator}
            self.ledger.append("close", "closed", facts)
            display(closed_output(taken.domain, ending, cause, changed, checks, pin, **self.mark("close")))

    def _hear(self, step: str, server: Callable[[], Server]) -> str:
        """Put into the ledger what the swarm's own events tell since the last time; why not, if they cannot be read.

        An incident goes on, and is closed, without them.
        """
        since = needed(self._heard, "gather")
        try:
            told = server().remembered(self._reported().domain, since)
        except (InputError, EngineError, TransportError) as error:
            unread = f"the swarm's own events: {error.headline}"
            self.ledger.append(step, "happened", {"unread": unread})
            return unread
        self._heard = max(since, told.until - LATE)
        self.ledger.append(step, "happened", happened_facts(told))
        return ""

    def _reported(self) -> Reported:
        taken = needed(self._taken, "take")
        assert isinstance(taken, Reported)
        return taken

    def _named(self, taken: Reported) -> Pin | None:
        """What the settings name, where a version was brought and seen to run."""
        report = self._run.report if self._run is not None else None
        if report is None or report.outcome not in ("converged", "nothing to do"):
            return None
        return pin_of(self.workspace, taken.server, taken.domain, report.plan)

    def _changes(self, step: str, otherwise: str) -> bool:
        """Whether there is something to change; shows ``otherwise`` if not."""
        with self.step(step):
            decision = needed(self._decision, "decide")
            if decision.remedy == "none":
                display(nothing_output(otherwise, **self.mark(step)))
        return decision.remedy != "none"


def _checked_facts(checks: tuple[Check, ...], watched: Watched) -> Mapping[str, object]:
    facts = [{"name": check.name, "ok": check.ok, "text": check.text} for check in checks]
    return {"checks": facts, "watched": watched.seconds}
