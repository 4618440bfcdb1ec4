"""A server, connected: the only place that wires rooms together.

::

    server = connect("practice")
    app = load_app("wiki.example.org")
    plan = server.plan(app)                 # reads, writes nothing
    run = server.apply(plan, approval)      # the only write
    run.wait()                              # converged, or NotConverged with the evidence
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from coopnb import convert, deploy, engine, observe, secrets
from coopnb.deploy import Watched
from coopnb.errors import InputError, NotApproved
from coopnb.model.app import App
from coopnb.model.history import History
from coopnb.model.incident import Gathered
from coopnb.model.kept import KeptState
from coopnb.model.plan import Approval, CreateSecret, LiveChange, Plan
from coopnb.model.remembered import Remembered
from coopnb.model.server import ServerIdentity
from coopnb.model.snapshot import Snapshot
from coopnb.model.stack import Stack
from coopnb.plan.facts import approved_facts, planned_facts
from coopnb.plan.images import tagged
from coopnb.plan.kept import towards
from coopnb.plan.live import every_service, live_plan
from coopnb.record.fingerprints import remember_all
from coopnb.record.ledger import Ledger, open_run, utc_now
from coopnb.redaction import Redactor
from coopnb.server import charting, kept
from coopnb.server.addresses import folder_of
from coopnb.server.app_logs import TaskLog, app_logs
from coopnb.server.controls import PracticeControls
from coopnb.server.loading import AppName, app_name, located
from coopnb.server.log_mask import LogMask
from coopnb.server.refusals import refuse_blocked, refuse_stale
from coopnb.show.charted import Charted
from coopnb.workspace import Workspace


class Server:
    """An open connection to a swarm, with everything an app needs done there.

    Attributes:
        identity: which swarm this is.
    """

    def __init__(
        self,
        door: engine.Engine,
        identity: ServerIdentity,
        workspace: Workspace,
        redactor: Redactor,
        practice: PracticeControls | None = None,
    ) -> None:
        self._engine = door
        self._practice = practice
        self.identity = identity
        self.workspace = workspace
        self._redactor = redactor
        self._log_mask = door.mask = LogMask(redactor, workspace)

    def __repr__(self) -> str:
        return f"<Server {self.identity.name}, {self.identity.endpoint}>"

    @property
    def practice(self) -> PracticeControls:
        """Faults, time and state of a practice swarm.

        Raises:
            InputError: this is a real server, where nothing is broken on purpose.
        """
        if self._practice is None:
            raise InputError(
                f"{self.identity.name} is not a practice swarm; nothing was done",
                hint="Faults, and time that is moved, are for practice: co.connect('practice'), co.practice_swarm()",
            )
        return self._practice

    def snapshot(self, app: App | Stack | str) -> Snapshot:
        """Look at an app, or at a stack by its name; of a whole stack, also at secrets and configs of other names."""
        if isinstance(app, Stack):
            return self._seen(app)
        return observe.snapshot(self._engine, self.identity, app if isinstance(app, str) else app.stack)

    def logs(self, app: App | str, service: str = "", *, tail: int = 100) -> tuple[TaskLog, ...]:
        """The last lines of each task of an app, or of one of its services; masked, harmless, bounded."""
        return app_logs(self._engine, self.snapshot(self._name(app).stack), service, tail)

    def history(self, app: App | str, *, seconds: float = charting.AN_HOUR) -> History:
        """What the swarm still knows of the last ``seconds`` of an app: spans of its tasks, restarts, nodes."""
        return charting.history(self._engine, self._name(app), seconds)

    def chart(self, app: App | str, *, seconds: float = charting.AN_HOUR) -> Charted:
        """The same as drawings, tables and a sentence; the last expression of a cell displays it."""
        return charting.chart(self._engine, self.identity, self._name(app), seconds)

    def watch(self, app: App | str, *, seconds: float = 30.0) -> Charted:
        """Watch an app for ``seconds`` by the engine's clock; a chart moves meanwhile, and the one it gives stays.

        The button in the view, and an interrupt, end it early and in the same way. Watching changes nothing.
        """
        return charting.watch(self._engine, self.identity, self._name(app), seconds)

    def plan(self, app: App | Stack, *, prune: bool = False) -> Plan:
        """Say what would be written to make the swarm as files want it. Writes nothing.

        Args:
            app: an app, or a stack as ``load_stack`` gives it. One method plans both, for an app is made a stack
                first, with what the field adds in it, and from there on nothing differs.
            prune: also remove services that run in the stack and are not in its files.
        """
        stack = app if isinstance(app, Stack) else self._converted(app)
        self._redactor_knows(stack)
        images = observe.look_up(self._engine, (tagged(service.image) for service in stack.services))
        return kept.compared(stack, self._seen(stack), images, prune=prune)

    @staticmethod
    def _converted(app: App) -> Stack:
        with located(app.recipe.source, app.env_file):
            return convert.convert(app)

    def _redactor_knows(self, stack: Stack) -> Mapping[str, str]:
        """The values of secrets that files give, masked from here on."""
        given = {item.name: item.data.decode("utf-8", "replace") for item in stack.secrets if item.data is not None}
        for name, value in given.items():
            self._redactor.add(name, value)
        return given

    def states(self, app: App | str) -> tuple[KeptState, ...]:
        """What the swarm keeps of an app for undo, newest first, whoever deployed it.

        Args:
            app: an app, its domain, or its stack's name: no file of this machine is needed.
        """
        return kept.states(self.snapshot(self._name(app).stack))

    def plan_state(self, app: App | str, state: str, *, prune: bool = False) -> Plan:
        """Plan towards a kept state, with the very images it had. Asks no registry, needs no file of this machine.

        Args:
            state: the name of a kept state, or its last part (``9c1e0f22``).

        Raises:
            InputError: there is no such state, or it cannot be gone back to.
        """
        name = self._name(app)
        seen = self.snapshot(name.stack)
        found = kept.find_state(seen, state)
        stack = kept.stack_of(found, name.settings)
        whole = all(each.startswith(f"{stack.name}_") for each in stack.object_names)
        # Only names that do not begin with the stack's need another look, which costs six requests.
        there = seen if whole else self._seen(stack)
        return towards(found, stack, there, prune=prune, found=kept.found_instead(seen))

    def plan_scale(self, app: App | str, replicas: Mapping[str, int]) -> Plan:
        """Plan another number of tasks for services as they run.

        Args:
            replicas: service (``app``) -> tasks.

        Raises:
            InputError: a service that is not there, is global, or would have no task.
        """
        return self._plan_live(app, LiveChange(replicas=dict(replicas)))

    def plan_restart(self, app: App | str, services: Sequence[str] = ()) -> Plan:
        """Plan new tasks for services that stay as they are otherwise; all of them if none is named.

        Raises:
            InputError: a service that is not there.
        """
        seen = self.snapshot(self._name(app).stack)
        return self._plan_live(app, LiveChange(restarts=tuple(services) or every_service(seen)), seen)

    def _plan_live(self, app: App | str, change: LiveChange, seen: Snapshot | None = None) -> Plan:
        name = self._name(app)
        seen = seen or self.snapshot(name.stack)
        return live_plan(seen, change, name.domain, kept.newest_stack(seen))

    def _name(self, app: App | str) -> AppName:
        if isinstance(app, App):
            return AppName(app.domain, app.stack, app.values)
        return app_name(self.workspace, app, folder_of(self.identity.name))

    def gather(self, app: App | str) -> Gathered:
        """Read all that may tell why an app is down: how it stands, what failed, its last log lines, its kept states.

        Args:
            app: an app, its domain, or its stack's name: no file of this machine is needed.
        """
        name = self._name(app)
        seen = self.snapshot(name.stack)
        found = deploy.gather(self._engine, seen, name.domain, kept.states(seen))
        return replace(found, known_secrets=self._log_mask.known)

    def remembered(self, app: App | str, since: datetime) -> Remembered:
        """What the engine's own events tell of an app and of the nodes, from ``since`` (by its clock) until now."""
        return observe.remembered(self._engine, self._name(app).stack, since)

    def watch_steady(self, app: App | str, seconds: float) -> Watched:
        """Watch whether an app stays up for so many seconds of the engine's clock. Writes nothing."""
        stack = self._name(app).stack
        return deploy.watch_steady(lambda: self.snapshot(stack), seconds, self_paced=self.identity.self_paced)

    def replan(self, plan: Plan) -> Plan:
        """The same plan on a fresh snapshot; equal digests mean that nothing it rests on has changed."""
        if plan.live is not None:
            return self._plan_live(plan.app, plan.live, self.snapshot(plan.stack.name))
        fresh = kept.compared(plan.stack, self._seen(plan.stack), plan.images, prune=plan.prune)
        return replace(fresh, accepted=plan.accepted)

    def _seen(self, stack: Stack) -> Snapshot:
        return observe.snapshot(self._engine, self.identity, stack.name, stack.object_names)

    def apply(self, plan: Plan, approval: Approval, *, ledger: Ledger | None = None) -> deploy.Run:
        """Make the writes of an approved plan. What comes of them is watched with the run's ``wait()``.

        Args:
            ledger: of the run this belongs to; without one, a run of its own is opened in the workspace.

        Raises:
            PlanBlocked, NotApproved, StalePlan, LedgerError: nothing was written.
            EngineError, TransportError: some may be written; the ledger has what.
        """
        refuse_blocked(plan)
        if not plan.nothing_to_do:
            if approval.digest != plan.digest:
                raise NotApproved(
                    f"the approval is for another plan ({approval.digest[:8]})",
                    hint=f"Approve this one: its digest is {plan.short_digest}.",
                )
            refuse_stale(plan, self.replan(plan))
        self._know(self._redactor_knows(plan.stack))
        if ledger is None:
            ledger = self._own_run(plan, approval)
        written = () if plan.nothing_to_do else deploy.apply(self._engine, plan, ledger, self._make_secrets)
        return deploy.Run(self._engine, plan, written, ledger)

    def close(self) -> None:
        """Let go of the connection; the server and the practice swarm go on."""
        self._engine.close()

    def _make_secrets(self, operations: Sequence[CreateSecret]) -> Mapping[str, str]:
        """Make values that are masked from the moment they exist."""
        made = {item.name: secrets.generate(item.length or 0, item.charset, randomness) for item in operations}
        self._know(made)
        return made

    def _know(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            self._redactor.add(name, value)
        if values:
            remember_all(self.workspace.fingerprints, values)

    def _own_run(self, plan: Plan, approval: Approval) -> Ledger:
        self.workspace.make(self.workspace.runs)
        facts = {"runbook": "apply", "who": approval.by, "headless": True}
        date = utc_now().date().isoformat()
        ledger = open_run(self.workspace.runs, "apply", plan.app, date, facts, redactor=self._redactor)
        ledger.append("plan", "planned", planned_facts(plan))
        if not plan.nothing_to_do:
            ledger.append("gate", "approved", approved_facts(plan, approval))
        return ledger
