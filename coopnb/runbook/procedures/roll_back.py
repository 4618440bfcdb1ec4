"""``roll-back-app``: go back to a state that the swarm keeps of an app, whoever deployed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coopnb import envfile
from coopnb.errors import CoopError, InputError, NotChosen
from coopnb.model.choice import Choice
from coopnb.model.kept import KeptState
from coopnb.model.plan import Plan
from coopnb.plan.kept import state_before
from coopnb.plan.protection import with_protection
from coopnb.runbook.apps import offered_apps
from coopnb.runbook.facts import chosen_facts
from coopnb.runbook.procedure import Answers, Here
from coopnb.server import Server, ask_states, folder_of, refuse_unknown, stack_name
from coopnb.show.output import Output
from coopnb.show.state_form import StateForm
from coopnb.show.taken import states_output
from coopnb.workspace import Workspace


class RollBackApp:
    """The procedure of ``roll-back-app``."""

    parameters: tuple[str, ...] = ("server", "domain", "state")
    needed: tuple[str, ...] = ("server", "domain")
    accepts: bool = False

    def form(self, workspace: Workspace, preset: Answers) -> StateForm:
        """Server, domain and the states that the swarm keeps of the app."""
        servers, apps = offered_apps(workspace)
        return StateForm(servers, apps, lambda server, domain: ask_states(server, domain, workspace), preset)

    def take(self, here: Here, answers: Answers) -> TakenState:
        """Ask the swarm which states it keeps, and find the one that is meant.

        Raises:
            InputError: no state is kept, or none has that name.
        """
        place, server, domain = here.workspace, answers["server"], answers["domain"]
        refuse_unknown(server, place)
        path = place.env_file(folder_of(server), domain)
        local = envfile.read(path).values if path.is_file() else None
        stack = (local or {}).get("STACK_NAME") or stack_name(domain)
        states = here.connect(server).states(domain)
        if not states:
            raise InputError(
                f"the swarm keeps no state of {domain}, so there is nothing to go back to; nothing was done",
                where=f"server {server}, stack {stack}",
                hint="Only what coopnb deployed is kept. Deploy the version you want: deploy-app",
            )
        chosen = _named(states, answers["state"]) if answers["state"] else _before(states)
        meant = chosen or states[0]
        choice = Choice(server, meant.recipe, chosen.version if chosen else "", domain)
        differing = None if local is None or chosen is None else _differing(chosen, local)
        return TakenState(choice, stack, states, chosen, answers["state"], differing)


@dataclass(frozen=True, slots=True)
class TakenState:
    """A kept state that an app will go back to; without one, the choice that is still open."""

    choice: Choice
    stack: str
    states: tuple[KeptState, ...]
    state: KeptState | None
    asked: str
    differing: tuple[str, ...] | None

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
        return {**chosen_facts(self.choice), "state": self.state.name if self.state else ""}

    @property
    def refusal(self) -> CoopError | None:
        """No state is chosen, and which one is meant does not go without saying."""
        if self.state is not None:
            return None
        if self.asked:
            return InputError(
                f"the swarm keeps no state {self.asked[:80]} of {self.choice.domain}; nothing was done",
                where=f"server {self.choice.server}, stack {self.stack}",
                hint="Choose one of the states above, by its name or its last part.",
            )
        return NotChosen.of(
            ["state"],
            "no state is chosen; nothing was done",
            what=_why_open(self.states),
            where=f"server {self.choice.server}, stack {self.stack}",
            hint="Choose one of the states above, by its name or its last part, and run this cell again.",
        )

    def output(self, run: int | None, step: str) -> Output:
        """The states there are, and what going back does not bring back."""
        name = self.state.name if self.state else ""
        return states_output(self.choice, self.stack, self.states, name, self.differing, run=run, step=step)

    def plan(self, server: Server, *, prune: bool) -> Plan:
        """From what runs to the state, with the very images it had."""
        name = self.state.name if self.state else ""
        return with_protection(server.plan_state(self.choice.domain, name, prune=prune))


def _named(states: Sequence[KeptState], name: str) -> KeptState | None:
    return next((state for state in states if name in (state.name, state.name.rpartition("_")[2])), None)


def _before(states: Sequence[KeptState]) -> KeptState | None:
    """The state that ran before what runs, if what was applied last is what runs: else it could mean anything."""
    return state_before(states) if states[0].runs else None


def _why_open(states: Sequence[KeptState]) -> str:
    if not any(state.runs for state in states):
        return "what runs now is none of the kept states"
    if not states[0].runs:
        return "what was applied last is not what runs now, so the state before it does not go without saying"
    if all(state.runs for state in states):
        return "what runs now is the only state that is kept"
    return "no other state that can be used was seen to run, so none of them goes without saying"


def _differing(state: KeptState, local: Mapping[str, str]) -> tuple[str, ...]:
    """The names of settings that differ; the version, which is written when it runs, is none of them."""
    kept = {str(name): str(value) for name, value in (state.content.get("settings") or {}).items()}
    withheld = {str(name) for name in state.content.get("withheld") or ()}
    names = (kept.keys() | local.keys()) - withheld - {"TYPE", "RECIPE"}
    return tuple(sorted(name for name in names if kept.get(name) != local.get(name)))
