"""Stage 1, the text of a file: YAML to nodes, bounded before anything is built.

Scanning is libyaml's, event by event; building is ours, because the limits, the places, the dialect and the
duplicate keys have to be right: a file comes from the commons, and a few hundred bytes of it can nest or multiply
without end.
"""

from __future__ import annotations

import codecs

import yaml

from coopnb.errors import RecipeError
from coopnb.model.finding import Finding
from coopnb.model.origin import Origin
from coopnb.recipe.node import Node
from coopnb.recipe.written import MAX_DEPTH, MAX_NODES, Written, read_written

MAX_BYTES = 1_000_000
MAX_TEXT = 4_000_000
"""Characters of all texts together, once aliases are resolved."""

_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_document(data: bytes, file: str) -> tuple[Node, tuple[Finding, ...]]:
    """Read one compose file.

    Returns its top-level mapping, and a finding when more documents follow it (docker reads the first).

    Raises:
        RecipeError: not text, not YAML, too large, too deep, too many nodes, a duplicate key, a key
            that is not text, a value that is not what its tag says, or a top level that is not a mapping.
    """
    if len(data) > MAX_BYTES:
        raise RecipeError(f"the file is larger than {MAX_BYTES:,} bytes", where=file)
    text = ""
    try:
        text = data.decode(_ENCODINGS.get(data[:2], "utf-8-sig"))
        written, more = read_written(text, file)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise RecipeError("the file is not UTF-8 text", where=f"{file}:{line}:{column}") from None
    except yaml.YAMLError as error:
        raise _unreadable(error, text, file) from None
    root = _Builder(file).build(written, 0) if written else None
    if root is None or not isinstance(root.value, dict):
        raise RecipeError(
            "the file holds no mapping at its top level",
            where=f"{file}:{written.line}:{written.column}" if written else f"{file}:1:1",
            hint="a compose file begins with keys such as services: at the left margin",
        )
    origin = Origin(file, more)
    said = "the file holds more than one YAML document, and only the first one is read"
    hint = "make it a file of its own"
    findings = (Finding("warning", "only-the-first-document", said, origin, hint=hint),) if more else ()
    return root, findings


def _unreadable(error: yaml.YAMLError, text: str, file: str) -> RecipeError:
    if isinstance(error, yaml.reader.ReaderError):
        before = text.encode()[: error.position].decode(errors="replace")
        place = f"{file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        return RecipeError(
            "the file holds a character that YAML does not allow",
            what=f"the character {error.character:#04x}" if isinstance(error.character, int) else None,
            where=place,
            hint="remove it, or write it as an escape in double quotes",
        )
    marks = (getattr(error, "problem_mark", None), getattr(error, "context_mark", None))
    place = next((f":{mark.line + 1}:{mark.column + 1}" for mark in marks if mark is not None), "")
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not YAML"
    return RecipeError(
        "the file is not readable as YAML",
        what=str(reason),
        where=f"{file}{place}",
        hint="look at that line and the one above it: indentation, a missing colon or quote, or a tab",
    )


class _Builder:
    """Resolves aliases and merge keys, within a budget: ten lines of aliases can stand for a billion values."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.left = MAX_NODES
        self.text_left = MAX_TEXT

    def build(self, written: Written, depth: int, key: Written | None = None) -> Node:
        """Build a value; the place of an entry is that of its key."""
        self._count(written, depth)
        at, meant = key or written, written.meant
        origin = Origin(self.file, at.line, (), at.column)
        if meant.items is not None:
            return Node([self.build(item, depth + 1) for item in meant.items], origin)
        if meant.entries is not None:
            return Node(self._mapping(meant, depth), origin)
        self.text_left -= len(meant.plain_text or "")
        if self.text_left < 0:
            text = f"its aliases multiply to more than {MAX_TEXT:,} characters"
            raise RecipeError(text, where=self._place(written))
        return Node(meant.scalar, origin)

    def _count(self, written: Written, depth: int) -> None:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise RecipeError(
                f"its aliases multiply to more than {MAX_NODES:,} values, or refer to themselves",
                where=self._place(written),
            )

    def _place(self, written: Written) -> str:
        return f"{self.file}:{written.line}:{written.column}"

    def _mapping(self, written: Written, depth: int) -> dict[str, Node]:
        self._count(written, depth)
        own: dict[str, Node] = {}
        seen: dict[tuple[str, str], int] = {}
        merged: list[Written] = []
        for key, value in written.entries or ():
            name = self._key(key)
            # go-yaml compares what is written: an alias is no duplicate of the text that it stands for.
            identity = (key.anchor, name)
            if identity in seen:
                raise RecipeError(
                    f"the key {name!r} stands twice in the same mapping",
                    where=self._place(key),
                    hint=f"the other one is in line {seen[identity]}: keep one of them",
                )
            seen[identity] = key.line
            if key.is_merge:
                merged = value.items if value.items is not None else [value]
            else:
                own[name] = self.build(value, depth + 1, key)
        for source in merged:
            if source.meant.entries is None:
                raise RecipeError("<<: takes a mapping, or a list of them", where=self._place(source))
            for name, node in self._mapping(source.meant, depth + 1).items():
                own.setdefault(name, node)
        return own

    def _key(self, key: Written) -> str:
        meant = key.meant
        if isinstance(meant.scalar, str) and (meant.is_text or meant.is_merge):
            return meant.scalar
        shown = meant.plain_text if meant.plain_text is not None else "a list or a mapping"
        raise RecipeError(
            f"a key must be text, and this one is not: {shown}",
            where=self._place(key),
            hint="put it in quotes",
        )
