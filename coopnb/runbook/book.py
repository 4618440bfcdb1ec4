"""The book: one object whose methods are the steps of a runbook, in the order an operator takes them.

::

    book = open_book("deploy-app", server=server, recipe=recipe, ...)
    book.choose()  ->  take()  ->  plan()  ->  gate()  ->  apply()  ->  watch()  ->  check()

Widgets choose and approve; only running a cell changes anything. A step that is run again forgets what the
later ones made of its old result, so that no approval outlives its plan.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from coopnb.deploy import Run
from coopnb.errors import CheckFailed, CoopError, InputError, LedgerError, NotApproved, NotChosen
from coopnb.model.choice import Choice
from coopnb.model.plan import Approval, Plan
from coopnb.model.run import Event, Sample
from coopnb.record.ledger import Ledger, utc_now
from coopnb.record.masking import install
from coopnb.redaction import Redactor
from coopnb.runbook.apps import offered, pin, take
from coopnb.runbook.earlier import not_this_plan
from coopnb.runbook.facts import chosen_facts, planned_facts
from coopnb.runbook.look_after import look_after
from coopnb.runbook.operator import operator
from coopnb.runbook.place import open_ledger
from coopnb.server import Server, as_workspace, connect, folder_of, load_app, refuse_blocked, refuse_stale
from coopnb.show.applied import applied_output
from coopnb.show.live import LiveView
from coopnb.show.notes import checks_output, chosen_output
from coopnb.show.output import display
from coopnb.show.plan import plan_output
from coopnb.show.report import report_output
from coopnb.show.rollout import rollout_chart_html, rollout_output
from coopnb.show.widgets import ChooseForm, GateForm
from coopnb.workspace import Workspace


def _mask_outputs(redactor: Redactor) -> None:
    """Mask what leaves this kernel; outside of IPython there is nothing to install it in."""
    from IPython.core.getipython import get_ipython

    if (shell := get_ipython()) is not None:
        install(shell, redactor)


def open_book(
    runbook: str,
    *,
    server: str = "",
    recipe: str = "",
    version: str = "",
    domain: str = "",
    approve: str = "",
    reason: str = "",
    workspace: Workspace | str | Path | None = None,
) -> Book:
    """Open a runbook: find the ledger of its run, and mask every secret that becomes known from here on.

    Args:
        runbook: the runbook's own name (``deploy-app``).
        server, recipe, version, domain: presets of the choice; blank ones are chosen with the form.
        approve: headless, the first eight hex digits of the plan's digest.
        reason: why the change is made, in the operator's words.

    Raises:
        InputError: this notebook is a model, which is never run in place.
    """
    place = as_workspace(workspace)
    redactor = Redactor()
    _mask_outputs(redactor)
    ledger = open_ledger(place, runbook, Path.cwd(), os.environ, redactor)
    return Book(place, ledger, redactor, Choice(server, recipe, version, domain), approve.strip(), reason.strip())


class Book:
    """A runbook in use. Its steps say in order what they need; each shows what it found."""

    def __init__(
        self, workspace: Workspace, ledger: Ledger, redactor: Redactor, preset: Choice, approve: str, reason: str
    ) -> None:
        self.workspace = workspace
        self.ledger = ledger
        self._redactor = redactor
        self._preset = preset
        self._approve = approve
        self._reason = reason
        self._form: ChooseForm | None = None
        self._choice: Choice | None = None
        self._server: Server | None = None
        self._plan: Plan | None = None
        self._gate: GateForm | None = None
        self._run: Run | None = None

    def __repr__(self) -> str:
        return "<Book>"

    def choose(self) -> None:
        """Show the form that chooses server, recipe, version and domain. Choosing changes nothing."""
        with self._step("choose"):
            servers, recipes, apps = offered(self.workspace)
            self._form = ChooseForm(servers, recipes, apps, preset=self._preset)
            self._form.show()

    def take(self) -> None:
        """Take the choice as it stands now, and find or make the app's settings.

        Raises:
            NotChosen: something is blank.
        """
        with self._step("take"):
            choice = self._form.value if self._form is not None else self._preset
            self._choice = self._plan = self._gate = self._run = None
            if missing := [name for name in choice.missing if name != "version"]:
                raise NotChosen(
                    f"not chosen yet: {', '.join(missing)}; nothing was done",
                    hint="Choose above and run this cell again, or fill in the parameters cell and run all.\n"
                    f"Headless: {' '.join(f'-p {name}=...' for name in missing)}",
                )
            taken = take(self.workspace, choice, self._recipe_folder)
            self._choice = taken.choice
            self.ledger.append("take", "chosen", chosen_facts(taken.choice))
            display(
                chosen_output(
                    taken.choice, taken.stack, settings=taken.settings, notes=taken.notes, **self._mark("take")
                )
            )

    def plan(self, *, prune: bool = False) -> None:
        """Look at the server and show every change that would be made. Changes nothing.

        Args:
            prune: also remove services that run in the stack and are not in its files.

        Raises:
            PlanBlocked: the plan is shown, with what must be mended first.
        """
        with self._step("plan"):
            choice = _needed(self._choice, "take")
            self._plan = self._gate = self._run = None
            if self._server is not None:
                self._server.close()
            self._server = connect(choice.server, workspace=self.workspace, redactor=self._redactor)
            app = load_app(
                choice.domain,
                version=choice.version,
                server=folder_of(choice.server),
                workspace=self.workspace,
                into=self._recipe_folder,
            )
            found = self._server.plan(app, prune=prune)
            self.ledger.append("plan", "planned", planned_facts(found))
            display(plan_output(found, **self._mark("plan")))
            refuse_blocked(found)
            self._plan = found

    def gate(self) -> None:
        """Show where the plan is approved: the app's domain is typed, and a reason. Approving changes nothing yet."""
        with self._step("gate"):
            plan = _needed(self._plan, "plan")
            if not plan.nothing_to_do:
                self._gate = GateForm(plan, reason=self._reason)
                self._gate.show()

    def apply(self) -> None:
        """Make the writes of the approved plan; each is in the ledger before the engine hears of it.

        Raises:
            NotApproved, StalePlan: nothing was written.
        """
        with self._step("apply"):
            plan = _needed(self._plan, "plan")
            server = _needed(self._server, "plan")
            approval = self._approval(plan, server)
            if not plan.nothing_to_do:
                facts = {"digest": approval.digest, "by": approval.by, "reason": approval.reason}
                self.ledger.append("gate", "approved", facts)
            self._run = server.apply(plan, approval, ledger=self.ledger)
            display(applied_output(plan, approval.reason, **self._mark("apply")))

    def watch(self) -> None:
        """Watch until every task is as planned, or until it is known that it will not be.

        Raises:
            NotConverged: with the evidence, after it was shown.
            Interrupted: the watch was stopped; the swarm goes on.
        """
        with self._step("watch"):
            run = _needed(self._run, "apply")
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
                    display(report_output(run.report, **self._mark("watch")))
            pin(self.workspace, _needed(self._choice, "take"))

    def check(self) -> None:
        """Look once more, and compare what is there with what was planned.

        Raises:
            CheckFailed: something is not as planned, after it was shown.
        """
        with self._step("check"):
            server = _needed(self._server, "plan")
            plan = _needed(self._plan, "plan")
            _needed(self._run and self._run.report, "watch")
            found = look_after(plan, server.snapshot(plan.stack.name))
            facts = [{"name": check.name, "ok": check.ok, "text": check.text} for check in found]
            self.ledger.append("check", "checked", {"checks": facts})
            display(checks_output(found, plan.app, plan.server, **self._mark("check")))
            if wrong := [check for check in found if check.ok is False]:
                raise CheckFailed(
                    f"{len(wrong)} of {len(found)} checks did not pass",
                    what="\n".join(f"{check.name}: {check.text}" for check in wrong),
                    where=f"server {plan.server.name}, {plan.app}",
                    hint="Run the plan cell again: it shows what is missing.",
                )

    def _approval(self, plan: Plan, server: Server) -> Approval:
        """The operator's word for this plan, typed above or given as a parameter."""
        who = operator(os.environ)
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

    @property
    def _recipe_folder(self) -> Path:
        return self.ledger.folder / "recipe"

    def _mark(self, step: str) -> dict[str, Any]:
        return {"run": self.ledger.run, "step": step}

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """Whatever ends a step early is in the ledger; an error of ours goes on as it is."""
        try:
            yield
        except BaseException as error:
            text = str(error) if isinstance(error, CoopError) else type(error).__name__
            # What stopped the step is the news; that the ledger cannot take it is told by the step itself.
            with suppress(LedgerError):
                self.ledger.append(name, "failed", {"error": type(error).__name__, "text": text})
            raise


T = TypeVar("T")


def _needed(value: T | None, step: str) -> T:
    """What an earlier step made; without it, say which cell to run."""
    if value is None:
        raise InputError(f"the {step} step has not succeeded yet; nothing was done", hint=f"Run the {step} cell first.")
    return value
