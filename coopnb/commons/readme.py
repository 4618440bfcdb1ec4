"""What a recipe says of itself: its ``README.md``, from which the field's own catalogue is made.

The first paragraph is the description; the lines ``* **Category**: Apps`` between ``<!-- metadata -->`` and
``<!-- endmetadata -->`` are the rest (https://git.coopcloud.tech/toolshed/abra, ``GetRecipeFeaturesAndCategory``).
"""

from __future__ import annotations

import re
from pathlib import Path

from coopnb.commons.git import git
from coopnb.commons.versions import PublishedVersion
from coopnb.errors import CommonsError
from coopnb.model.catalogue import CatalogueEntry

LONGEST = 64 << 10
"""Bytes of a README that are read at most."""

_SHOWN = 1000
_LINE = re.compile(r"\s*[*-]\s*\*\*(?P<key>[^*]{1,40})\*\*:\s*(?P<value>.*)")
_BEGIN, _END = "<!-- metadata -->", "<!-- endmetadata -->"


def described(folder: Path, published: PublishedVersion) -> CatalogueEntry | None:
    """Give what a version's README says of the recipe; ``None`` without a README."""
    try:
        content = git(folder, "cat-file", "blob", f"{published.commit}:README.md")[:LONGEST]
    except CommonsError:
        return None
    return parse_readme(content.decode(errors="replace"), folder.name)


def parse_readme(text: str, name: str) -> CatalogueEntry:
    """Read category, status and description; what is not there stays blank."""
    before, _, after = text.partition(_BEGIN)
    found = (_LINE.fullmatch(line) for line in after.partition(_END)[0].splitlines())
    meta = {line["key"].strip().casefold(): line["value"].strip()[:_SHOWN] for line in found if line}
    paragraphs = re.split(r"\n\s*\n", before)
    plain = (
        part.strip().lstrip("> ") for part in paragraphs if part.strip() and not part.lstrip().startswith(("#", "<"))
    )
    return CatalogueEntry(
        name=name,
        category=meta.get("category", ""),
        description=" ".join(next(plain, "").split())[:_SHOWN],
        status=meta.get("status", "")[:40],
    )
