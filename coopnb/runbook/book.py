"""The book: one object whose methods are the steps of a runbook, in the order an operator takes them.

::

    book = open_book("deploy-app", server=server, recipe=recipe, ...)
    book.choose()  ->  take()  ->  plan()  ->  gate()  ->  apply()  ->  watch()  ->  check()

Widgets choose and approve; only running a cell changes anything. A step that is run again forgets what the
later ones made of its old result, so that no approval outlives its plan.
"""

from __future__ import annotations

from collections.abc import Mapping

from coopnb.deploy import Run
from coopnb.errors import CheckFailed, NotApproved
from coopnb.model.plan import Approval, Plan
from coopnb.model.run import Event, Sample
from coopnb.plan.facts import approved_facts, planned_facts
from coopnb.record.ledger import Ledger, utc_now
from coopnb.redaction import Redactor
from coopnb.runbook.earlier import not_this_plan
from coopnb.runbook.look_after import look_after
from coopnb.runbook.pinning import pin
from coopnb.runbook.procedure import Answers, AsksMore, Form, Here, Note, Procedure, Taken, TellsServers, refuse_blank
from coopnb.runbook.steps import Steps, needed
from coopnb.server import Server, connect, refuse_blocked, refuse_stale, roster, with_accepted
from coopnb.show.applied import applied_output
from coopnb.show.live import LiveView
from coopnb.show.notes import checks_output, pinned_output
from coopnb.show.output import display
from coopnb.show.plan import plan_output
from coopnb.show.report import report_output
from coopnb.show.rollout import rollout_chart_html, rollout_output
from coopnb.show.widgets import GateForm
from coopnb.workspace import Workspace

APPROVAL = ("approve", "reason")
"""The parameters that every runbook has that changes something."""


ACCEPT = "accept"
"""The parameter of runbooks whose plan is made of a recipe's files: names of errors that are taken on."""

PICKER_PATIENCE = 5.0
"""Seconds that the form waits for servers to say how they stand; a later one can be chosen all the same."""


