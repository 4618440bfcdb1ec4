"""The controls of a runbook. They choose and approve, and nothing else: only running a cell changes anything.

A control is displayed as a widget view without a text form, so a saved notebook holds nothing of it;
without a front end every form works the same, with its presets as its values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from coopnb.model.catalogue import Catalogue, CatalogueEntry
from coopnb.model.choice import Choice
from coopnb.model.plan import Plan
from coopnb.model.server import ServerRow
from coopnb.model.settings_form import SettingField
from coopnb.show.recipe_picker import RecipePicker
from coopnb.show.servers import picker_html
from coopnb.show.settings_form import PREFIX, SettingsForm
from coopnb.show.style import style_element
from coopnb.show.text import clean, counted, escape
from coopnb.show.words import place

# A field of text tells its value when it is left, in one message: letter by letter, the last letters would wait in
# the browser for the kernel to be done with the first, and a cell run meanwhile would read the beginning of a word.
# For the same reason the kernel changes nothing about a field that is typed into: that would draw it anew.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NO_VERSION = "newest, or as pinned"
CHOOSING = "Choosing changes nothing. What is chosen here counts when the next cell is run."


class ChooseForm:
    """Four labelled fields: server, recipe, version, domain.

    Args:
        servers: names of the servers there are.
        recipes: recipe -> its versions, newest first.
        apps: server -> domains of the apps it has; all are offered, and others can be typed.
        preset: what the parameters cell says; a value that is not among the options is offered too.
        listed: the catalogue; its recipes are offered beside those that are here.
        sample: recipe, version -> the settings a new app of it would have; none where that is not known yet.
        own: what recipes that are here say of themselves.

    Attributes:
        server, recipe, version, domain: the ipywidgets fields.
        picker: what the recipe is picked with; ``recipe`` is its field.
        settings: the settings of an app that is not there yet.
        servers: the names of the servers there are.
        states: how each server stands; see :meth:`tell`.
    """

    def __init__(
        self,
        servers: Sequence[str],
        recipes: Mapping[str, Sequence[str]],
        apps: Mapping[str, Sequence[str]] | None = None,
        preset: Choice | None = None,
        listed: Catalogue | None = None,
        sample: Callable[[str, str], Sequence[SettingField]] | None = None,
        own: Sequence[CatalogueEntry] = (),
    ) -> None:
        import ipywidgets

        preset = preset or Choice()
        self._recipes, self._apps = recipes, apps or {}
        self.picker = RecipePicker(recipes, listed or Catalogue(), preset.recipe, own)
        self.server = dropdown("Server", "choose a server", servers, preset.server)
        self.recipe = self.picker.field
        self.version = dropdown("Version", NO_VERSION, self.picker.versions(), preset.version)
        self.domain = ipywidgets.Combobox(
            description="Domain",
            value=preset.domain,
            options=sorted({domain for domains in self._apps.values() for domain in domains}),
            placeholder="wiki.example.org",
            ensure_option=False,
            continuous_update=False,
            style={"description_width": "6em"},
        )
        self.servers = tuple(servers)
        self.states = ipywidgets.HTML(picker_html((), ()))
        self.settings = SettingsForm()
        self._sample = sample
        self._proposed = ("", "")
        self.server.observe(self._server_changed, names="value")
        self.picker.observe(self._recipe_changed)
        for field in (self.version, self.domain):
            field.observe(self._propose, names="value")
        self._propose()
        fields = [self.server, *self.picker.parts, self.version, self.domain, self.settings.view]
        self.view = ipywidgets.VBox([*fields, self.states, last_line(self._sentence())])

    def tell(self, rows: Sequence[ServerRow | None]) -> None:
        """Say below the fields how each server stands, as far as it has answered; the fields stay as they are."""
        self.states.value = picker_html(self.servers, rows)

    @property
    def value(self) -> Choice:
        """What is chosen at this moment; blank where nothing is."""
        return Choice(
            server=self.server.value or "",
            recipe=self.picker.value,
            version=self.version.value or "",
            domain=self.domain.value.strip(),
        )

    @property
    def answers(self) -> Mapping[str, str]:
        """The same by the names of the fields, and beside them what was filled in for an app that is new."""
        chosen = self.value
        filled = {PREFIX + key: value for key, value in self.settings.changes.items()} if self._is_new() else {}
        return {name: getattr(chosen, name) for name in ("server", "recipe", "version", "domain")} | filled

    def show(self) -> None:
        """Display the form, as a widget view only."""
        display_view(self.view)

    def _is_new(self) -> bool:
        """Whether the app that is chosen has no settings yet."""
        return bool(self.domain.value.strip()) and self.domain.value.strip() not in self._domains()

    def _propose(self, change: Any = None) -> None:
        """Offer the settings of what is chosen; a domain that is being typed does not read the sample again."""
        del change
        chosen = (self.picker.value, self.version.value or "")
        if self._sample is not None and chosen[0] and chosen != self._proposed:
            self._proposed = chosen
            self.settings.propose(self._sample(*chosen))
        self.settings.visible(self._is_new() and bool(chosen[0]))

    def _domains(self) -> tuple[str, ...]:
        return tuple(self._apps.get(self.server.value or "", ()))

    def _recipe_changed(self, change: Any) -> None:
        del change
        versions = self.picker.versions()
        kept = self.version.value if self.version.value in versions else ""
        self.version.options = options(NO_VERSION, versions)
        self.version.value = kept
        self._propose()

    def _server_changed(self, change: Any) -> None:
        del change
        self._propose()

    def _sentence(self) -> str:
        lines = [CHOOSING]
        if not self.server.options[1:]:
            lines.insert(0, "There is no server yet. To start a practice swarm, run in a terminal: coopnb practice up")
        if not self._recipes:
            lines.insert(
                0, "There is no recipe in this workspace yet. To fetch one, run in a terminal: coopnb recipe list WORD"
            )
        return paragraphs(lines)


class GateForm:
    """Two labelled fields: the app's domain, typed as a signature, and the reason.

    Args:
        plan: what would be approved; shown as its number of operations and its server.
        approve, reason: what the parameters cell says.
    """

    def __init__(self, plan: Plan, approve: str = "", reason: str = "") -> None:
        import ipywidgets

        self._plan = plan
        style = {"description_width": "11em"}
        wide = ipywidgets.Layout(width="38em", max_width="100%")
        self.typed_field = ipywidgets.Text(
            description="Domain of the app",
            value=approve,
            placeholder=clean(plan.app),
            style=style,
            layout=wide,
            continuous_update=False,
        )
        self.reason_field = ipywidgets.Text(
            description="Reason",
            value=reason,
            placeholder="why this change is made",
            style=style,
            layout=wide,
            continuous_update=False,
        )
        self.line = last_line(self._line())
        for field in (self.typed_field, self.reason_field):
            field.observe(self._changed, names="value")
        parts = [self.typed_field, self.reason_field] if approvable(plan) else []
        self.view = ipywidgets.VBox([ipywidgets.HTML(paragraphs([gate_sentence(plan)])), *parts, self.line])

    @property
    def typed(self) -> str:
        """What was typed, or came as ``approve``, without the space around it."""
        return str(self.typed_field.value).strip()

    @property
    def reason(self) -> str:
        """Why, in the operator's words."""
        return str(self.reason_field.value).strip()

    @property
    def matches(self) -> bool:
        """Whether what was typed is the app's domain or the first eight digits of the plan's digest."""
        return self.typed in (self._plan.app, self._plan.short_digest)

    def show(self) -> None:
        """Display the form, as a widget view only."""
        display_view(self.view)

    def _changed(self, change: Any) -> None:
        del change
        self.line.value = self._line()

    def _line(self) -> str:
        if not approvable(self._plan):
            return ""
        if not self.typed:
            said = f"… waiting: type {self._plan.app} to approve."
        elif not self.matches:
            said = f"✗ does not match: {self._plan.app} is asked for, letter by letter."
        elif not self.reason:
            said = "… waiting: it matches; a reason is missing."
        else:
            said = "✓ matches. Run the next cell to make the change."
        return paragraphs([said])


