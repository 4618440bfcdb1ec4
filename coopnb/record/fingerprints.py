"""Keyed fingerprints of secret values, so that a record can be searched for them where they are not known.

A fingerprint is HMAC-SHA-256 of one form of a value, under a random key that lies in the same file
(mode 0600, in the workspace). To find windows of a text quickly, eight bits of a keyed rolling
hash are kept beside it; they say which windows are worth an HMAC. Values under eight characters
are not fingerprinted: whoever reads the file could guess them.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Any

from coopnb.errors import WorkspaceError
from coopnb.redaction import MARK, forms_of, mark

FINGERPRINTS_NAME = "fingerprints.json"
SHORTEST_FINGERPRINT = 8
"""Characters a value needs to be fingerprinted."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One form of a value.

    Attributes:
        charset: ``alnum`` or ``any``. length: in characters.
        tag: eight bits of the rolling hash. mac: hex.
    """

    name: str
    length: int
    charset: str
    tag: int
    mac: str


_FIELDS = tuple(field.name for field in fields(Fingerprint))
_fields_of = attrgetter(*_FIELDS)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The file, read.

    Attributes:
        key: 32 bytes. short: names of the values that were too short to be fingerprinted.
    """

    key: bytes
    prints: tuple[Fingerprint, ...] = ()
    short: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the values that can be found."""
        return tuple(sorted({one.name for one in self.prints}))

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """Find where values stand in a text: (first, past the last, name), in order, overlaps made one."""
        found = sorted(self._matches(text), key=lambda span: (span[0], -span[1]))
        merged: list[tuple[int, int, str]] = []
        for first, last, name in found:
            if merged and first < merged[-1][1]:
                start, end, kept = merged[-1]
                merged[-1] = (start, max(end, last), kept)
            else:
                merged.append((first, last, name))
        return merged

    def mask(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Replace what is found by ``[masked NAME]``; give the text and the names, one for each place."""
        parts: list[str] = []
        end = 0
        spans = self.spans(text)
        for first, last, name in spans:
            parts += (text[end:first], mark(name))
            end = last
        return "".join((*parts, text[end:])), tuple(name for _, _, name in spans)

    def _matches(self, text: str) -> Iterator[tuple[int, int, str]]:
        lengths = sorted({one.length for one in self.prints if one.length <= len(text)})
        if not lengths:
            return
        # The arithmetic is imported where it is needed: a kernel that only masks does not wait for it.
        from coopnb.record.rolling import Rolling

        rolling = Rolling(self.key, text)
        for length in lengths:
            wanted = [one for one in self.prints if one.length == length]
            known = {one.mac: one.name for one in wanted}
            for first in rolling.where(length, {one.tag for one in wanted}):
                name = known.get(_mac(self.key, text[first : first + length]))
                if name is not None:
                    yield first, first + length, name


def remember(path: Path, name: str, value: str) -> None:
    """Add a value's fingerprints; see :func:`remember_all`."""
    remember_all(path, {name: value})


def remember_all(path: Path, values: Mapping[str, str]) -> None:
    """Add the fingerprints of values by name, in all their forms, to the file; make the file if there is none.

    Raises:
        WorkspaceError: the file cannot be read or written.
    """
    with _as_workspace_error(path), _locked(path):
        known = load(path) or Fingerprints(secrets.token_bytes(32))
        prints, short = dict.fromkeys(known.prints), set(known.short)
        for name, value in values.items():
            if len(value.strip()) < SHORTEST_FINGERPRINT:
                short.add(name)
            else:
                prints |= dict.fromkeys(_prints_of(known.key, name, value))
        fresh = Fingerprints(known.key, tuple(prints), tuple(sorted(short)))
        if fresh != known or not path.exists():
            _write(path, fresh)


def load(path: Path) -> Fingerprints | None:
    """Read the file; ``None`` if there is none.

    Raises:
        WorkspaceError: it is there and cannot be read.
    """
    try:
        body: Mapping[str, Any] = json.loads(path.read_bytes())
        return Fingerprints(
            bytes.fromhex(body["key"]),
            tuple(Fingerprint(**one) for one in body["values"]),
            tuple(str(name) for name in body["short"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(
            "the fingerprints of secret values cannot be read",
            what=type(error).__name__,
            where=str(path),
            hint="move the file away to begin a new one; values made before can then not be looked for in records",
        ) from error


def find(path: Path, text: str) -> list[str]:
    """Give the names of the values found in a text, sorted; nothing without a file (see :func:`unchecked`)."""
    known = load(path)
    return sorted({name for _, _, name in known.spans(text)}) if known else []


def unchecked(path: Path | None) -> tuple[str, ...]:
    """Say what a search cannot find, a sentence each; empty if all that was ever remembered can be found."""
    if path is None:
        return ("the notebook lies in no workspace, so there are no fingerprints to look for",)
    try:
        known = load(path)
    except WorkspaceError as error:
        return (error.headline,)
    if known is None:
        return ("the workspace has no fingerprints of secret values to look for",)
    short = ", ".join(known.short)
    return (f"too short to be looked for: {short}",) if short else ()


def home_of(folder: Path) -> Path | None:
    """Find the fingerprints file that belongs to a run's folder: that of the workspace it lies in."""
    runs = folder.resolve().parent
    if runs.name == "runs" and runs.parent.name == "coopnb":
        return runs.parent / FINGERPRINTS_NAME
    return None


def _prints_of(key: bytes, name: str, value: str) -> Iterator[Fingerprint]:
    from coopnb.record.rolling import Rolling

    for form in forms_of(value):
        if len(form) >= SHORTEST_FINGERPRINT and not MARK.search(form):
            charset = "alnum" if form.isascii() and form.isalnum() else "any"
            yield Fingerprint(name, len(form), charset, Rolling(key, form).tag(), _mac(key, form))


def _mac(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def _write(path: Path, prints: Fingerprints) -> None:
    body = {
        "key": prints.key.hex(),
        "values": [dict(zip(_FIELDS, _fields_of(one), strict=True)) for one in prints.prints],
        "short": list(prints.short),
    }
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(json.dumps(body))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _as_workspace_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkspaceError(
            f"the fingerprints of secret values cannot be written: {error.strerror or error}",
            where=str(path),
            hint="make room or mend the rights there",
        ) from error
