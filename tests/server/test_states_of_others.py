"""A state in the swarm may have been written by anybody: reading it must be harmless on this machine."""

from __future__ import annotations

import json
import posixpath
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
def test_a_file_outside_of_its_folder_is_neither_written_nor_read(tmp_path: Path, name: str) -> None:
    """A name that leads out must be that of a text in the state, and never that of a file of this machine."""
    out = tmp_path / "out.txt"
    name = name.format(out=str(out).lstrip("/"))
    compose = f"{COMPOSE}    configs: [c]\nconfigs: {{c: {{file: {name}}}}}\n"
    assert trouble({"compose.yml": compose, posixpath.normpath(name): "theirs"}) == ""
    assert not out.exists()
    out.write_text("ours", encoding="utf-8")
    assert "the state does not keep the file" in trouble({"compose.yml": compose})


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"compose.yml": "services: ["},
        {"compose.yml": COMPOSE + "    env_file: ../../../../etc/passwd\n"},
        {"compose.yml": "services:\n  app:\n    image: nginx:1\n    env_file: /dev/zero\n"},
    ],
    ids=["none", "broken", "reads outside", "reads a device"],
)
def test_files_that_are_no_recipe_are_trouble_and_no_exception(files: dict[str, str]) -> None:
    """Whatever the files are, the list of states must come out, with a word for this one."""
    assert trouble(files) != ""
