"""Short forms to long forms, for values that look the same wherever they stand.

What is not of the expected kind goes through untouched: the schema says what is wrong with it.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

from coopnb.model.origin import KeyPath
from coopnb.recipe.node import Node, Scalar, wrong
from coopnb.recipe.quantities import nanoseconds, size_in_bytes
from coopnb.recipe.scalars import Moment, go_text
from coopnb.recipe.words import split_words

Form = Callable[[Node, KeyPath], Node]


def pairs(node: Node, path: KeyPath) -> Node:
    """A mapping, or a list of ``name=value``; a name alone is empty, a number becomes text."""
    return _mapping(node, path, absent="")


def pairs_or_names(node: Node, path: KeyPath) -> Node:
    """As :func:`pairs`, but a name alone stays without a value: an environment."""
    return _mapping(node, path, absent=None)


def texts_by_name(node: Node, path: KeyPath) -> Node:
    """A mapping whose numbers become text and whose empty values become ``""``."""
    if not isinstance(node.value, dict):
        return node
    return node.with_value({name: _as_text(entry, "") for name, entry in node.value.items()})


def one_or_many(node: Node, path: KeyPath) -> Node:
    """A text, or a list of different texts."""
    return node.with_value([node]) if isinstance(node.value, str) else distinct(node, path)


def distinct(node: Node, path: KeyPath) -> Node:
    """A list that docker's schema wants without repetition."""
    seen: set[str] = set()
    for index, item in enumerate(node.items):
        if isinstance(item.value, str):
            if item.value in seen:
                raise wrong(f"{item.written} stands twice in this list", item, (*path, index), hint="leave one out")
            seen.add(item.value)
    return node


def words(node: Node, path: KeyPath) -> Node:
    """A command: a list of words, or a line that is split into them."""
    if not isinstance(node.value, str):
        return node
    try:
        return node.with_value([Node(word, node.origin, node.raw) for word in split_words(node.value)])
    except ValueError as error:
        raise wrong(f"this command cannot be split into words: {error}", node, path) from None


def shell_test(node: Node, path: KeyPath) -> Node:
    """A health check's test: a list, or a line for the shell."""
    if not isinstance(node.value, str):
        return node
    return node.with_value([Node("CMD-SHELL", node.origin), node])


def duration(node: Node, path: KeyPath) -> Node:
    """A duration, to nanoseconds."""
    return _measured(node, path, nanoseconds, "a duration, such as 90s or 1m30s")


def size(node: Node, path: KeyPath) -> Node:
    """A size, to bytes."""
    return _measured(node, path, size_in_bytes, "a size, such as 64M or 1.5G, in quotes if it is a bare number")


def exposed(node: Node) -> Node:
    """A port that is said to be open: numbers become text."""
    return node if isinstance(node.value, bool) else _as_text(node, None)


def whole_part(node: Node, path: KeyPath) -> Node:
    """A number that docker's schema lets have a fraction, and its loader cuts off."""
    value = node.value
    return node.with_value(int(value)) if isinstance(value, float) and math.isfinite(value) else node


def single_precision(node: Node, path: KeyPath) -> Node:
    """A number that docker keeps in 32 bits: the shortest one that reads back as the same."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return node
    try:
        kept = struct.pack("f", value)
    except OverflowError:
        return node
    single = struct.unpack("f", kept)[0]
    shortest = (float(f"{single:.{digits}g}") for digits in range(1, 10))
    return node.with_value(next((each for each in shortest if struct.pack("f", each) == kept), value))


def hosts(node: Node, path: KeyPath) -> Node:
    """Extra hosts, to a list of ``host:address``; brackets around an address are taken off."""
    if isinstance(node.value, dict):
        given = [
            entry.with_value(f"{host}:{_shown(entry)}") for host, entry in node.value.items() if entry.value is not None
        ]
        given.sort(key=lambda item: str(item.value))
    elif isinstance(node.value, list) and all(isinstance(item.value, str) for item in node.value):
        distinct(node, path)
        given = [item for item in node.value if "=" in str(item.value) or ":" in str(item.value)]
    else:
        return node
    return node.with_value([item.with_value(_host(_shown(item))) for item in given])


def ulimits(node: Node, path: KeyPath) -> Node:
    """Limits, a single number standing for both."""
    if not isinstance(node.value, dict):
        return node
    return node.with_value(
        {
            name: entry.with_value({"soft": entry, "hard": entry}) if type(entry.value) is int else entry
            for name, entry in node.value.items()
        }
    )


def entries(node: Node, path: KeyPath, forms: dict[str, Form]) -> Node:
    """A mapping, each entry in its long form."""
    if not isinstance(node.value, dict):
        return node
    return node.with_value(
        {key: forms[key](entry, (*path, key)) if key in forms else entry for key, entry in node.value.items()}
    )


def each(form: Form) -> Form:
    """The form of a list whose items have one."""

    def items(node: Node, path: KeyPath) -> Node:
        if not isinstance(node.value, list):
            return node
        return node.with_value([form(item, (*path, index)) for index, item in enumerate(node.value)])

    return items


def nested(forms: dict[str, Form]) -> Form:
    """The form of a mapping whose entries have forms."""
    return lambda node, path: entries(node, path, forms)


def _mapping(node: Node, path: KeyPath, absent: str | None) -> Node:
    if isinstance(node.value, dict):
        if "" in node.value:
            raise wrong("there is a value without a name", node.value[""], path)
        return node.with_value({name: _as_text(entry, absent) for name, entry in node.value.items()})
    if not isinstance(node.value, list) or not all(isinstance(item.value, str) for item in node.value):
        return node
    distinct(node, path)
    result: dict[str, Node] = {}
    for item in node.value:
        name, separator, value = str(item.value).partition("=")
        result[name] = item.with_value(value if separator else absent)
    return node.with_value(result)


def _as_text(node: Node, absent: str | None) -> Node:
    """Numbers become text; a boolean does not, because docker's schema refuses it."""
    value = node.value
    if value is None:
        return node.with_value(absent)
    if isinstance(value, Moment):
        return node.with_value(value.text)
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return node.with_value(go_text(value))
    return node


def _measured(node: Node, path: KeyPath, read: Callable[[str], int], wanted: str) -> Node:
    if isinstance(node.value, str):
        try:
            return node.with_value(read(node.value))
        except ValueError:
            pass
    raise wrong(f"{path[-1]} must be {wanted}", node, path, what=f"written {node.written}")


def _shown(node: Node) -> str:
    value: Scalar = node.value if not isinstance(node.value, dict | list) else None
    return "" if value is None else go_text(value)


def _host(text: str) -> str:
    separator = "=" if "=" in text else ":"
    name, _, address = text.partition(separator)
    # docker joins the two with a colon and splits again, so a name with a colon ends at it.
    name, _, address = f"{name}:{address}".partition(":")
    if len(address) > 2 and address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    return f"{name}:{address}"
