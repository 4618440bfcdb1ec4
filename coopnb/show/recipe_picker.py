"""The control that picks a recipe: a list of a few, or words to find it by among hundreds.

It chooses and nothing else: a recipe of the catalogue that is not here yet is fetched by the cell that takes
the choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from coopnb.model.catalogue import Catalogue, CatalogueEntry, search
from coopnb.show.style import style_element
from coopnb.show.text import clean, counted, escape, shorten

FEW = 8
"""So many recipes are a plain list; more are searched."""

SHOWN = 50
"""Rows of the list at most: a longer one is not read, and another word narrows it down."""

_STYLE = {"description_width": "6em"}


class RecipePicker:
    """A labelled field for a recipe, with a search above it where there are many.

    Args:
        here: recipe of the workspace -> its versions, newest first.
        listed: the catalogue, as far as it is known without asking anybody.
        preset: what the parameters cell says; it is offered even if nobody knows it.
        own: what recipes of the workspace say of themselves; it counts where the catalogue has none of that name.

    Attributes:
        field: the ipywidgets field whose ``value`` is the recipe's name.
        words: the search field; ``None`` where there are only a few.
        parts: what is displayed, in order.
    """

    def __init__(
        self,
        here: Mapping[str, Sequence[str]],
        listed: Catalogue,
        preset: str = "",
        own: Sequence[CatalogueEntry] = (),
    ) -> None:
        import ipywidgets

        self._here = here
        others = [entry for entry in listed.entries if entry.name not in here]
        told = {entry.name: entry for entry in (*own, *listed.entries)}
        self._entries = {name: told.get(name, CatalogueEntry(name)) for name in here} | {e.name: e for e in others}
        self._listed = listed
        self._chosen = preset
        self.words: Any = None
        self.about = ipywidgets.HTML()
        if len(self._entries) <= FEW:
            self.field = ipywidgets.Dropdown(description="Recipe", options=self._options(), style=_STYLE)
        else:
            wide = ipywidgets.Layout(width="42em", max_width="100%")
            self.words = ipywidgets.Text(
                description="Find", placeholder="a word of its name or of what it does", style=_STYLE, layout=wide
            )
            self.field = ipywidgets.Select(
                description="Recipe",
                options=self._options(),
                rows=8,
                style=_STYLE,
                layout=wide,
            )
            self.words.observe(self._typed, names="value")
        self.field.observe(self._picked, names="value")
        self.about.value = self._sentences()
        self.parts = [part for part in (self.words, self.field, self.about) if part is not None]

    @property
    def value(self) -> str:
        """The name of the recipe that is picked; blank if none is."""
        return self._chosen

    def versions(self) -> Sequence[str]:
        """The versions of the recipe that is picked: those that are here, else those the catalogue knows."""
        entry = self._entries.get(self._chosen)
        return self._here.get(self._chosen) or (entry.versions if entry else ())

    def observe(self, act: Callable[[Any], None]) -> None:
        """Call ``act`` when another recipe is picked."""
        self.field.observe(act, names="value")

    def _options(self) -> list[tuple[str, str]]:
        """What is picked stands first: ipywidgets picks the first option whenever options change."""
        typed = self.words.value if self.words is not None else ""
        found = [entry for entry in search(tuple(self._entries.values()), typed) if entry.name != self._chosen]
        first = self._entries.get(self._chosen, CatalogueEntry(self._chosen)) if self._chosen else None
        blank = "choose a recipe" if self.words is None else self._count(len(found))
        options = [(self._label(first), first.name) if first else (blank, "")]
        return options + [(self._label(entry), entry.name) for entry in found[:SHOWN]]

    def _count(self, number: int) -> str:
        if number > SHOWN:
            return f"choose a recipe: {number} found, {SHOWN} shown; another word narrows it down"
        return f"choose a recipe: {number} found" if number else "nothing found; try another word"

    def _label(self, entry: CatalogueEntry) -> str:
        what = ": ".join(part for part in (entry.category, entry.description) if part)
        return clean(entry.name) + (f"  -  {shorten(what, 70)}" if what else "")

    def _typed(self, change: Any) -> None:
        del change
        self.field.options = self._options()

    def _picked(self, change: Any) -> None:
        self._chosen = change["new"] or ""
        self.about.value = self._sentences()

    def _sentences(self) -> str:
        lines = []
        entry = self._entries.get(self._chosen)
        if entry is not None and self._chosen not in self._here:
            lines.append(f"{entry.name} is not in this workspace yet: it is fetched when the next cell is run.")
            lines.append(f"It comes from {shorten(entry.repository, 120) or 'somewhere the catalogue does not say'}.")
        if entry is not None and entry.description:
            lines.append(shorten(entry.description, 300))
        if self.words is not None:
            lines.append(self._about_catalogue())
        inner = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
        return f'<div class="coopnb">{style_element()}{inner}</div>' if inner else ""

    def _about_catalogue(self) -> str:
        count = counted(len(self._listed.entries), "recipe")
        if self._listed.problem and self._listed.as_of:
            return f"The catalogue cannot be used now; this is its copy of {self._listed.as_of[:10]}, {count}."
        return f"Catalogue: {count}, as of {self._listed.as_of[:10]}." if self._listed.as_of else ""
