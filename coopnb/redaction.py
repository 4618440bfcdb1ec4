"""What is secret, by value: known values are replaced wherever they stand, in whatever coat.

Docker never gives a secret back, so a value is known only where it was made or typed. A
:class:`Redactor` is told there, and everything that leaves goes through :meth:`Redactor.mask`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
import shlex
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

SHORTEST_VALUE = 4
"""Characters a value needs to be masked: a shorter one stands in every other word."""

MARK = re.compile(r"\[masked ([^\]\n]{1,200})\]")
"""A place where a value was; the group is the value's name."""

_SHORTEST_EMBEDDED = 6
_SHORTEST_LINE = 16
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")
_ANSI = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")

_SECRET_WORD = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|PASSCODE|SECRET|TOKEN|CREDENTIAL"
    r"|(?:^|_)(?:PASS|PWD|PW|DSN|PSK|SALT|PEPPER)(?:_|$)"
    r"|(?:PRIVATE|API|ACCESS|AUTH|ENCRYPTION|SIGNING|MASTER|LICEN[CS]E|SSH|DEPLOY|APP)_?KEY|HTPASSWD"
)
_ABOUT_A_SECRET = re.compile(
    r"_(?:VERSION|LENGTH|CHARSET|FILE|NAME|TTL|EXPIRY|EXPIRES|EXPIRATION|LIFETIME|ENABLED|DISABLED|REQUIRED|POLICY)$"
)


def mark(name: str) -> str:
    """Give the text that stands where a value was.

    >>> mark("wiki_example_org_db_password_v1")
    '[masked wiki_example_org_db_password_v1]'
    """
    return f"[masked {re.sub(r'[^A-Za-z0-9_.:@/+-]', '_', name)[:200] or 'value'}]"


def looks_secret(name: str) -> bool:
    """Tell whether a setting of this name holds a secret value, rather than says something about one.

    >>> looks_secret("SMTP_PASSWORD"), looks_secret("SECRET_DB_PASSWORD_VERSION")
    (True, False)
    """
    upper = name.upper().replace("-", "_")
    return bool(_SECRET_WORD.search(upper)) and not _ABOUT_A_SECRET.search(upper)


@dataclass(frozen=True, slots=True)
class _Form:
    """One coat of a value; ``embedded`` base64 may share its first and last character with its neighbours."""

    text: str = field(repr=False)
    name: str
    embedded: bool = False


