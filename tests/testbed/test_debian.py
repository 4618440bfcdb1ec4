"""The testbed reads the machine's apt sources as apt does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.testbed.debian import mirror

DEB822 = """\
# a comment
Types: deb-src
URIs: http://sources.example.org/debian
Suites: bookworm

Types: deb
URIs: http://off.example.org/debian
Suites: bookworm
Enabled: no

Types: deb
URIs: http://security.example.org/debian-security
Suites: bookworm-security

Types: deb deb-src
URIs: http://mirror.example.org/debian/ http://second.example.org/debian
Suites: bookworm bookworm-updates
Components: main
"""


def apt_folder(path: Path, **files: str) -> Path:
    """Write an apt folder with sources under ``sources.list.d``."""
    (path / "sources.list.d").mkdir()
    for name, text in files.items():
        (path / "sources.list.d" / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return path


def test_deb822_sources_are_read(tmp_path: Path) -> None:
    """Source-only, disabled and security paragraphs must be passed over; the first address of the next one counts."""
    assert mirror(apt_folder(tmp_path, debian_sources=DEB822)) == "http://mirror.example.org/debian"


@pytest.mark.parametrize("options", ["", "[arch=amd64 signed-by=/usr/share/keyrings/x.gpg] "])
def test_one_line_sources_are_read(tmp_path: Path, options: str) -> None:
    """A line of sources.list must be read with and without options, and foreign archives must be passed over."""
    apt_folder(tmp_path, other_list="deb https://packages.example.org/tool stable main\n")
    text = f"# deb http://old.example.org/debian x main\ndeb {options}http://one.example.org/debian bookworm main\n"
    (tmp_path / "sources.list").write_text(text, encoding="utf-8")
    assert mirror(tmp_path) == "http://one.example.org/debian"


def test_a_switched_off_file_does_not_count(tmp_path: Path) -> None:
    """A file with another ending is not apt's, so the fallback must be used."""
    text = "deb http://one.example.org/debian bookworm main\n"
    assert mirror(apt_folder(tmp_path, mine_list_disabled=text)) == "http://deb.debian.org/debian"
