"""A state in the swarm may have been written by anybody: reading it must be harmless on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coopnb.model.snapshot import ConfigSeen
from coopnb.server.kept import states
from tests.nouns import at, seen
from tests.plan.test_kept import CONTENT

COMPOSE = "services:\n  app:\n    image: nginx:1\n"


def trouble(files: dict[str, str], **changes: Any) -> str:
    """Why a state with these files cannot be gone back to."""
    data = json.dumps({**CONTENT, "files": files, **changes}).encode()
    config = ConfigSeen("id1", "coopnb_wiki_1", 5, {"coopnb.state": "wiki"}, at(0), data)
    [state] = states(seen(configs=(config,)))
    return state.trouble


def test_an_ordinary_one_can_be_gone_back_to() -> None:
    """The cases below must fail for what they change and for nothing else."""
    assert trouble({"compose.yml": COMPOSE}) == ""


@pytest.mark.parametrize("name", ["../{out}", "/{out}", "a/../../{out}"])
def test_a_file_outside_of_its_folder_is_refused_and_not_written(tmp_path: Path, name: str) -> None:
    """A name that leads out must be refused before anything is written there."""
    out = tmp_path / "out.txt"
    said = trouble({"compose.yml": COMPOSE, name.format(out=str(out).lstrip("/")): "hostile"})
    assert "outside of its recipe" in said
    assert not out.exists()


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"compose.yml": "services: ["},
        {"compose.yml": COMPOSE, "a": "", "a/b": ""},
        {"compose.yml": COMPOSE, "x" * 300: ""},
        {"compose.yml": "services:\n  app:\n    image: nginx:1\n    env_file: ../../../../etc/passwd\n"},
    ],
    ids=["none", "broken", "both a file and a folder", "long name", "reads outside"],
)
def test_files_that_are_no_recipe_are_trouble_and_no_exception(files: dict[str, str]) -> None:
    """Whatever the files are, the list of states must come out, with a word for this one."""
    assert trouble(files) != ""
