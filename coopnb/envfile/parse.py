"""Text -> settings: in order, each expanded with what stands before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coopnb.envfile.scan import Quote, scan
from coopnb.errors import SettingsError
from coopnb.model.app import Setting
from coopnb.model.finding import Finding
from coopnb.model.origin import Origin

LARGEST = 1 << 20
"""Bytes of the largest file that is read."""
LARGEST_IN_ALL = 2 * LARGEST
"""Characters that all values may have together, once each is filled in."""

_REFERENCE = re.compile(
    r"\\\$|\$(?:\{(?P<braced>[A-Z_][A-Z0-9_]*)(?:(?P<when>:?-)(?P<default>[^}\n]*))?\}|(?P<bare>[A-Z_][A-Z0-9_]*))"
)
_ELSEWHERE = re.compile(r"\\.|(?P<other>\$(?:\(|\{?[0-9]|\{[A-Z_][A-Z0-9_]*:?-))", re.DOTALL)
"""What godotenv, which the field's tools read with, makes something else of."""
_DOUBLE_QUOTED = re.compile(r"\\(?P<escaped>.)|" + _REFERENCE.pattern.removeprefix(r"\\\$|"), re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r"}


@dataclass(frozen=True, slots=True)
class EnvFile:
    """A ``.env`` file as it was read.

    Attributes:
        name: as errors and origins name it.
        text: every byte of it, decoded.
        settings: in file order; a name may stand several times.
        options: the settings that are switched off with ``#``, in file order.
        findings: what its author may not have meant.
    """

    name: str
    text: str = field(repr=False)
    settings: tuple[Setting, ...] = field(repr=False)
    options: tuple[Setting, ...] = field(repr=False)
    findings: tuple[Finding, ...] = ()

    @property
    def last(self) -> dict[str, Setting]:
        """Setting name -> the setting that counts: the last one of its name."""
        return {setting.name: setting for setting in self.settings}

    @property
    def values(self) -> dict[str, str]:
        """Setting name -> value."""
        return {setting.name: setting.value for setting in self.settings}


def read(path: Path, name: str | None = None) -> EnvFile:
    """Read a file; ``name`` is what errors call it, the path if nothing is given.

    Raises:
        SettingsError: it is not there, cannot be read, is not UTF-8 text, or does not parse.
    """
    name = name or str(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise SettingsError(
            f"the settings cannot be read: {error.strerror}", where=name, hint="check the path and who may read it"
        ) from error
    if len(content) > LARGEST:
        raise SettingsError(
            f"the file is larger than {LARGEST} bytes", where=name, hint="is it a file of settings at all?"
        )
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            "the settings are not UTF-8 text", where=f"{name}:{line}", hint="save the file as UTF-8"
        ) from None
    return parse(text, name)


def parse(text: str, name: str) -> EnvFile:
    r"""Read settings in order: each value may name those before it, its own earlier value too.

    ``$NAME`` and ``${NAME}`` with a name in capitals are expanded in plain and double-quoted
    values, as godotenv does; ``\$`` is a dollar. ``${NAME:-text}`` is the text where the name is not set or empty,
    ``${NAME-text}`` where it is not set; godotenv has no defaults, and a finding says so. A name that is not set
    before becomes empty, which is another finding. Nothing comes from the process's environment, and no shell is
    involved.

    >>> parse('COMPOSE_FILE="compose.yml"\nCOMPOSE_FILE="$COMPOSE_FILE:compose.smtp.yml"', ".env").values
    {'COMPOSE_FILE': 'compose.yml:compose.smtp.yml'}

    Raises:
        SettingsError: with the number of the line.
    """
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SettingsError("the settings hold a NUL character", where=f"{name}:{line}", hint="is it a text file?")
    known: dict[str, str] = {}
    left = LARGEST_IN_ALL
    settings: list[Setting] = []
    options: list[Setting] = []
    findings: list[Finding] = []
    for written in scan(text, name):
        if written.commented:
            options.append(Setting(written.name, written.body, written.line, written.notes, commented=True))
            continue
        value, unset = _expand(written.body, written.quote, known)
        left -= len(value)
        if left < 0:
            raise SettingsError(
                f"the values grow beyond {LARGEST_IN_ALL:,} characters, because they name each other",
                where=f"{name}:{written.line}",
                hint="write the value out, or leave the repetition away",
            )
        findings.extend(_not_set_yet(written.name, other, Origin(name, written.line)) for other in unset)
        if written.quote != "'" and any(each["other"] for each in _ELSEWHERE.finditer(written.body)):
            findings.append(_read_otherwise(written.name, Origin(name, written.line)))
        known[written.name] = value
        settings.append(Setting(written.name, value, written.line, written.notes))
    return EnvFile(name, text, tuple(settings), tuple(options), tuple(findings))


def _expand(body: str, quote: Quote, known: Mapping[str, str]) -> tuple[str, list[str]]:
    """Give a value, and the names in it that are not set."""
    unset: list[str] = []

    def replace(match: re.Match[str]) -> str:
        groups = match.groupdict()
        if groups.get("escaped") is not None:
            return _ESCAPES.get(match["escaped"], match["escaped"])
        name = match["braced"] or match["bare"]
        if not name:
            return "$"
        default = groups.get("default")
        if default is None and name not in known:
            unset.append(name)
        if default is not None and (name not in known or (match["when"] == ":-" and not known[name])):
            return default
        return known.get(name, "")

    if quote == "'":
        return body, unset
    return (_DOUBLE_QUOTED if quote else _REFERENCE).sub(replace, body), unset


def _not_set_yet(name: str, other: str, origin: Origin) -> Finding:
    return Finding(
        "warning",
        "setting-names-one-that-is-not-set",
        f"{name} uses {other}, which no line before it sets, so it is empty there",
        origin,
        hint=f"set {other} further up, or write a literal dollar as \\$",
    )


def _read_otherwise(name: str, origin: Origin) -> Finding:
    """The value is not shown: what looks like a reference may be a piece of a password."""
    return Finding(
        "warning",
        "setting-is-read-otherwise-elsewhere",
        f"{name} has a dollar before a digit, a bracket or a default, of which abra makes something else",
        origin,
        hint="put the value into single quotes if the dollar is meant as one, else write the default out",
    )
