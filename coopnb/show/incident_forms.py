"""The forms of an incident: which app, what to do, and what it was. Filling one in changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.model.incident import REMEDIES, Gathered, Lead
from coopnb.show.incident import REMEDY_WORDS
from coopnb.show.state_form import state_label
from coopnb.show.text import clean
from coopnb.show.widgets import display_view, dropdown, last_line, options, paragraphs

_STYLE = {"description_width": "8em"}


class ReportForm:
    """Three labelled fields: server, app, and what was noticed."""

    def __init__(self, servers: Sequence[str], apps: Mapping[str, Sequence[str]], preset: Mapping[str, str]) -> None:
        import ipywidgets

        self.server = dropdown("Server", "choose a server", servers, preset["server"])
        self.domain = ipywidgets.Combobox(
            description="App",
            value=preset["domain"],
            options=sorted({domain for domains in apps.values() for domain in domains}),
            placeholder="wiki.example.org",
            ensure_option=False,
            continuous_update=False,
            style={"description_width": "6em"},
        )
        self.noticed = _text("Noticed", preset["noticed"], "since when, and what: in the users' words", "6em")
        line = (
            "Choosing changes nothing. An app whose files are not on this machine can be typed: its domain is enough."
        )
        self.view = ipywidgets.VBox([self.server, self.domain, self.noticed, last_line(paragraphs([line]))])

    @property
    def answers(self) -> Mapping[str, str]:
        """What is filled in at this moment."""
        return {
            "server": self.server.value or "",
            "domain": self.domain.value.strip(),
            "noticed": self.noticed.value.strip(),
        }

    def show(self) -> None:
        """Display the form, as a widget view only."""
        display_view(self.view)


class DecideForm:
    """What to do: the remedy, what it applies to, and the reason. Preset by the parameters, never by a rule."""

    def __init__(self, found: Gathered, suggested: Lead, preset: Mapping[str, str]) -> None:
        import ipywidgets

        stack = f"{found.snapshot.stack}_"
        services = [service.name.removeprefix(stack) for service in found.snapshot.services]
        kept = [(state_label(state), state.name) for state in found.states if not state.trouble]
        self.remedy = ipywidgets.Dropdown(
            description="Remedy",
            options=[("choose a remedy", ""), *((REMEDY_WORDS[remedy], remedy) for remedy in REMEDIES)],
            value=preset["remedy"] if preset["remedy"] in REMEDIES else "",
            style=_STYLE,
            layout=_wide(),
        )
        self.service = dropdown("Service", "all services", services, preset["service"], "8em")
        self.state = ipywidgets.Dropdown(
            description="State",
            options=[("choose a state", ""), *((clean(label), name) for label, name in kept), *_other(preset, kept)],
            value=preset["state"],
            style=_STYLE,
            layout=_wide(),
        )
        self.replicas = _text("Tasks", preset["replicas"], "for scale: how many", "8em")
        self.reason = _text("Reason", preset["reason"], "why this, in your words", "8em")
        line = f"The rules suggest: {suggested.remedy} ({suggested.why})."
        below = last_line(paragraphs(["Deciding changes nothing; a plan comes next."]))
        fields = [self.remedy, self.service, self.state, self.replicas, self.reason]
        self.view = ipywidgets.VBox([ipywidgets.HTML(paragraphs([line])), *fields, below])

    @property
    def answers(self) -> Mapping[str, str]:
        """What is filled in at this moment."""
        fields = ("remedy", "service", "state", "replicas", "reason")
        return {name: str(getattr(self, name).value or "").strip() for name in fields}

    def show(self) -> None:
        """Display the form, as a widget view only."""
        display_view(self.view)


class CauseForm:
    """One labelled field: what it was, in the operator's words."""

    def __init__(self, cause: str) -> None:
        import ipywidgets

        self.cause = _text("Cause", cause, "what it was, as far as you know", "8em")
        line = "This stands in the record as your words. Run the next cell to close the incident."
        self.view = ipywidgets.VBox([self.cause, last_line(paragraphs([line]))])

    @property
    def value(self) -> str:
        """The cause."""
        return str(self.cause.value).strip()

    def show(self) -> None:
        """Display the form, as a widget view only."""
        display_view(self.view)


def _other(preset: Mapping[str, str], kept: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    given = preset["state"]
    return options("", [given])[1:] if given and given not in {name for _, name in kept} else []


def _text(label: str, value: str, placeholder: str, width: str) -> Any:
    import ipywidgets

    style = {"description_width": width}
    return ipywidgets.Text(
        description=label,
        value=value,
        placeholder=placeholder,
        continuous_update=False,
        style=style,
        layout=_wide(),
    )


def _wide() -> Any:
    import ipywidgets

    return ipywidgets.Layout(width="38em", max_width="100%")
