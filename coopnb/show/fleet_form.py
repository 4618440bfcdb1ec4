"""The form that chooses servers: a tick each, all of them at first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coopnb.show.text import clean
from coopnb.show.widgets import display_view, last_line, paragraphs


class FleetForm:
    """One labelled tick a server.

    Args:
        servers: names of the servers there are. preset: those that are ticked at first; none given means all.
    """

    def __init__(self, servers: Sequence[str], preset: Sequence[str] = ()) -> None:
        import ipywidgets

        offered = tuple(dict.fromkeys((*servers, *preset)))
        self.ticks: dict[str, Any] = {
            name: ipywidgets.Checkbox(value=not preset or name in preset, description=clean(name), indent=False)
            for name in offered
        }
        said = "Ticked servers are looked at when the next cell is run. Looking changes nothing."
        sentence = last_line(paragraphs([said]))
        self.view = ipywidgets.VBox([*self.ticks.values(), sentence])

    @property
    def value(self) -> tuple[str, ...]:
        """The ticked servers."""
        return tuple(name for name, tick in self.ticks.items() if tick.value)

    def show(self) -> None:
        """Display the form, as a widget view only."""
        display_view(self.view)