class Book(Steps):
    """A runbook that changes something. Its steps say in order what they need; each shows what it found."""

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        redactor: Redactor,
        procedure: Procedure,
        parameters: Mapping[str, str],
    ) -> None:
        super().__init__(workspace, ledger, redactor)
        self._procedure = procedure
        self._preset = {name: parameters.get(name, "").strip() for name in procedure.parameters}
        self._approve, self._reason = (parameters.get(name, "").strip() for name in APPROVAL)
        self._accept = parameters.get(ACCEPT, "") if procedure.accepts else ""
        self._form: Form | None = None
        self._more: tuple[Answers, Form] | None = None
        self._taken: Taken | None = None
        self._server: Server | None = None
        self._plan: Plan | None = None
        self._gate: GateForm | None = None
        self._run: Run | None = None

    def choose(self) -> None:
        """Show the form that chooses. Choosing changes nothing."""
        with self.step("choose"):
            self._form = self._procedure.form(self.workspace, self._preset)
            self._form.show()
            if isinstance(self._form, TellsServers) and not self._preset.get("server"):
                # The form stands already; the rows come from this running cell, as they answer, and it ends with them.
                roster(self.workspace, self._form.servers, timeout=PICKER_PATIENCE, seen=self._form.tell)

    def take(self) -> None:
        """Take the choice as it stands now, and show what it is.

        Raises:
            NotChosen: something is blank.
        """
        with self.step("take"):
            # What a form does not ask for counts as the parameters say.
            chosen = {**self._preset, **(self._form.answers if self._form is not None else {})}
            answers = self._answers(chosen)
            self._taken = self._plan = self._gate = self._run = None
            hint = "Choose above and run this cell again, or fill in the parameters cell and run all."
            refuse_blank(self._procedure.needed, answers, hint)
            here = Here(self.workspace, self.ledger.folder / "recipe", self._connect, self._noting("take"))
            taken = self._procedure.take(here, answers)
            self.ledger.append("take", "chosen", taken.facts)
            display(taken.output(**self.mark("take")))
            if taken.refusal is not None:
                self._ask_more(chosen, taken)
                raise taken.refusal
            self._taken, self._more = taken, None

    def plan(self, *, prune: bool = False) -> None:
        """Look at the server and show every change that would be made. Changes nothing.

        Args:
            prune: also remove services that run in the stack and are not in its files.

        Raises:
            PlanBlocked: the plan is shown, with what must be mended or accepted first.
            InputError: what is to be accepted is no error of this plan, or has to be mended.
        """
        with self.step("plan"):
            taken = needed(self._taken, "take")
            self._plan = self._gate = self._run = None
            planned = taken.plan(self._connect(taken.server), prune=prune)
            found = with_accepted(planned, self._accept)
            self.ledger.append("plan", "planned", planned_facts(found))
            display(plan_output(found, **self.mark("plan")))
            refuse_blocked(found)
            self._plan = found

    def gate(self) -> None:
        """Show where the plan is approved: the app's domain is typed, and a reason. Approving changes nothing yet."""
        with self.step("gate"):
            plan = needed(self._plan, "plan")
            if not plan.nothing_to_do:
                self._gate = GateForm(plan, reason=self._reason)
                self._gate.show()

    def apply(self) -> None:
        """Make the writes of the approved plan; each is in the ledger before the engine hears of it.

        Raises:
            NotApproved, StalePlan: nothing was written.
        """
        with self.step("apply"):
            plan = needed(self._plan, "plan")
            server = needed(self._server, "plan")
            approval = self._approval(plan, server)
            if not plan.nothing_to_do:
                self.ledger.append("gate", "approved", approved_facts(plan, approval))
            self._run = server.apply(plan, approval, ledger=self.ledger)
            display(applied_output(plan, approval.reason, **self.mark("apply")))

    def watch(self) -> None:
        """Watch until every task is as planned, or until it is known that it will not be.

        Once they are, the app's settings on this machine name the version that runs.

        Raises:
            NotConverged: with the evidence, after it was shown.
            Interrupted: the watch was stopped; the swarm goes on.
        """
        with self.step("watch"):
            run = needed(self._run, "apply")
            live = LiveView()
            live.show()
            samples: list[Sample] = []

            def progress(events: tuple[Event, ...], sample: Sample) -> None:
                samples.append(sample)
                rows = rollout_output(run.plan, sample, sample.seconds).html
                live.update(rows, lambda: rollout_chart_html(run.plan, samples))

            try:
                run.wait(progress)
            finally:
                live.close()
                if run.report is not None:
                    display(report_output(run.report, **self.mark("watch")))
            taken = needed(self._taken, "take")
            found = pin(self.workspace, taken.server, taken.domain, run.plan, self._noting("watch"))
            if found is not None and (found.differs or not found.file):
                display(pinned_output(found, **self.mark("watch")))

    def check(self) -> None:
        """Look once more, and compare what is there with what was planned.

        Raises:
            CheckFailed: something is not as planned, after it was shown.
        """
        with self.step("check"):
            server = needed(self._server, "plan")
            plan = needed(self._plan, "plan")
            needed(self._run and self._run.report, "watch")
            found = look_after(plan, server.snapshot(plan.stack))
            facts = [{"name": check.name, "ok": check.ok, "text": check.text} for check in found]
            self.ledger.append("check", "checked", {"checks": facts})
            display(checks_output(found, plan.app, plan.server, **self.mark("check")))
            if wrong := [check for check in found if check.ok is False]:
                raise CheckFailed(
                    f"{len(wrong)} of {len(found)} checks did not pass",
                    what="\n".join(f"{check.name}: {check.text}" for check in wrong),
                    where=f"server {plan.server.name}, {plan.app}",
                    hint="Run the plan cell again: it shows what is missing.",
                )

    def _answers(self, chosen: Answers) -> Answers:
        """The choice, with what was filled in below it; what was filled in for one app is nothing to another."""
        if self._more is not None and self._more[0] != chosen:
            self._more = None
        return {**chosen, **self._more[1].answers} if self._more is not None else chosen

    def _ask_more(self, chosen: Answers, taken: Taken) -> None:
        form = taken.more() if isinstance(taken, AsksMore) else None
        self._more = (chosen, form) if form is not None else None
        if form is not None:
            form.show()

    def _approval(self, plan: Plan, server: Server) -> Approval:
        """The operator's word for this plan, typed above or given as a parameter."""
        who = self.operator
        reason = (self._gate.reason if self._gate is not None else self._reason).strip()
        if plan.nothing_to_do:
            return Approval(plan.digest, who, reason or "nothing to do", utc_now())
        typed = self._gate.typed.strip() if self._gate is not None else ""
        by_digest = self._approve == plan.short_digest
        if self._approve and not by_digest and not typed:
            refuse_stale(plan, server.replan(plan))
            raise not_this_plan(plan, self._approve, self.workspace.runs)
        if typed != plan.app and not by_digest:
            wrong = f"what was typed is not {plan.app}" if typed else "this plan waits for an approval"
            raise NotApproved(
                f"{wrong}; nothing was written",
                where=f"server {plan.server.name}, {plan.app}",
                hint=f"Type {plan.app} and a reason above, then run this cell again.\n"
                f"Headless: approve={plan.short_digest}",
            )
        if not reason:
            raise NotApproved(
                "the approval has no reason; nothing was written",
                where=f"server {plan.server.name}, {plan.app}",
                hint="Say in a few words why this change is made: in the form above, or as reason=.",
            )
        return Approval(plan.digest, who, reason, utc_now())

    def _noting(self, step: str) -> Note:
        def note(event: str, facts: Mapping[str, object]) -> None:
            self.ledger.append(step, event, facts)

        return note

    def _connect(self, name: str) -> Server:
        """Connect anew: a connection that was kept may have died meanwhile."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._server = connect(name, workspace=self.workspace, redactor=self.redactor)
        return self._server
