"""The settings of a new app as a form, made from the comments of its recipe's sample.

A secret has no field: its value is made when the app is deployed, or inserted by hand, and never typed where a
notebook could keep it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.model.settings_form import SettingField
from coopnb.redaction import looks_secret
from coopnb.show.style import style_element
from coopnb.show.text import clean, escape, shorten

PREFIX = "setting:"
"""What a filled-in setting is called among a form's answers: ``setting:HTTP_PORT``."""

WIDE = "min(44em, 100%)"
"""How wide a form of settings is."""

LABEL = "16em"
"""How wide the name before a field is."""

_ASKED_ABOVE = frozenset({"DOMAIN"})


class SettingsForm:
    """A labelled field for every setting a sample has; switches for those it leaves off.

    Attributes:
        fields: setting's key -> its text field. switches: key -> its checkbox.
        view: what is displayed, folded at first: the sample's own values are good ones.
    """

    def __init__(self, title: str = "Settings of the new app") -> None:
        import ipywidgets

        self.fields: dict[str, Any] = {}
        self.switches: dict[str, Any] = {}
        self._proposed: tuple[SettingField, ...] = ()
        self._inside = ipywidgets.VBox()
        self.view = ipywidgets.Accordion([self._inside], selected_index=None)
        self.view.set_title(0, title)
        self.view.layout.width = WIDE
        self.visible(False)

    def propose(self, proposed: Sequence[SettingField]) -> None:
        """Put the fields of another sample into the form; what was typed under the same key stays."""
        import ipywidgets

        typed = self.changes
        self._proposed = tuple(item for item in proposed if item.name not in _ASKED_ABOVE)
        self.fields, self.switches = {}, {}
        rows: list[Any] = []
        section = ""
        for item in self._proposed:
            if item.section != section:
                section = item.section
                rows.append(ipywidgets.HTML(help_html(section, head=True)) if section else ipywidgets.HTML("<hr>"))
            rows += self._row(item, typed)
        self._inside.children = rows

    def visible(self, wanted: bool) -> None:
        """Show the form, or take it away: an app that is there has its settings already."""
        self.view.layout.display = None if wanted and self._proposed else "none"

    @property
    def changes(self) -> Mapping[str, str]:
        """Key -> value, of what is switched on, and of what is another value than the sample's."""
        found = {}
        for item in self._proposed:
            value = self.fields[item.key].value if item.key in self.fields else item.value
            if item.optional:
                if self.switches[item.key].value:
                    found[item.key] = value
            elif value != item.value:
                found[item.key] = value
        return found

    def _row(self, item: SettingField, typed: Mapping[str, str]) -> list[Any]:
        import ipywidgets

        parts: list[Any] = []
        if item.optional:
            typed_into = item.kind == "value" and not looks_secret(item.name)
            switch = ipywidgets.Checkbox(
                description=_switch_label(item),
                value=item.key in typed,
                indent=False,
                layout={"width": LABEL if typed_into else "98%"},
            )
            self.switches[item.key] = switch
            parts.append(switch)
        if item.kind == "value" and not looks_secret(item.name):
            label = "" if item.optional else item.name
            field = ipywidgets.Text(
                description=clean(label),
                value=typed.get(item.key, item.value),
                style={"description_width": "0" if item.optional else LABEL},
                layout={"width": "22em" if item.optional else "98%"},
                disabled=item.optional and item.key not in typed,
                continuous_update=False,
            )
            if item.optional:
                ipywidgets.dlink((self.switches[item.key], "value"), (field, "disabled"), lambda on: not on)
            self.fields[item.key] = field
            parts.append(field)
        told = _told(item)
        row = [ipywidgets.HBox(parts, layout={"flex_flow": "row wrap"})] if len(parts) > 1 else parts
        return [*row, ipywidgets.HTML(help_html(told))] if told else row


def _switch_label(item: SettingField) -> str:
    if item.kind == "files":
        return f"use {clean(item.value.rpartition(':')[2])}"
    return f"set {clean(item.name)}"


def _told(item: SettingField) -> str:
    """The help of a field, and what it is if it has none to type into."""
    what = ""
    if item.kind == "secret":
        what = f"{item.name}={item.value}: the version of a secret; its value is made or inserted, never typed here."
    elif item.kind == "files" and not item.optional:
        what = f"{item.name}={item.value}"
    elif item.kind == "value" and looks_secret(item.name):
        what = secret_words(item.name)
    return "\n".join(part for part in (what, item.help) if part)


def secret_words(name: str) -> str:
    """Say why a setting has no field."""
    return f"{name} looks like a secret: write it into the app's file yourself, a notebook would keep it."


def help_html(text: str, *, head: bool = False) -> str:
    """Write what a sample says of a setting, or the heading of a section, made harmless."""
    lines = [escape(shorten(line, 400)) for line in text.splitlines()]
    inner = "".join(f"<p><strong>{line}</strong></p>" if head else f"<p>{line}</p>" for line in lines)
    indent = "" if head else ' style="padding-left:1.7em"'
    return f'<div class="coopnb"{indent}>{style_element()}{inner}</div>'
