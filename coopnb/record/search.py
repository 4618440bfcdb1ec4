"""The second look for secret values, when a record is made, by the workspace's fingerprints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from coopnb.errors import WorkspaceError
from coopnb.model.ledger import Entry
from coopnb.record import fingerprints

_NOT_TEXT = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})


class Search:
    """A search of what goes into one record; what is found is masked and remembered by name.

    Attributes:
        found: names, one for each place, in the order of finding.
    """

    def __init__(self, folder: Path | None) -> None:
        self.found: list[str] = []
        self._path = fingerprints.home_of(folder) if folder else None
        try:
            self._known = fingerprints.load(self._path) if self._path else None
        except WorkspaceError:
            # The sentence about it is among those of `unchecked`.
            self._known = None

    @property
    def values(self) -> int:
        """How many values can be found."""
        return len(self._known.names) if self._known else 0

    def unchecked(self, *, pictures: bool, logs: bool) -> tuple[str, ...]:
        """Say what the search cannot find, a sentence each."""
        shown = "pictures are shown as they are, and were not searched"
        foreign = "log lines are a container's own: a secret never known in this workspace is not recognised there"
        more = (sentence for sentence, holds in ((shown, pictures), (foreign, logs)) if holds)
        return (*fingerprints.unchecked(self._path), *more)

    def clean(self, obj: Any) -> Any:
        """Mask in every string of a JSON value (a notebook is one), in place, pictures left out; give it back."""
        if isinstance(obj, str):
            return self.text(obj)
        if isinstance(obj, dict):
            for key, value in obj.items():
                obj[key] = value if key in _NOT_TEXT else self.clean(value)
        elif isinstance(obj, list):
            obj[:] = map(self.clean, obj)
        return obj

    def entry(self, entry: Entry) -> Entry:
        """Mask in the facts of a ledger's entry."""
        return replace(entry, facts=self.clean(dict(entry.facts)))

    def text(self, text: str) -> str:
        """Mask in a text."""
        if self._known is None:
            return text
        masked, names = self._known.mask(text)
        self.found += names
        return masked
