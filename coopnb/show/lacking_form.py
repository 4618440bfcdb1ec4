"""The settings that an upgrade cannot go on without, as fields right below the output that says so.

Nothing counts that was not decided: a value that was typed does, and the sample's own, or a blank one, once its box
is ticked. A setting that looks like a secret has no field: a notebook would keep what is typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.model.upgrade import NewSetting
from coopnb.redaction import looks_secret
from coopnb.show.settings_form import LABEL, PREFIX, WIDE, help_html, secret_words
from coopnb.show.text import clean
from coopnb.show.widgets import display_view, last_line, paragraphs


class LackingForm:
    """A labelled field for every setting that is lacking.

    Args:
        lacking: with the values that the sample proposes.
        file: where they are written, as it is told.
        decided: name -> value, of what was decided before and is not written yet.

    Attributes:
        fields: setting's name -> its text field. boxes: setting's name -> the box that takes what is proposed.
    """

    def __init__(self, lacking: Sequence[NewSetting], file: str, decided: Mapping[str, str]) -> None:
        import ipywidgets

        self.fields: dict[str, Any] = {}
        self.boxes: dict[str, Any] = {}
        self._lacking = tuple(lacking)
        rows: list[Any] = [ipywidgets.HTML(paragraphs([f"What is decided here is written into {file}."]))]
        for setting in self._lacking:
            if looks_secret(setting.name):
                rows.append(ipywidgets.HTML(help_html(_told(secret_words(setting.name), setting.comment))))
            else:
                rows += self._row(setting, decided.get(setting.name))
        rows.append(last_line(paragraphs(["Filling in changes nothing. It counts when this cell is run again."])))
        self.view = ipywidgets.VBox(rows, layout={"width": WIDE})

    @property
    def answers(self) -> Mapping[str, str]:
        """What is decided at this moment, each under ``setting:NAME``; nothing of what is still open."""
        found = {}
        for setting in self._lacking:
            if setting.name in self.fields:
                value = self.fields[setting.name].value.strip()
                decided = self.boxes[setting.name].value if value == setting.sample.strip() else bool(value)
                if decided:
                    found[PREFIX + setting.name] = value
        return found

    def show(self) -> None:
        """Display the form, as a widget view only."""
        display_view(self.view)

    def _row(self, setting: NewSetting, decided: str | None) -> list[Any]:
        import ipywidgets

        name = clean(setting.name)
        field = ipywidgets.Text(
            description=name,
            value=setting.sample if decided is None else decided,
            style={"description_width": LABEL},
            layout={"width": "98%"},
            continuous_update=False,
        )
        box = ipywidgets.Checkbox(
            description=f"use {name} as it is proposed" if setting.sample else f"leave {name} blank",
            value=decided == setting.sample.strip(),
            indent=False,
            layout={"width": "98%", "margin": f"0 0 0 {LABEL}"},
        )
        self.fields[setting.name], self.boxes[setting.name] = field, box
        help_line = [ipywidgets.HTML(help_html(setting.comment))] if setting.comment else []
        return [field, *help_line, box]


def _told(what: str, comment: str) -> str:
    return "\n".join(part for part in (what, comment) if part)
