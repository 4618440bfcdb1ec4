"""Stage 1, the text of a file: YAML to nodes, bounded before anything is built.

Scanning is libyaml's, event by event; building is ours, because the limits, the lines, the
dialect and the duplicate keys have to be right: a file comes from the commons, and a few
hundred bytes of it can nest or multiply without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from coopnb.errors import RecipeError
from coopnb.model.finding import Finding
from coopnb.model.origin import Origin
from coopnb.recipe.node import Node, Scalar
from coopnb.recipe.scalars import resolve

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 50_000
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class _Written:
    """A node before aliases and merge keys are resolved."""

    line: int
    scalar: Scalar = None
    entries: list[tuple[_Written, _Written]] | None = None
    items: list[_Written] | None = None
    is_merge: bool = False
    plain_text: str | None = None
    pending: _Written | None = None


def read_document(data: bytes, file: str) -> tuple[Node, tuple[Finding, ...]]:
    """Read one compose file.

    Returns its top-level mapping, and a finding when more documents follow it (docker reads the first).

    Raises:
        RecipeError: not UTF-8, not YAML, too large, too deep, too many nodes, a duplicate key, a key
            that is not text, a tag that compose files do not have, or a top level that is not a mapping.
    """
    if len(data) > MAX_BYTES:
        raise RecipeError(f"the file is larger than {MAX_BYTES:,} bytes", where=file)
    try:
        written, more = _compose(data.decode("utf-8-sig"), file)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RecipeError("the file is not UTF-8 text", where=f"{file}:{line}") from None
    except yaml.YAMLError as error:
        raise _unreadable(error, file) from None
    root = _Builder(file).build(written, 0) if written else None
    if root is None or not isinstance(root.value, dict):
        raise RecipeError(
            "the file holds no mapping at its top level",
            where=f"{file}:1",
            hint="a compose file begins with keys such as services: at the left margin",
        )
    origin = Origin(file, more)
    text = "the file holds more than one YAML document, and only the first one is read"
    findings = (Finding("warning", "only-the-first-document", text, origin),) if more else ()
    return root, findings


def _unreadable(error: yaml.YAMLError, file: str) -> RecipeError:
    marks = (getattr(error, "problem_mark", None), getattr(error, "context_mark", None))
    line = next((f":{mark.line + 1}" for mark in marks if mark is not None), "")
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not YAML"
    return RecipeError(
        "the file is not readable as YAML",
        what=str(reason),
        where=f"{file}{line}",
        hint="look at that line and the one above it: indentation, a missing colon or quote, or a tab",
    )


def _compose(text: str, file: str) -> tuple[_Written | None, int]:
    """The first document, and the line where a second one begins, or 0."""
    root: _Written | None = None
    stack: list[_Written] = []
    anchors: dict[str, _Written] = {}
    count = documents = 0
    for event in yaml.parse(text, Loader=_PARSER):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents == 2:
                return root, _line(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            count += 1
            if count > MAX_NODES:
                raise RecipeError(f"the file holds more than {MAX_NODES:,} values", where=file)
            node = _written(event, anchors, file)
            root = node if root is None else root
            if stack:
                _attach(stack[-1], node)
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(node)
            if len(stack) > MAX_DEPTH:
                raise RecipeError(f"values are nested more than {MAX_DEPTH} deep", where=f"{file}:{node.line}")
    return root, 0


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _attach(parent: _Written, node: _Written) -> None:
    if parent.items is not None:
        parent.items.append(node)
    elif parent.entries is not None and parent.pending is None:
        parent.pending = node
    elif parent.entries is not None and parent.pending is not None:
        parent.entries.append((parent.pending, node))
        parent.pending = None


def _written(event: Any, anchors: dict[str, _Written], file: str) -> _Written:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in anchors:
            raise RecipeError(f"*{event.anchor} is used, and &{event.anchor} is not defined", where=f"{file}:{line}")
        return anchors[event.anchor]
    if isinstance(event, yaml.ScalarEvent):
        node = _scalar(event, line, file)
    else:
        _refuse_tag(event.tag, {_TAG + "map", _TAG + "seq"}, f"{file}:{line}")
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        node = _Written(line, entries=[] if is_mapping else None, items=None if is_mapping else [])
    if event.anchor is not None:
        anchors[event.anchor] = node
    return node


def _scalar(event: Any, line: int, file: str) -> _Written:
    tag, text = event.tag, event.value
    if tag is None and event.implicit[0]:
        merge = text == "<<"
        return _Written(line, scalar=resolve(text), is_merge=merge, plain_text=text)
    if tag in (None, "!", _TAG + "str"):
        return _Written(line, scalar=text, plain_text=text)
    kinds: dict[str, type | tuple[type, ...]] = {"int": int, "float": (int, float), "bool": bool, "null": type(None)}
    _refuse_tag(tag, {_TAG + kind for kind in kinds}, f"{file}:{line}")
    value, kind = resolve(text), tag.removeprefix(_TAG)
    if not isinstance(value, kinds[kind]) or (kind in ("int", "float") and isinstance(value, bool)):
        raise RecipeError(f"{text!r} is marked !!{kind}, and cannot be read as one", where=f"{file}:{line}")
    return _Written(line, scalar=value, plain_text=text)


def _refuse_tag(tag: str | None, known: set[str], where: str) -> None:
    if tag is not None and tag != "!" and tag not in known:
        shown = tag.replace(_TAG, "!!")
        hint = "docker stack knows no such tag (!reset and !override belong to docker compose)"
        raise RecipeError(f"the tag {shown} means nothing in a compose file", where=where, hint=hint)


class _Builder:
    """Resolves aliases and merge keys, within a budget: ten lines of aliases can stand for a billion values."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.left = MAX_NODES

    def build(self, written: _Written, depth: int, line: int = 0) -> Node:
        self._count(written, depth)
        origin = Origin(self.file, line or written.line)
        if written.items is not None:
            return Node([self.build(item, depth + 1) for item in written.items], origin)
        if written.entries is not None:
            return Node(self._mapping(written, depth), origin)
        return Node(written.scalar, origin)

    def _count(self, written: _Written, depth: int) -> None:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise RecipeError(
                f"its aliases multiply to more than {MAX_NODES:,} values, or refer to themselves",
                where=f"{self.file}:{written.line}",
            )

    def _mapping(self, written: _Written, depth: int) -> dict[str, Node]:
        self._count(written, depth)
        own: dict[str, Node] = {}
        lines: dict[str, int] = {}
        merged: list[_Written] = []
        for key, value in written.entries or ():
            name = self._key(key)
            if name in lines:
                raise RecipeError(
                    f"the key {name!r} stands twice in the same mapping",
                    where=f"{self.file}:{key.line}",
                    hint=f"the other one is in line {lines[name]}: keep one of them",
                )
            lines[name] = key.line
            if key.is_merge:
                merged = value.items if value.items is not None else [value]
            else:
                own[name] = self.build(value, depth + 1, key.line)
        for source in merged:
            if source.entries is None:
                raise RecipeError("<<: takes a mapping, or a list of them", where=f"{self.file}:{source.line}")
            for name, node in self._mapping(source, depth + 1).items():
                own.setdefault(name, node)
        return own

    def _key(self, key: _Written) -> str:
        if isinstance(key.scalar, str):
            if not key.scalar.isprintable():
                text = f"the key {key.scalar!r} holds characters that cannot be shown"
                raise RecipeError(text, where=f"{self.file}:{key.line}")
            return key.scalar
        shown = key.plain_text if key.plain_text is not None else "a list or a mapping"
        raise RecipeError(
            f"a key must be text, and this one is not: {shown}",
            where=f"{self.file}:{key.line}",
            hint="put it in quotes",
        )
