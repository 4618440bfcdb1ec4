"""One value, written back without touching another byte."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from coopnb.envfile.parse import parse
from coopnb.envfile.scan import Quote, Written, scan
from coopnb.errors import SettingsError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")
_ESCAPED = {"\\": "\\\\", '"': '\\"', "$": "\\$", "\n": "\\n", "\r": "\\r"}


def set_value(text: str, name: str, value: str) -> str:
    """Give the text with one setting changed, the last one of its name; append it if there is none.

    Quotes stay in their style as long as the value fits into them; comments, line ends and a missing
    final newline stay as they are. A value that is already there changes nothing.

    >>> set_value("TYPE=wiki:1.2.0 # pinned\\r\\n", "TYPE", "wiki:1.3.0")
    'TYPE=wiki:1.3.0 # pinned\\r\\n'

    Raises:
        SettingsError: the text does not parse, the name is none, or no file can hold the value.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{name[:80]!r} is not the name of a setting", hint="letters, digits and _, as in DOMAIN")
    if "\0" in value:
        raise SettingsError(f"the value for {name} holds a NUL character", hint="no file of settings can hold one")
    if parse(text, ".env").values.get(name) == value:
        return text
    last = _last(text, name)
    if last is None:
        return _append(text, f"{name}={quoted(value, '')}")
    return text[: last.start] + quoted(value, last.quote) + text[last.end :]


def write(path: Path, text: str) -> None:
    """Replace a file as a whole, keeping its mode; a new one is readable by its owner only.

    Raises:
        SettingsError: it cannot be written; then what was there is still there.
    """
    path = path.resolve()  # the file behind a link is replaced, not the link
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        raise SettingsError(
            f"the settings cannot be written: {error.strerror}",
            where=str(path),
            hint="check the disk and who may write there; the file is as it was",
        ) from error


def _last(text: str, name: str) -> Written | None:
    found = [written for written in scan(text, ".env") if written.name == name and not written.commented]
    return found[-1] if found else None


def quoted(value: str, style: Quote) -> str:
    """Write a value so that it reads back as itself, in the wanted style if that can be."""
    if style == "" and _PLAIN.fullmatch(value):
        return value
    if style != '"' and not set(value) & {"'", "\n", "\r"}:
        return f"'{value}'"
    return '"' + "".join(_ESCAPED.get(character, character) for character in value) + '"'


def _append(text: str, line: str) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    if text.removeprefix("\ufeff") and not text.endswith("\n"):
        return text + end + line
    return text + line + end