def approvable(plan: Plan) -> bool:
    """Whether there is anything to approve, and nothing to mend first."""
    return not plan.blocked and not plan.nothing_to_do


def gate_sentence(plan: Plan) -> str:
    """Say what approving will do, before it is done."""
    where = place(plan.server, plan.nodes)
    if plan.blocked:
        return f"This plan for {where} cannot be approved: it has {counted(len(plan.blocked), 'error')} to mend first."
    if plan.nothing_to_do:
        return f"There is nothing to approve: {plan.app} on {where} is as wanted."
    verbs = [operation.verb for operation in plan.operations]
    parts = [f"{verbs.count(verb)} to {verb}" for verb in ("update", "create", "remove") if verb in verbs]
    return (
        f"Approving lets the next cell make {counted(len(verbs), 'operation')} on {where}: {', '.join(parts)}. "
        f"It holds for this plan only (digest {plan.short_digest}); by itself it changes nothing."
        + (f" It takes on what docker reads otherwise than meant: {', '.join(plan.accepted)}." if plan.taken_on else "")
    )


def choosing_sentence() -> str:
    """What a form says of itself, as HTML."""
    return paragraphs([CHOOSING])


def display_view(widget: Any) -> None:
    """Display a widget without a text form; outside a notebook do nothing."""
    from IPython.core.interactiveshell import InteractiveShell

    if not InteractiveShell.initialized():
        return
    from IPython.display import display

    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    display({WIDGET_VIEW: view}, raw=True)  # type: ignore[no-untyped-call]


def dropdown(label: str, blank: str, values: Sequence[str], preset: str, width: str = "6em") -> Any:
    """A labelled list of values, with a blank first; a preset that is not among them is offered too.

    Args:
        width: of the label, so that a form's fields stand in line.
    """
    import ipywidgets

    offered = values if not preset or preset in values else (*values, preset)
    return ipywidgets.Dropdown(
        description=label,
        options=options(blank, offered),
        value=preset,
        style={"description_width": width},
    )


def options(blank: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Give the options of a list: what is shown, made harmless, and the value."""
    return [(blank, ""), *((clean(value), value) for value in values)]


def last_line(html: str) -> Any:
    """What stands below a form's last field. Tab leads there, not to the next link, maybe at the notebook's end."""
    import ipywidgets

    return ipywidgets.HTML(html, tabbable=True)


def paragraphs(lines: Sequence[str]) -> str:
    """Write lines as paragraphs in our own style."""
    inner = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<div class="coopnb">{style_element()}{inner}</div>'
