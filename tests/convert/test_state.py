"""What is kept for undo, and what must never be in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coopnb.convert import convert
from coopnb.convert.state import looks_secret
from tests.convert.apps import app
from tests.recipe.reading import read, write

TEXT = "services:\n  app:\n    image: x\nconfigs: {c: {file: c.txt}}\nsecrets: {s: {file: s.txt}}\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_PASSWORD", "hunter2"),
        ("API_TOKEN", "t"),
        ("SECRET", "x"),
        ("SECRET_KEY_BASE", "x"),
        ("PRIVATE_KEY", "x"),
        ("STRIPE_API_KEY", "x"),
        ("DATABASE_URL", "postgres://me:hunter2@db/wiki"),
        ("passphrase", "x"),
    ],
)
def test_a_setting_that_may_be_secret_is_withheld(name: str, value: str) -> None:
    """A name, or a URL, that speaks of a secret must be known for one."""
    assert looks_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_DB_PASSWORD_VERSION", "v1"),
        ("SECRET_OVH_CONSUMER_KEY", "v2"),
        ("DOMAIN", "wiki.example.org"),
        ("TIMEOUT", "300"),
        ("KEYBOARD", "de"),
        ("URL", "https://example.org:8080/x"),
        ("SMTP_PASSWORD", ""),
    ],
)
def test_an_ordinary_setting_is_kept(name: str, value: str) -> None:
    """A version, a plain value and an empty one must not be withheld."""
    assert not looks_secret(name, value)


def test_the_state_tells_everything_but_secrets(tmp_path: Path) -> None:
    """Settings, files and versions must be there as JSON; no secret value and no secret's file."""
    files = {"compose.yml": TEXT, "c.txt": "config text", "s.txt": "file of a secret"}
    stack = convert(app(read(write(tmp_path, files)), DOMAIN="d", SMTP_PASSWORD="hunter2"))
    text = json.dumps(stack.state)
    assert "hunter2" not in text and "file of a secret" not in text
    assert stack.state == {
        "format": 1,
        "app": "wiki.example.org",
        "stack": "wiki_example_org",
        "recipe": "sample",
        "version": "1.0.0",
        "commit": "c0ffee",
        "compose_files": ["compose.yml"],
        "settings": {"DOMAIN": "d"},
        "withheld": ["SMTP_PASSWORD"],
        "files": {"c.txt": "config text", "compose.yml": TEXT},
        "secret_files": ["s.txt"],
    }


def test_a_file_that_is_no_text_is_told_by_name(tmp_path: Path) -> None:
    """Bytes that are no text must not break the state."""
    root = write(tmp_path, {"compose.yml": TEXT.replace("secrets: {s: {file: s.txt}}\n", "")})
    (root / "c.txt").write_bytes(b"\xff\xfe")
    assert convert(app(read(root))).state["files_not_text"] == ["c.txt"]
