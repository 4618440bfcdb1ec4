"""Known values must not be readable in anything a redactor has masked."""

from __future__ import annotations

import base64
import binascii
import html
import json
import pickle
import shlex
import threading
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopnb.redaction import MARK, Redactor, forms_of, looks_secret, mark

VALUE = "p'a\"s<s>&/w o%r$d\\é+1"
ALNUM = "Zk3mQ9vT1xLr8WbN4yHs6DfG2jKp7CqE"

COATS: dict[str, Callable[[str], str]] = {
    "bare": lambda v: v,
    "json": lambda v: json.dumps({"a": v}),
    "json, not ascii": lambda v: json.dumps({"a": v}, ensure_ascii=False),
    "json in json": lambda v: json.dumps({"a": json.dumps({"b": v})}),
    "repr": lambda v: repr([v]),
    "repr of bytes": lambda v: repr(v.encode()),
    "html": lambda v: html.escape(v),
    "html without quotes": lambda v: html.escape(v, quote=False),
    "html of repr": lambda v: html.escape(repr(v)),
    "url": lambda v: f"https://u:{quote(v, safe='')}@host",
    "url path": lambda v: quote(v),
    "url form": lambda v: quote_plus(v),
    "shell": lambda v: f"mysql -p{shlex.quote(v)}",
    "hex": lambda v: binascii.hexlify(v.encode()).decode(),
    "HEX": lambda v: v.encode().hex().upper(),
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 unpadded": lambda v: base64.b64encode(v.encode()).decode().rstrip("="),
    "base64 urlsafe": lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    "base64 with newline": lambda v: base64.b64encode(v.encode() + b"\n").decode(),
    "base64 after 1": lambda v: base64.b64encode(b"x" + v.encode() + b"abc").decode(),
    "base64 after 2": lambda v: base64.b64encode(b"us" + v.encode() + b"ab").decode(),
    "base64 after 3": lambda v: base64.urlsafe_b64encode(b"us:" + v.encode() + b"a").decode(),
    "base64 in json": lambda v: json.dumps({"Data": base64.b64encode(v.encode()).decode()}),
    "base64 in url": lambda v: quote(base64.b64encode(v.encode()).decode(), safe=""),
}


# Four characters inside a longer base64 text cannot be told from chance: those pairs are left out.
PAIRS = [
    (coat, value)
    for value in (VALUE, ALNUM, "s3cr")
    for coat in COATS
    if not (value == "s3cr" and coat.startswith("base64 after"))
]


@pytest.mark.parametrize(("coat", "value"), PAIRS)
def test_every_coat_is_masked(coat: str, value: str) -> None:
    """A value must be masked in every coat that a log, a traceback or an API can give it."""
    redactor = Redactor()
    redactor.add("db_password", value)
    coated = COATS[coat](value)
    masked = redactor.mask(f"before {coated} after")
    assert coated not in masked
    assert mark("db_password") in masked
    assert masked.startswith("before ") and masked.endswith(" after")
    assert redactor.count == 1


def test_base64_neighbours_go_with_the_value() -> None:
    """No character of a longer base64 text that carries bits of the value must be left."""
    redactor = Redactor()
    redactor.add("key", ALNUM)
    for before in (b"", b"1", b"12", b"123"):
        text = base64.b64encode(before + ALNUM.encode() + b"tail").decode()
        masked = redactor.mask(text)
        left, right = masked.split(mark("key"))
        assert len(left) <= len(before) * 8 // 6
        assert len(right) <= len(b"tail") * 8 // 6 + 3


def test_longest_first_and_overlaps() -> None:
    """Where one value contains or overlaps another, no character of either must be left."""
    redactor = Redactor()
    redactor.add("short", "xxabcd")
    redactor.add("long", "abcdefgh")
    redactor.add("inner", "cdef")
    assert redactor.mask("-abcdefgh-") == "-[masked long]-"
    assert redactor.mask("-xxabcdefgh-") == "-[masked short]-"
    redactor.add("twice", "abab")
    assert redactor.mask("-ababab-") == "-[masked twice]-"


def test_lines_of_a_private_key_are_masked_one_by_one() -> None:
    """A value of several lines must be masked when it is printed with an indent."""
    body = [base64.b64encode(bytes(range(start, start + 48))).decode() for start in (0, 48, 96)]
    key = "\n".join(["-----BEGIN PRIVATE KEY-----", *body, "-----END PRIVATE KEY-----", ""])
    redactor = Redactor()
    redactor.add("ssh_key", key)
    masked = redactor.mask("\n".join("    " + line for line in key.splitlines()))
    assert not any(line in masked for line in body)
    assert redactor.mask(key) == mark("ssh_key")


