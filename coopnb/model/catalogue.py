"""A catalogue of the commons: which recipes others publish, and how one is found among hundreds."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A recipe as a catalogue tells of it; every word of it was written by others.

    Attributes:
        repository: where it is fetched from, as written; blank if the catalogue does not say.
        versions: as the catalogue knows them, newest first; the repository may have more.
        status: the recipe's own grade, as the field writes it (``3``), or blank.
    """

    name: str
    category: str = ""
    description: str = ""
    repository: str = ""
    website: str = ""
    status: str = ""
    versions: tuple[str, ...] = ()
    searched: tuple[str, str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Fold name, category and description once, so that a search of hundreds costs no time."""
        object.__setattr__(self, "searched", tuple(_folded(t) for t in (self.name, self.category, self.description)))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a catalogue said, and since when it is known.

    Attributes:
        source: the URL or the path it was read from; blank if there is none.
        as_of: when it was read there (UTC, ``2026-11-23T21:00:00Z``); blank if it never was.
        problem: why it could not be read just now; what is here is then the copy that was kept.
        left_out: names of entries that are not in the field's form.
    """

    entries: tuple[CatalogueEntry, ...] = ()
    source: str = ""
    as_of: str = ""
    problem: str = ""
    left_out: tuple[str, ...] = ()

    def entry(self, name: str) -> CatalogueEntry | None:
        """Find an entry by its exact name."""
        return next((entry for entry in self.entries if entry.name == name), None)


def search(entries: Sequence[CatalogueEntry], words: str) -> tuple[CatalogueEntry, ...]:
    """Find the entries that have every word in name, category or description, those named so first.

    Case and accents do not count. Without words, all of them, by name.

    >>> [entry.name for entry in search([CatalogueEntry("wiki"), CatalogueEntry("cal", "Apps", "Not a WIKI")], "wiki")]
    ['wiki', 'cal']
    """
    wanted = _folded(words).split()
    ranked = []
    for entry in entries:
        ranks = [_rank(entry.searched, word) for word in wanted]
        if None not in ranks:
            ranked.append((ranks, entry.name, entry))
    return tuple(entry for _, _, entry in sorted(ranked, key=lambda found: found[:2]))


def _rank(searched: tuple[str, str, str], word: str) -> int | None:
    """How near a word is to an entry: its name, its name's beginning, in its name, category, description."""
    name, category, description = searched
    if name == word:
        return 0
    if name.startswith(word):
        return 1
    if word in name:
        return 2
    if word in category:
        return 3
    return 4 if word in description else None


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text) if not text.isascii() else text
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
