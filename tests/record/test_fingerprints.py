"""Fingerprints must find values in a text, and give none of them away."""

from __future__ import annotations

import base64
import html
import json
import multiprocessing
import random
import string
from pathlib import Path
from urllib.parse import quote

import pytest

from coopnb.errors import WorkspaceError
from coopnb.record import fingerprints

SECRET = "Zk3mQ9vT1xLr8WbN4yHs6DfG2jKp7CqE"
ODD = "p'a\"s<s>&/w o%r$d\\é+1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Remember two values in a file of a workspace."""
    path = tmp_path / "coopnb" / fingerprints.FINGERPRINTS_NAME
    fingerprints.remember(path, "db_password", SECRET)
    fingerprints.remember(path, "smtp_password", ODD)
    return path


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SECRET, ["db_password"]),
        (f"<b>{SECRET}</b>", ["db_password"]),
        (f"x{SECRET}y", ["db_password"]),
        (base64.b64encode(b"user:" + SECRET.encode() + b"...").decode(), ["db_password"]),
        (SECRET.encode().hex(), ["db_password"]),
        (html.escape(ODD), ["smtp_password"]),
        (json.dumps({"a": ODD}), ["smtp_password"]),
        (quote(ODD, safe="") + " é \U0001f600 " + SECRET, ["db_password", "smtp_password"]),
        (SECRET[:-1] + "F", []),
        (SECRET.lower(), []),
        ("", []),
    ],
)
def test_values_are_found(path: Path, text: str, names: list[str]) -> None:
    """A value must be found wherever and however it stands, and nothing else."""
    assert fingerprints.find(path, text) == names


def test_what_is_found_is_masked(path: Path) -> None:
    """The window that was found must be replaced by its mark, and the rest be left."""
    known = fingerprints.load(path)
    assert known is not None
    masked, names = known.mask(f"a {SECRET} b {SECRET}{html.escape(ODD)} c")
    assert masked == "a [masked db_password] b [masked db_password][masked smtp_password] c"
    assert names == ("db_password", "db_password", "smtp_password")


def test_the_file_gives_nothing_away(path: Path) -> None:
    """The file must be the owner's alone, and no piece of a value must be in it."""
    assert path.stat().st_mode & 0o777 == 0o600
    written = path.read_text()
    assert SECRET[:8] not in written and "p'a" not in written
    known = fingerprints.load(path)
    assert known is not None and len(known.key) == 32 and known.names == ("db_password", "smtp_password")
    assert {one.tag.bit_length() <= 8 for one in known.prints} == {True}


def test_keys_differ(path: Path, tmp_path: Path) -> None:
    """The same value must have another fingerprint in another workspace."""
    other = tmp_path / "other" / "f.json"
    fingerprints.remember(other, "db_password", SECRET)
    first, second = fingerprints.load(path), fingerprints.load(other)
    assert first and second and not {one.mac for one in first.prints} & {one.mac for one in second.prints}


def test_remembering_twice_changes_nothing(path: Path) -> None:
    """A value that is remembered again must not grow the file."""
    before = path.read_bytes()
    fingerprints.remember(path, "db_password", SECRET)
    assert path.read_bytes() == before


def test_what_cannot_be_checked_is_said(path: Path, tmp_path: Path) -> None:
    """Missing files and short values must be told, never passed over."""
    assert fingerprints.unchecked(path) == ()
    fingerprints.remember(path, "pin", "12345")
    assert fingerprints.unchecked(path) == ("too short to be looked for: pin",)
    assert fingerprints.find(path, "12345") == []
    assert "no fingerprints" in fingerprints.unchecked(tmp_path / "none.json")[0]
    assert "no workspace" in fingerprints.unchecked(None)[0]
    path.write_text("{")
    assert fingerprints.unchecked(path) == ("the fingerprints of secret values cannot be read",)
    with pytest.raises(WorkspaceError, match="cannot be read"):
        fingerprints.remember(path, "db_password", SECRET)


def test_the_home_of_a_run(tmp_path: Path) -> None:
    """Only a folder of a workspace's runs must lead to its fingerprints."""
    run = tmp_path / "coopnb" / "runs" / "2026-11-23_deploy-app_wiki"
    assert fingerprints.home_of(run) == (tmp_path / "coopnb" / "fingerprints.json").resolve()
    assert fingerprints.home_of(tmp_path) is None


@pytest.mark.timeout(60)
def test_a_megabyte_is_searched_to_its_end(tmp_path: Path) -> None:
    """A text of a megabyte without a space must be searched for five values, in seconds and not in hours."""
    chance = random.Random(7)
    path = tmp_path / "f.json"
    values = ["".join(chance.choices(string.ascii_letters + string.digits, k=32)) for _ in range(5)]
    for number, value in enumerate(values):
        fingerprints.remember(path, f"s{number}", value)
    noise = "".join(chance.choices(string.ascii_letters + string.digits + "+/", k=1_000_000))
    text = noise[:700_000] + values[3] + noise[700_000:]
    assert fingerprints.find(path, text) == ["s3"]


def _remember(path: str, number: int) -> None:
    fingerprints.remember(Path(path), f"name{number}", f"a long enough value {number}")


def test_many_processes_may_remember(tmp_path: Path) -> None:
    """Values remembered at the same time by several processes must all be kept."""
    path = str(tmp_path / "f.json")
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.starmap(_remember, [(path, number) for number in range(9)])
    known = fingerprints.load(Path(path))
    assert known is not None and len(known.names) == 9
