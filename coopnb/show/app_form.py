"""A form that chooses an app that is there already, and one thing more about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coopnb.model.server import ServerRow
from coopnb.show.servers import picker_html
from coopnb.show.text import clean
from coopnb.show.widgets import choosing_sentence, display_view, last_line

Offers = Callable[[str, str], Sequence[str]]
"""Server, domain -> values that are offered; others can be typed."""


@dataclass(frozen=True, slots=True)
class More:
    """The one thing more.

    Attributes:
        name: of the parameter. label, placeholder: as the form shows them.
        offers: asked when the app is chosen; it looks at files and at no server.
    """

    name: str
    label: str
    placeholder: str
    offers: Offers = lambda server, domain: ()


class AppForm:
    """Three labelled fields: server, domain, and what :class:`More` says.

    Args:
        servers: names of the servers there are. apps: server -> domains of its apps.
        preset: what the parameters cell says.

    Attributes:
        server, domain, more: the ipywidgets fields.
        servers: the names of the servers there are.
        states: how each server stands; see :meth:`tell`.
    """

    def __init__(
        self, servers: Sequence[str], apps: Mapping[str, Sequence[str]], more: More, preset: Mapping[str, str]
    ) -> None:
        import ipywidgets

        self._more = more
        offered = servers if not preset["server"] or preset["server"] in servers else (*servers, preset["server"])
        style = {"description_width": "6em"}
        wide = ipywidgets.Layout(width="38em", max_width="100%")
        self.server = ipywidgets.Dropdown(
            description="Server",
            options=[("choose a server", ""), *((clean(name), name) for name in offered)],
            value=preset["server"],
            style=style,
        )
        self.domain = ipywidgets.Combobox(
            description="Domain",
            value=preset["domain"],
            options=sorted({domain for domains in apps.values() for domain in domains}),
            placeholder="wiki.example.org",
            ensure_option=False,
            continuous_update=False,
            style=style,
        )
        self.more = self._field(more, preset[more.name], style=style, layout=wide)
        self._changed(None)
        for field in (self.server, self.domain):
            field.observe(self._changed, names="value")
        self.servers = tuple(servers)
        self.states = ipywidgets.HTML()
        parts = [self.server, self.domain, self.more, self.states, last_line(choosing_sentence())]
        self.view = ipywidgets.VBox(parts)

    def tell(self, rows: Sequence[ServerRow | None]) -> None:
        """Say below the fields how each server stands, as far as it has answered; the fields stay as they are."""
        self.states.value = picker_html(self.servers, rows)

    @property
    def answers(self) -> Mapping[str, str]:
        """What is chosen at this moment; blank where nothing is."""
        return {
            "server": self.server.value or "",
            "domain": self.domain.value.strip(),
            self._more.name: self.more.value.strip(),
        }

    def show(self) -> None:
        """Display the form, as a widget view only."""
        display_view(self.view)

    def _changed(self, change: Any) -> None:
        del change
        self._offer(self.server.value or "", self.domain.value.strip())

    def _field(self, more: More, preset: str, **looks: Any) -> Any:
        """The field of the one thing more."""
        import ipywidgets

        # what is offered here follows the app, and that draws the field anew: its letters are told as they come
        return ipywidgets.Combobox(
            description=more.label, value=preset, placeholder=more.placeholder, ensure_option=False, **looks
        )

    def _offer(self, server: str, domain: str) -> None:
        """Put into the field what there is to choose for an app; either may be blank."""
        self.more.options = tuple(self._more.offers(server, domain)) if server and domain else ()
