"""``scale-app``: another number of tasks for services as they run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from coopnb import envfile
from coopnb.errors import CoopError, InputError
from coopnb.model.choice import Choice
from coopnb.model.plan import Plan
from coopnb.plan.live import tasks_wanted
from coopnb.runbook.apps import offered_apps
from coopnb.runbook.facts import chosen_facts
from coopnb.runbook.procedure import Answers, Here
from coopnb.server import Server, folder_of, refuse_unknown, stack_name
from coopnb.show.app_form import AppForm, More
from coopnb.show.output import Output
from coopnb.show.taken import scale_output
from coopnb.workspace import Workspace

_ONE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*=\s*([0-9]{1,9})")


class ScaleApp:
    """The procedure of ``scale-app``."""

    parameters: tuple[str, ...] = ("server", "domain", "replicas")
    needed: tuple[str, ...] = ("server", "domain", "replicas")
    accepts: bool = False

    def form(self, workspace: Workspace, preset: Answers) -> AppForm:
        """Server, domain, and the numbers of tasks."""
        servers, apps = offered_apps(workspace)
        return AppForm(servers, apps, More("replicas", "Tasks", "app=2"), preset)

    def take(self, here: Here, answers: Answers) -> TakenScale:
        """Ask the swarm what runs, and read what is wanted instead.

        Raises:
            InputError: the numbers cannot be read, or a service cannot have them.
        """
        place, server, domain = here.workspace, answers["server"], answers["domain"]
        wanted = read_replicas(answers["replicas"])
        refuse_unknown(server, place)
        path = place.env_file(folder_of(server), domain)
        local = envfile.read(path).values if path.is_file() else {}
        stack = local.get("STACK_NAME") or stack_name(domain)
        connected = here.connect(server)
        plan = connected.plan_scale(domain, wanted)  # refuses what cannot be, before anything is shown
        now = tasks_wanted(connected.snapshot(stack))
        return TakenScale(Choice(server, plan.recipe, plan.version_after, domain), stack, now, wanted)


@dataclass(frozen=True, slots=True)
class TakenScale:
    """Services of an app that will have another number of tasks."""

    choice: Choice
    stack: str
    now: Mapping[str, int | None]
    wanted: Mapping[str, int]
    refusal: CoopError | None = None

    @property
    def server(self) -> str:
        """The server's name."""
        return self.choice.server

    @property
    def domain(self) -> str:
        """The app's domain."""
        return self.choice.domain

    @property
    def facts(self) -> Mapping[str, object]:
        """What the ledger keeps of it."""
        return {**chosen_facts(self.choice), "replicas": dict(self.wanted)}

    def output(self, run: int | None, step: str) -> Output:
        """The services, with the tasks they have and are to have."""
        return scale_output(self.choice, self.stack, self.now, self.wanted, run=run, step=step)

    def plan(self, server: Server, *, prune: bool) -> Plan:
        """The services as they run, with other numbers."""
        if prune:
            raise InputError("scaling removes no service; nothing was done", hint="prune is for deploy-app.")
        return server.plan_scale(self.choice.domain, self.wanted)


def read_replicas(text: str) -> dict[str, int]:
    """``app=2 worker=3``, with blanks or commas between -> service -> tasks.

    Raises:
        InputError: it is written otherwise.
    """
    found: dict[str, int] = {}
    for part in re.split(r"[\s,]+", re.sub(r"\s*=\s*", "=", text.strip(" ,"))):
        match = _ONE.fullmatch(part)
        if not match or match[1] in found:
            raise InputError(
                f"{text[:80]!r} is not a number of tasks for each service; nothing was done",
                where="the parameter replicas",
                hint="Write it like app=2, or app=2 worker=3 for several.",
            )
        found[match[1]] = int(match[2])
    return found
