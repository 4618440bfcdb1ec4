"""What the documents name must exist, so that a reader can search for it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
PATH = re.compile(r"(?:[\w.-]+/)+|(?:[\w.-]+/)*[\w-]+\.(?:py|md|toml|lock|ipynb|yml|svg|png)|(?:[\w-]+/)+[\w.-]+")
MADE = re.compile(r"compose(?:\.\w+)?\.yml|\.workspace/|\.venv/|release/")
TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)(.*)$", re.MULTILINE)


def code(document: str) -> list[str]:
    """Give what stands in backticks in a document, and its indented or fenced blocks line by line."""
    text = (ROOT / document).read_text()
    fenced = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    blocks = [line for block in fenced for line in block.splitlines()]
    return re.findall(r"`([^`\n]+)`", text) + blocks + re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)


@cache
def targets() -> dict[str, str]:
    """Make target -> the rest of its line."""
    return dict(TARGET.findall((ROOT / "Makefile").read_text()))


@cache
def words() -> frozenset[str]:
    """Every word of the package's source and of its tests."""
    texts = [path.read_text() for folder in ("coopnb", "tests") for path in (ROOT / folder).rglob("*.py")]
    return frozenset(word for text in texts for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_named_files_exist(document: str) -> None:
    """Every path of a document must be there: in the repository, in the package, or as what a test or a run makes."""
    paths = [text for text in code(document) if PATH.fullmatch(text)]
    places = {
        str(path.relative_to(top)) + "/" * path.is_dir()
        for top in (ROOT, ROOT / "coopnb", *(path for path in (ROOT / "coopnb").iterdir() if path.is_dir()))
        for path in (*top.iterdir(), *(top / path for path in paths))
        if path.exists()
    }

    assert paths
    assert [path for path in paths if not {path, f"{path}/"} & places and not MADE.fullmatch(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_named_make_targets_exist(document: str) -> None:
    """Every ``make TARGET`` of a document must be a target."""
    named = [word for text in code(document) if (m := re.match(r"make((?: [a-z-]+)*)", text)) for word in m[1].split()]

    assert [name for name in named if name not in targets()] == []
    assert named or document == "ARCHITECTURE.md"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_named_names_exist(document: str) -> None:
    """Every class, function or attribute of a document must stand in the source."""
    named = [text for text in code(document) if re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\(\))?", text)]
    ours = [name for name in named if re.search(r"[a-z][A-Z]|_|\(\)|^[A-Z][a-z]", name)]

    missing = [name for name in ours if not set(name.removesuffix("()").split(".")) <= words() | {"md", "lock", "toml"}]

    assert missing == []


def test_every_target_has_help() -> None:
    """Every target must say in ``make help`` what it does, and be declared phony."""
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True).stdout

    assert phony and set(phony[1].split()) == set(targets())
    for name, rest in targets().items():
        assert "## " in rest, f"{name} has no help"
        assert re.search(rf"^ +{name} +\S", listed, re.MULTILINE), f"{name} is not listed"


def test_the_tools_of_the_targets_exist() -> None:
    """Every script that the Makefile or continuous integration runs must be there and be executable."""
    called = set(re.findall(r"\btools/[\w-]+", (ROOT / "Makefile").read_text()))

    assert {"tools/install", "tools/demo"} <= called
    for script in (*called, ".ci/run", "binder/postBuild", "binder/start"):
        assert (ROOT / script).stat().st_mode & 0o111, f"{script} is not executable"


def test_the_lock_covers_every_dependency() -> None:
    """Every dependency must be in the lock, each package with hashes, and no address or path of a machine in it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^ \\]+)", lock, re.MULTILINE))

    names = [re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-") for requirement in wanted]
    assert [name for name in names if name not in locked] == []
    assert tuple(int(part) for part in locked["docker"].split(".")[:2]) >= (7, 1)
    assert len(re.findall(r"^[a-z0-9._-]+==.*\\\n    --hash=sha256:", lock, re.MULTILINE)) == len(locked)
    assert not re.search(r"https?://|file://|^-|\s/\w", lock, re.MULTILINE)