def test_colours_do_not_hide_a_value() -> None:
    """A value that a highlighter cut into coloured pieces must be masked."""
    redactor = Redactor()
    redactor.add("token", "abc\\ndef123")
    assert "def123" not in redactor.mask("\x1b[33mabc\x1b[39m\x1b[31m\\n\x1b[39m\x1b[33mdef123\x1b[39m")


def test_short_values_are_ignored_and_named() -> None:
    """A value under four characters must not be masked, and must be reported by its name."""
    redactor = Redactor()
    redactor.add("pin", "123")
    redactor.add("blank", "   \n")
    assert redactor.mask("123") == "123"
    assert redactor.ignored == ("pin", "blank")
    assert redactor.names == ()


def test_nothing_about_a_redactor_shows_a_value() -> None:
    """Neither repr, nor attributes, nor pickling may show a value."""
    redactor = Redactor()
    redactor.add("token", ALNUM)
    seen = repr(redactor) + repr(vars(redactor))
    assert not any(form in seen for form in forms_of(ALNUM))
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(redactor)


def test_json_is_masked_throughout() -> None:
    """Strings, keys and bytes anywhere in a JSON value must be masked, and other values left."""
    redactor = Redactor()
    redactor.add("t", ALNUM)
    masked = redactor.mask_json({"a": [1, None, {ALNUM: f"x{ALNUM}"}], "b": ALNUM.encode(), "c": 2.5})
    assert masked == {"a": [1, None, {"[masked t]": "x[masked t]"}], "b": b"[masked t]", "c": 2.5}
    picture = bytes(range(256)) * 4
    assert redactor.mask_bytes(picture) is picture


@given(st.data())
def test_a_stream_cut_anywhere_is_masked(data: st.DataObject) -> None:
    """However a text is cut into pieces, streaming must mask what masking the whole does."""
    values = data.draw(st.lists(st.text("abAB1+", min_size=4, max_size=8), min_size=1, max_size=3))
    redactor = Redactor()
    for number, value in enumerate(values):
        redactor.add(f"n{number}", value)
    pieces = data.draw(st.lists(st.one_of(st.sampled_from(values), st.text("abAB1+ \n", max_size=6)), max_size=8))
    text = "".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    shown, held = "", ""
    for first, last in zip([0, *cuts], [*cuts, len(text)], strict=True):
        safe, held = redactor.mask_stream(held + text[first:last])
        shown += safe
    shown += redactor.mask(held)
    plain = MARK.sub("\0", shown)
    assert not any(value in plain for value in values)
    assert redactor.mask(text).split("[")[0] == shown.split("[")[0]


def test_a_stream_without_secrets_is_not_held() -> None:
    """Text that cannot begin a known value must be shown at once."""
    redactor = Redactor()
    redactor.add("token", "Q9vT1xLr8W")
    assert redactor.mask_stream("rolling out 1 of 2\n") == ("rolling out 1 of 2\n", "")
    assert redactor.mask_stream("token: Q9vT") == ("token: ", "Q9vT")


def test_many_threads_may_add_and_mask() -> None:
    """Adding and masking from several threads at once must lose nothing."""
    redactor = Redactor()
    values = [f"value-{number}-{'x' * number}" for number in range(40)]

    def work(value: str) -> None:
        redactor.add("many", value)
        redactor.mask(" ".join(values))

    threads = [threading.Thread(target=work, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    masked = redactor.mask(" ".join(values))
    assert not any(value in masked for value in values)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SMTP_PASSWORD", True),
        ("DB_PASS", True),
        ("API_TOKEN", True),
        ("BORG_PASSPHRASE", True),
        ("SSH_PRIVATE_KEY", True),
        ("stripe_api_key", True),
        ("SECRET_KEY", True),
        ("CLIENT_SECRET", True),
        ("AWS_ACCESS_KEY_ID", True),
        ("SECRET_DB_PASSWORD_VERSION", False),
        ("SECRET_DB_PASSWORD_LENGTH", False),
        ("PASSWORD_FILE", False),
        ("DOMAIN", False),
        ("COMPOSE_FILE", False),
        ("KEYBOARD", False),
        ("BYPASS", False),
        ("TIMEOUT", False),
    ],
)
def test_names_of_secret_settings(name: str, expected: bool) -> None:
    """A setting's name must tell whether its value is secret."""
    assert looks_secret(name) is expected


def test_a_mark_holds_only_a_plain_name() -> None:
    """A hostile name must not close its mark or carry markup."""
    assert MARK.fullmatch(mark("a]<script>\n"))
    assert "<" not in mark("a]<script>\n")
