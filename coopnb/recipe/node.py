"""A value of a compose file that knows where it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from coopnb.errors import RecipeError
from coopnb.model.finding import Finding, Severity
from coopnb.model.origin import KeyPath, Origin, key_path_text
from coopnb.recipe.scalars import Moment

Scalar = str | int | float | bool | Moment | None


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a mapping or a sequence, with its place.

    Attributes:
        raw: the text before interpolation, where that changed it. Messages quote it instead of the
            value, because a setting may hold what nobody else should read.
    """

    value: Scalar | dict[str, Node] | list[Node]
    origin: Origin
    raw: str | None = None

    @property
    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; of anything else, none."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a sequence; of anything else, none."""
        return self.value if isinstance(self.value, list) else []

    @property
    def written(self) -> str:
        """A scalar as the file has it, quoted, at most 80 characters."""
        value = self.value.text if isinstance(self.value, Moment) else self.value
        text = repr(self.raw if self.raw is not None else value)
        return text if len(text) <= 80 else text[:77] + "..."

    def with_value(self, value: Scalar | dict[str, Node] | list[Node]) -> Node:
        """The same place with another value."""
        return Node(value, self.origin, self.raw)


def plain(node: Node) -> Any:
    """Take the places off: what ``json.loads`` would give."""
    if isinstance(node.value, dict):
        return {key: plain(entry) for key, entry in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def walk(node: Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Node]]:
    """Every node with its key path, parents first."""
    waiting: list[tuple[KeyPath, Node]] = [(path, node)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        if isinstance(node.value, dict):
            waiting += [((*path, key), entry) for key, entry in reversed(node.value.items())]
        elif isinstance(node.value, list):
            items = node.value
            waiting += [((*path, index), items[index]) for index in reversed(range(len(items)))]


def nearest(node: Node, path: KeyPath) -> Node:
    """The node at a key path, or the last one on the way there."""
    for part in path:
        if isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        elif isinstance(part, str) and part in node.entries:
            node = node.entries[part]
        else:
            break
    return node


def place(origin: Origin, path: KeyPath) -> str:
    """Write a place as errors do: ``compose.yml:12:5  services.app.image``."""
    return shown("  ".join(part for part in (origin.exact, key_path_text(path)) if part))


def shown(text: str) -> str:
    r"""Make a text safe to show: what a terminal would obey is written as an escape (``\x1b``)."""
    return "".join(each if each.isprintable() or each == "\n" else repr(each)[1:-1] for each in text)


def wrong(text: str, node: Node, path: KeyPath, *, what: str | None = None, hint: str | None = None) -> RecipeError:
    """The error for something wrong at a node."""
    what, hint = (each and shown(each) for each in (what, hint))
    return RecipeError(shown(text), what=what, where=place(node.origin, path), hint=hint)


def doubt(severity: Severity, rule: str, text: str, node: Node, path: KeyPath, hint: str | None = None) -> Finding:
    """A finding about a node. An error is docker's reading, so it may be accepted."""
    return Finding(severity, rule, shown(text), node.origin, path, hint and shown(hint), severity == "error")
