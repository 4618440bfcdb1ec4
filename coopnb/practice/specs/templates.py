"""What swarmkit refuses in the templates of a container spec: hostname, mount sources, environment (its template/)."""

from __future__ import annotations

import re

from coopnb.practice.objects import Json
from coopnb.practice.wire_errors import invalid

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_FIELDS = ("Service", "Node", "Task")
_FUNCTIONS = (
    *("and", "call", "html", "index", "slice", "js", "len", "not", "or", "print", "printf", "println", "urlquery"),
    *("eq", "ge", "gt", "le", "lt", "ne", "join", "if", "else", "end", "range", "with", "define", "template", "block"),
    *("break", "continue", "true", "false", "nil"),
)


def check_templates(container: Json) -> None:
    """Refuse templates that cannot be expanded, in the order in which swarmkit expands them."""
    for text, what in _texts(container):
        complaint = _complaint(text.partition("=")[2] if what.startswith("env") else text)
        if complaint:
            raise invalid(f"{_PREFIXES[what].format(text=text)}{complaint}")


_PREFIXES = {
    "env": 'expanding env failed: expanding env "{text}": ',
    "hostname": "expanding hostname failed: ",
    "mount": 'expanding mounts failed: expanding mount source "{text}": ',
}


def _texts(container: Json) -> list[tuple[str, str]]:
    """The texts that may be templates, each with what it is."""
    return [
        *((variable, "env") for variable in container.get("Env") or ()),
        *((mount.get("Source", ""), "mount") for mount in container.get("Mounts") or ()),
        (container.get("Hostname", ""), "hostname"),
    ]


def _complaint(text: str) -> str:
    """What Go's text/template says of a text; empty when it has nothing to say."""
    last = text.rfind("{{")
    if last >= 0 and "}}" not in text[last:]:
        return f"template: expansion:{_line(text, last)}: unclosed action"
    for found in _ACTION.finditer(text):
        word = re.match(r"[A-Za-z_]\w*", found[1])
        if word is not None and word[0] not in _FUNCTIONS:
            return f'template: expansion:{_line(text, found.start())}: function "{word[0]}" not defined'
    for found in _ACTION.finditer(text):
        chain = re.match(r"\.(\w+)[.\w]*", found[1])
        if chain is not None and chain[1] not in _FIELDS:
            # Go counts to the chain's last dot before a further field, and to its beginning when there is none.
            column = found.start(1) - (text.rfind("\n", 0, found.start()) + 1) + _offset(chain[0])
            return (
                f'template: expansion:{_line(text, found.start())}:{column}: executing "expansion" at <{chain[0]}>: '
                f"can't evaluate field {chain[1]} in type *template.Context"
            )
    return ""


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _offset(chain: str) -> int:
    return chain.rfind(".")
