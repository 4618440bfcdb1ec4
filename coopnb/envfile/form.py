"""A sample's text -> fields -> text: its own comments are the help, its commented-out options are switches.

What is not changed keeps every byte, so the result is as much the field's as the sample was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from coopnb.envfile.scan import Written, scan
from coopnb.envfile.write import quoted
from coopnb.errors import SettingsError
from coopnb.model.settings_form import Filled, Kind, SettingField

_SECRET = re.compile(r"SECRET_.*")
_SECTION = re.compile(r"[ \t]*#{2,}[ \t]*(?P<double>.*?)[#=\s─-]*|[ \t]*#[ \t]*[=─-]{2,}[ \t]*(?P<ruled>.*?)[=─\s-]*")
_OFF = re.compile(r"[ \t]*#[ \t]*")
_NOTE = re.compile(r"(?:length|charset|generate)=\S+")
_PINNED = frozenset({"TYPE", "RECIPE"})


def fields(text: str) -> tuple[SettingField, ...]:
    r"""Give the settings and the switched-off options of a sample, in order; its type is not one to fill in.

    >>> [(f.key, f.on, f.help, f.section) for f in fields("## Mail\n# Who sends\n#SMTP_FROM=a@example.com\n")]
    [('SMTP_FROM', False, 'Who sends', 'Mail')]

    Raises:
        SettingsError: the text does not parse, with the number of the line.
    """
    lines = text.splitlines()
    found: list[SettingField] = []
    seen: Counter[str] = Counter()
    section = ""
    done = 0
    for written in scan(text, ".env.sample"):
        above = lines[done : written.line - 1]
        section, told = _told(above, section)
        done = written.line + text.count("\n", written.start, written.end)
        if written.name in _PINNED:
            continue
        seen[written.name] += 1
        own = _trailing(text, written)
        found.append(
            SettingField(
                key=_key(written.name, seen[written.name]),
                name=written.name,
                value=written.body,
                on=not written.commented,
                optional=written.commented,
                kind=_kind(written),
                help="\n".join(part for part in (told, own) if part),
                section=section,
                line=written.line,
            )
        )
    return tuple(found)


def fill(text: str, changes: Mapping[str, Filled]) -> str:
    r"""Give the sample's text with some fields changed; every other byte stays.

    Switching an option on takes the ``#`` away that switched it off; one that is switched off again is left as
    the sample has it.

    >>> fill("# Port\n#  HTTP_PORT=80 # of the node\n", {"HTTP_PORT": Filled("8080")})
    '# Port\nHTTP_PORT=8080 # of the node\n'

    Raises:
        SettingsError: the sample has no such field, or no file can hold a value.
    """
    places: dict[str, Written] = {}
    seen: Counter[str] = Counter()
    for written in scan(text, ".env.sample"):
        if written.name not in _PINNED:
            seen[written.name] += 1
            places[_key(written.name, seen[written.name])] = written
    if unknown := [key for key in changes if key not in places]:
        raise SettingsError(
            f"the recipe's sample has no setting {unknown[0][:80]}",
            where=".env.sample",
            hint="it has: " + ", ".join(places),
        )
    for key, written in sorted(places.items(), key=lambda place: place[1].start, reverse=True):
        change = changes.get(key)
        if change is not None:
            text = _changed(text, written, change)
    return text


def _changed(text: str, written: Written, change: Filled) -> str:
    """Change one setting; those before it keep their places."""
    if written.commented and not change.on:
        return text
    if change.value is not None and change.value != written.body:
        if "\0" in change.value:
            raise SettingsError(f"the value for {written.name} holds a NUL character", hint="no file can hold one")
        text = text[: written.start] + quoted(change.value, written.quote) + text[written.end :]
    if written.commented:
        begin = text.rfind("\n", 0, written.start) + 1
        begin += text.startswith("\ufeff", begin)
        off = _OFF.match(text, begin)
        text = text[:begin] + text[off.end() if off else begin :]
    return text


def _key(name: str, number: int) -> str:
    return name if number == 1 else f"{name}#{number}"


def _kind(written: Written) -> Kind:
    if written.name == "COMPOSE_FILE":
        return "files"
    secret = _SECRET.fullmatch(written.name) and (written.name.endswith("_VERSION") or "length" in written.notes)
    return "secret" if secret else "value"


def _told(above: list[str], section: str) -> tuple[str, str]:
    """Give the section a setting stands in, which a blank line ends, and the comment right above it."""
    help_lines: list[str] = []
    fresh = False
    for line in above:
        heading = _SECTION.fullmatch(line)
        if heading:
            section = (heading["double"] or heading["ruled"] or "").strip() or section
            help_lines, fresh = [], True
        elif line.lstrip().startswith("#"):
            help_lines.append(line.lstrip(" \t#").strip())
        else:
            help_lines = []
            section = section if fresh else ""  # a wrong heading misleads more than a missing one
    return section, " ".join(part for part in help_lines if part)


def _trailing(text: str, written: Written) -> str:
    """Give the words of the comment behind a setting, without the notes that are for machines."""
    end = text.find("\n", written.end)
    behind = text[written.end : end if end >= 0 else len(text)]
    _, mark, comment = behind.partition("#")
    return " ".join(_NOTE.sub("", comment).split()) if mark else ""


def chosen(text: str, name: str, value: str) -> tuple[str, Filled] | None:
    """Say which field is meant by ``NAME=value``, and what it is to be; ``None`` if the sample has none of that name.

    An option that is written with exactly this value is switched on; else it is the last one that counts, else
    the first option.
    """
    named = [field for field in fields(text) if field.name == name]
    exact = [field for field in named if field.value == value and field.optional]
    counting = [field for field in reversed(named) if field.on]
    for field in (*exact, *counting, *named):
        return field.key, Filled(value)
    return None
