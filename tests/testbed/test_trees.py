"""The Debians that newer engines come from are made once, checked before every use, and made again when broken."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.testbed import trees
from tests.testbed.requirements import require_real

CONTENT = "a program\n"


def debian(root: Path) -> None:
    """Write what dpkg knows of the packages that are verified, each with one program."""
    info = root / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    (root / "usr/share").mkdir(parents=True)
    digest = hashlib.md5(CONTENT.encode(), usedforsecurity=False).hexdigest()
    status = ""
    for package in trees.VERIFIED:
        (root / "usr" / package).write_text(CONTENT, encoding="utf-8")
        (info / f"{package}.list").write_text(f"/.\n/usr\n/usr/{package}\n/usr/share/doc\n", encoding="utf-8")
        (info / f"{package}.md5sums").write_text(
            f"{digest}  usr/{package}\n{digest}  usr/share/doc\n", encoding="utf-8"
        )
        status += f"Package: {package}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n"
        status += "Maintainer: nobody\nDescription: a package\n\n"
    (root / "var/lib/dpkg/status").write_text(status, encoding="utf-8")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the suites that were made, with small Debians in a cache of the test's own."""
    require_real("dpkg, which verifies a Debian")
    suites: list[str] = []

    def make(script: str, **environment: str) -> None:
        assert script == "engine.sh"
        suites.append(environment["SUITE"])
        debian(Path(environment["TREE"]))

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(trees, "run", make)
    return suites


@pytest.mark.real
def test_a_tree_is_made_once(made: list[str]) -> None:
    """A second request must find the first one's tree; another suite must get its own."""
    assert trees.tree("trixie") == trees.tree("trixie") != trees.tree("sid")
    assert made == ["trixie", "sid"]


@pytest.mark.real
@pytest.mark.parametrize("change", ["usr/docker.io", "var/lib/dpkg/status"])
def test_a_broken_tree_is_made_again(made: list[str], change: str) -> None:
    """A tree with a file that is not what Debian packed, or without its list of packages, must be replaced."""
    root = trees.tree("trixie")
    (root / change).write_text("", encoding="utf-8")
    assert not trees.whole(root)
    assert trees.whole(trees.tree("trixie"))
    assert made == ["trixie", "trixie"]


@pytest.mark.real
def test_a_tree_that_cannot_be_made_leaves_nothing(
    made: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When debootstrap fails half-way, the next request must find no half of a tree."""

    def fail(script: str, **environment: str) -> None:
        debian(Path(environment["TREE"]))
        raise RuntimeError("no such mirror")

    with monkeypatch.context() as patch:
        patch.setattr(trees, "run", fail)
        with pytest.raises(RuntimeError, match="no such mirror"):
            trees.tree("sid")
    assert [path.name for path in (tmp_path / "coopnb-testbed").iterdir()] == ["engine-sid.lock"]
    assert trees.tree("sid").is_dir()
    assert made == ["sid"]


@pytest.mark.real
def test_a_new_recipe_discards_the_old_tree(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree of other packages must take the old one's place in the cache."""
    old = trees.tree("sid")
    monkeypatch.setattr(trees, "PACKAGES", ("docker.io",))
    new = trees.tree("sid")
    assert new.is_dir()
    assert not old.exists()
    assert made == ["sid", "sid"]
