"""The form that chooses one of the states a swarm keeps of an app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from coopnb.errors import CoopError
from coopnb.model.kept import KeptState
from coopnb.show.app_form import AppForm, More
from coopnb.show.text import clean, counted
from coopnb.show.widgets import paragraphs

AskStates = Callable[[str, str], Sequence[KeptState]]
"""Server, domain -> the states that are kept, newest first; raises a CoopError if the server cannot be asked."""

BLANK = "the one that ran before what runs"


class StateForm(AppForm):
    """Three labelled fields: server, domain, and the states that are kept of that app, newest first.

    Args:
        ask: asks the server, when an app is chosen.

    Attributes:
        told: what came of asking, as a sentence below the fields.
    """

    def __init__(
        self, servers: Sequence[str], apps: Mapping[str, Sequence[str]], ask: AskStates, preset: Mapping[str, str]
    ) -> None:
        import ipywidgets

        self._ask = ask
        self._preset = preset["state"]
        self.told = ipywidgets.HTML()
        super().__init__(servers, apps, More("state", "State", BLANK), preset)
        self.view.children = (*self.view.children[:3], self.told, *self.view.children[3:])

    def _field(self, more: More, preset: str, **looks: Any) -> Any:
        import ipywidgets

        given = [(clean(preset), preset)] if preset else []
        return ipywidgets.Dropdown(
            description=more.label, options=[(more.placeholder, ""), *given], value=preset, **looks
        )

    def _offer(self, server: str, domain: str) -> None:
        states, said = self._asked(server, domain)
        offered = [(state_label(state), state.name) for state in states if not state.trouble]
        chosen = self.more.value
        given = self._preset
        if given and not any(given in (name, name.rpartition("_")[2]) for _, name in offered):
            offered.append((clean(given), given))
        elif given:
            given = next(name for _, name in offered if given in (name, name.rpartition("_")[2]))
        self.more.options = [(BLANK, ""), *offered]
        values = {name for _, name in offered}
        self.more.value = chosen if chosen in values else given if given in values else ""
        self.told.value = paragraphs([said]) if said else ""

    def _asked(self, server: str, domain: str) -> tuple[Sequence[KeptState], str]:
        if not server or not domain:
            return (), "The states are listed as soon as server and app are chosen."
        try:
            states = self._ask(server, domain)
        except CoopError as error:
            return (), f"The states cannot be listed now: {error.headline}."
        if not states:
            return (), f"The swarm keeps no state of {domain}."
        runs = next((state for state in states if state.runs), None)
        now = f"{state_label(runs)}" if runs else "what runs now is none of them"
        return states, f"{counted(len(states), 'state')} kept, newest first; {now}."


def state_label(state: KeptState) -> str:
    """A state in one line: its version, the last part of its name, and how it stands."""
    parts = [state.version, state.name.rpartition("_")[2], state_stands(state)]
    return clean("  ".join(part for part in parts if part))


def state_stands(state: KeptState) -> str:
    """How a state stands, where that is something to know before it is chosen."""
    if state.trouble:
        return f"cannot be used: {state.trouble}"
    if state.runs:
        return "runs now"
    return "" if state.ran else "was not seen to run"