class Redactor:
    """Known secret values, and how to take them out of a text. Safe to use from several threads.

    Its ``repr``, its errors and its attributes' ``repr`` never hold a value.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._forms: tuple[_Form, ...] = ()
        self._key = secrets.token_bytes(16)
        self._seen: set[tuple[str, bytes]] = set()
        self._ignored: list[str] = []
        self._counts: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"<Redactor of {len({name for name, _ in self._seen})} names, {self.count} places masked>"

    def __reduce__(self) -> Any:
        raise TypeError("a Redactor holds secret values and is never pickled")

    def add(self, name: str, value: str) -> None:
        """Mask ``value`` from here on as ``[masked name]``; values under 4 characters are ignored, see ``ignored``."""
        if len(value.strip()) < SHORTEST_VALUE:
            with self._lock:
                if name not in self._ignored:
                    self._ignored.append(name)
            return
        digest = hashlib.blake2b(value.encode("utf-8", "surrogateescape"), key=self._key).digest()
        with self._lock:
            if (name, digest) in self._seen:
                return
            self._seen.add((name, digest))
            known = {form.text for form in self._forms}
            fresh = [_Form(text, name, embedded) for text, embedded in forms_of(value).items() if text not in known]
            self._forms = tuple(sorted((*self._forms, *fresh), key=lambda form: -len(form.text)))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the values that are masked, sorted."""
        with self._lock:
            return tuple(sorted({name for name, _ in self._seen}))

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names whose values are too short to be masked."""
        with self._lock:
            return tuple(self._ignored)

    @property
    def count(self) -> int:
        """How many places have been masked so far."""
        with self._lock:
            return sum(self._counts.values())

    @property
    def counts(self) -> Mapping[str, int]:
        """Name -> places masked so far."""
        with self._lock:
            return dict(self._counts)

    def mask(self, text: str) -> str:
        """Replace every known value, in every form, by its mark."""
        masked = self._replace(text)
        if "\x1b[" in masked:
            # Colours may cut a value into pieces (a highlighted string with escapes in it): then they go.
            plain = _ANSI.sub("", masked)
            if self._spans(plain):
                return self._replace(plain)
        return masked

    def mask_stream(self, text: str) -> tuple[str, str]:
        """Split a piece of a stream into what can be shown, masked, and what may be the start of a value.

        Put the second part in front of the next piece, and :meth:`mask` it when there is none.
        """
        start = self._hold_from(text)
        for first, last, _ in self._spans(text):
            if first < start < last:
                start = first
        return self.mask(text[:start]), text[start:]

    def mask_json(self, obj: Any) -> Any:
        """Mask all strings, keys included, of a JSON value; bytes in it too. Other objects pass as they are."""
        if isinstance(obj, str):
            return self.mask(obj)
        if isinstance(obj, bytes | bytearray | memoryview):
            return self.mask_bytes(obj)
        if isinstance(obj, Mapping):
            return {self.mask_json(key): self.mask_json(value) for key, value in obj.items()}
        if isinstance(obj, list | tuple):
            return [self.mask_json(value) for value in obj]
        return obj

    def mask_bytes(self, data: bytes | bytearray | memoryview) -> bytes | bytearray | memoryview:
        """Mask bytes as UTF-8; bytes without a known value come back as the same object."""
        text = bytes(data).decode("utf-8", "surrogateescape")
        return self._replace(text).encode("utf-8", "surrogateescape") if self._spans(text) else data

    def _replace(self, text: str) -> str:
        spans = self._spans(text)
        if not spans:
            return text
        parts: list[str] = []
        end = 0
        for first, last, name in spans:
            parts += (text[end:first], mark(name))
            end = last
        with self._lock:
            for _, _, name in spans:
                self._counts[name] = self._counts.get(name, 0) + 1
        return "".join((*parts, text[end:]))

    def _spans(self, text: str) -> list[tuple[int, int, str]]:
        """Find where values stand: (first, past the last, name), in order, overlaps made one."""
        found = [
            (*_with_neighbours(text, first, form), form.name)
            for form in self._forms
            if form.text in text
            for first in _positions(text, form.text)
        ]
        merged: list[tuple[int, int, str]] = []
        for first, last, name in sorted(found, key=lambda span: (span[0], -span[1])):
            if merged and first < merged[-1][1]:
                start, end, kept = merged[-1]
                merged[-1] = (start, max(end, last), kept)
            else:
                merged.append((first, last, name))
        return merged

    def _hold_from(self, text: str) -> int:
        """Where the longest tail of ``text`` starts that is the beginning of a known form."""
        earliest = len(text)
        for form in self._forms:
            first = max(0, len(text) - len(form.text) + 1)
            at = text.find(form.text[0], first)
            while -1 < at < earliest:
                if form.text.startswith(text[at:]):
                    earliest = at
                    break
                at = text.find(form.text[0], at + 1)
        return earliest


def forms_of(value: str) -> dict[str, bool]:
    """Give the coats in which a value may turn up; the flag says that it is base64 inside a longer base64 text."""
    plain = dict.fromkeys(part for part in (value, value.strip()) if len(part) >= SHORTEST_VALUE)
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        plain |= dict.fromkeys(line for line in lines if len(line) >= _SHORTEST_LINE and "-----" not in line)
    escaped = dict.fromkeys(_escapes(plain))
    twice = dict.fromkeys(_escapes(escaped)) if escaped.keys() != plain.keys() else escaped
    forms: dict[str, bool] = {}
    for part in plain:
        data = part.encode("utf-8", "surrogateescape")
        whole, embedded = _base64_forms(data)
        forms |= dict.fromkeys(embedded, True)
        forms |= dict.fromkeys(_escapes(dict.fromkeys(whole)), False)
        forms |= dict.fromkeys((data.hex(), data.hex().upper()), False)
    return {text: flag for text, flag in (forms | dict.fromkeys(twice, False)).items() if len(text) >= SHORTEST_VALUE}


_ESCAPES: tuple[Callable[[str], str], ...] = (
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    lambda text: repr(text)[1:-1],
    lambda text: repr(text + "'")[1:-2],
    lambda text: repr(text.encode("utf-8", "surrogateescape"))[2:-1],
    lambda text: html.escape(text),
    lambda text: html.escape(text, quote=False),
    lambda text: html.escape(text).replace("&#x27;", "&#39;"),
    lambda text: quote(text, safe="", errors="surrogateescape"),
    lambda text: quote(text, errors="surrogateescape"),
    lambda text: quote_plus(text, errors="surrogateescape"),
    lambda text: re.sub(r"%[0-9A-F]{2}", lambda hit: hit[0].lower(), quote(text, safe="", errors="surrogateescape")),
    lambda text: shlex.quote(text).removeprefix("'").removesuffix("'"),
    lambda text: text.replace("'", "'\\''"),
    lambda text: re.sub(r'(["\\$`])', r"\\\1", text),
    lambda text: text.replace("$", "$$"),
)


def _escapes(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield text
        for escape in _ESCAPES:
            yield escape(text)


def _base64_forms(data: bytes) -> tuple[set[str], set[str]]:
    """Give base64 of the data alone, and what is fixed of it at each of three places inside longer data."""
    whole: set[str] = set()
    embedded: set[str] = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        full = encode(data).decode()
        whole |= {full, full.rstrip("=")}
        for before, skip in ((0, 0), (1, 2), (2, 3)):
            text = encode(b"\0" * before + data).decode()[skip : (before + len(data)) * 8 // 6]
            if len(text) >= _SHORTEST_EMBEDDED:
                embedded.add(text)
    for width in (64, 76):
        full = base64.b64encode(data).decode()
        whole.add("\n".join(full[at : at + width] for at in range(0, len(full), width)))
    return whole, embedded - whole


def _positions(text: str, form: str) -> Iterator[int]:
    at = text.find(form)
    while at >= 0:
        yield at
        at = text.find(form, at + 1)


def _with_neighbours(text: str, first: int, form: _Form) -> tuple[int, int]:
    """Take in the characters on either side that carry some bits of an embedded value."""
    last = first + len(form.text)
    if form.embedded:
        first -= first > 0 and text[first - 1] in _BASE64
        last += last < len(text) and text[last] in _BASE64
    return first, last
