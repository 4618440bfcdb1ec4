"""The text of a file to its tree as written, bounded event by event before anything is built.

Scanning is libyaml's. Where go-yaml v3, which docker reads with, scans otherwise, this follows it: two escapes, and
how much of a second document is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml

from coopnb.errors import RecipeError
from coopnb.recipe.node import Scalar
from coopnb.recipe.tags import is_merge_sign, read_scalar

MAX_DEPTH = 40
MAX_NODES = 50_000
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_ESCAPED_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")
_MOST_MENDED = 50
_MENDED_CHARACTERS = 2_000_000
"""A file is read anew for every escape that is mended: so large ones get fewer goes."""


@dataclass(slots=True)
class Written:
    """A value before aliases and merge keys are resolved.

    Attributes:
        line, column: counted from 1.
        plain_text: of a scalar, what the file has.
        is_text: whether a scalar may be a key: its tag is that of a text.
        alias: the value that an alias stands for, and ``anchor`` the name it has for it.
    """

    line: int
    column: int
    scalar: Scalar = None
    entries: list[tuple[Written, Written]] | None = None
    items: list[Written] | None = None
    is_merge: bool = False
    is_text: bool = False
    plain_text: str | None = None
    alias: Written | None = None
    anchor: str = ""
    pending: Written | None = None

    @property
    def meant(self) -> Written:
        """The value itself, or what an alias stands for."""
        return self if self.alias is None else self.alias


def read_written(text: str, file: str) -> tuple[Written | None, int]:
    """Read the first document of a text.

    Returns its root, and the line where something follows it, or 0.

    Raises:
        RecipeError: too deep, too many values, an alias to nothing, a value that is not what its tag says.
        yaml.YAMLError: no YAML.
    """
    for _ in range(min(_MOST_MENDED, 2 + _MENDED_CHARACTERS // (len(text) + 1))):
        try:
            return _compose(text, file)
        except yaml.YAMLError as error:
            mended = _with_escaped_quote(text, error)
            if mended is None:
                raise
            text = mended
    return _compose(text, file)


def _with_escaped_quote(text: str, error: yaml.YAMLError) -> str | None:
    r"""go-yaml knows the escape ``\'`` and libyaml does not: write the same in a way that both know."""
    mark = getattr(error, "problem_mark", None)
    if mark is None or getattr(error, "problem", "") != "found unknown escape character":
        return None
    at = text.find("\\'", max(mark.index - 1, 0), mark.index + 3)
    return None if at < 0 else f"{text[:at]}\\x27{text[at + 2 :]}"


def _compose(text: str, file: str) -> tuple[Written | None, int]:
    root: Written | None = None
    stack: list[Written] = []
    anchors: dict[str, Written] = {}
    count = 0
    for event in yaml.parse(text, Loader=_PARSER):
        if isinstance(event, yaml.DocumentStartEvent) and event.version not in (None, (1, 1)):
            hint = "leave the directive out, or write %YAML 1.1"
            raise RecipeError("docker reads YAML 1.1 only", where=_place(event, file), hint=hint)
        if isinstance(event, yaml.DocumentEndEvent):
            return root, _what_follows(text, event)
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            count += 1
            if count > MAX_NODES:
                raise RecipeError(f"the file holds more than {MAX_NODES:,} values", where=_place(event, file))
            node = _written(event, anchors, text, file)
            root = node if root is None else root
            if stack:
                _attach(stack[-1], node)
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(node)
            if len(stack) > MAX_DEPTH:
                raise RecipeError(f"values are nested more than {MAX_DEPTH} deep", where=_place(event, file))
    return root, 0


def _what_follows(text: str, end: Any) -> int:
    """The line after the first document where more begins, or 0; go-yaml looks two tokens into it."""
    mark = end.end_mark
    lines = mark.line - text.count("\n", 0, mark.index)
    rest = "\n" * text.count("\n", 0, mark.index) + text[mark.index :]
    tokens: Iterator[Any] = yaml.scan(rest, Loader=_PARSER)
    seen = list(islice(tokens, 3 if end.explicit else 4))
    first = next((token for token in seen[1:] if not isinstance(token, yaml.StreamEndToken)), None)
    return 0 if first is None else int(first.start_mark.line) + 1 + max(lines, 0)


def _attach(parent: Written, node: Written) -> None:
    if parent.items is not None:
        parent.items.append(node)
    elif parent.entries is not None and parent.pending is None:
        parent.pending = node
    elif parent.entries is not None and parent.pending is not None:
        parent.entries.append((parent.pending, node))
        parent.pending = None


def _written(event: Any, anchors: dict[str, Written], text: str, file: str) -> Written:
    line, column = int(event.start_mark.line) + 1, int(event.start_mark.column) + 1
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in anchors:
            raise RecipeError(f"*{event.anchor} is used, and &{event.anchor} is not defined", where=_place(event, file))
        return Written(line, column, alias=anchors[event.anchor].meant, anchor=event.anchor)
    if isinstance(event, yaml.ScalarEvent):
        node = _scalar(event, text, file, Written(line, column))
    else:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        node = Written(line, column, entries=[] if is_mapping else None, items=None if is_mapping else [])
    if event.anchor is not None:
        anchors[event.anchor] = node
    return node


def _scalar(event: Any, text: str, file: str, node: Written) -> Written:
    raw = text[event.start_mark.index : event.end_mark.index]
    if event.style == '"' and _ESCAPED_SLASH.search(raw):
        hint = "write the slash without the backslash"
        raise RecipeError("docker does not know the escape \\/ in a text", where=_place(event, file), hint=hint)
    tag = None if event.tag in (None, "!") else str(event.tag).replace(_TAG, "!!", 1)
    plain = not event.style
    node.plain_text = event.value
    node.is_merge = is_merge_sign(tag, event.value, plain)
    try:
        node.scalar = read_scalar(tag, event.value, plain)
    except ValueError as error:
        raise RecipeError(str(error), where=_place(event, file)) from None
    node.is_text = isinstance(node.scalar, str) and tag in (None, "!!str")
    return node


def _place(event: Any, file: str) -> str:
    return f"{file}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
