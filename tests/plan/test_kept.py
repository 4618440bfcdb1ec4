"""Kept states are read from a swarm that others write to, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coopnb.model.snapshot import ConfigSeen
from coopnb.plan.kept import images_of, kept_states
from tests.nouns import at, seen

CONTENT: dict[str, Any] = {
    "format": 1,
    "app": "wiki.example.org",
    "stack": "wiki",
    "recipe": "wiki",
    "version": "1.3.0+1.39.17",
    "commit": "c0ffee",
    "compose_files": ["compose.yml"],
    "settings": {},
    "withheld": [],
    "files": {},
    "images": {"nginx:1": "sha256:aa"},
    "platforms": {"nginx:1": [{"Architecture": "amd64", "OS": "linux"}]},
    "previous": None,
}


def config(data: bytes, name: str = "coopnb_wiki_1", seconds: float = 0) -> ConfigSeen:
    """A config object that says it is a state of the app."""
    return ConfigSeen(f"id-{name}", name, 5, {"coopnb.state": "wiki", "coopnb.version": "1"}, at(seconds), data)


def encoded(**changes: Any) -> bytes:
    """A state's content."""
    return json.dumps({**CONTENT, **changes}).encode()


def test_states_are_read_newest_first() -> None:
    """Names, versions and images must come back as they were kept."""
    found = kept_states(seen(configs=(config(encoded()), config(encoded(previous="x"), "coopnb_wiki_2", 9))))
    assert [(state.name, state.previous) for state in found] == [("coopnb_wiki_2", "x"), ("coopnb_wiki_1", None)]
    [image] = images_of(found[0]).values()
    assert (image.digest, image.platforms) == ("sha256:aa", ({"Architecture": "amd64", "OS": "linux"},))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1, 2]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        encoded(stack="another"),
        encoded(images=[]),
        encoded(files=["compose.yml"]),
        encoded(files={"compose.yml": 1}),
        encoded(compose_files="compose.yml"),
        encoded(platforms={"nginx:1": 3}),
        encoded(format=2),
        encoded(additions=False),
        encoded(format=2, additions=False, binds_from=1),
    ],
    ids=lambda data: repr(data[:12]),
)
def test_content_that_is_no_state_is_told_and_never_an_exception(data: bytes) -> None:
    """Anybody may write a config of that name and label: it must be a row that says it cannot be used."""
    [state] = kept_states(seen(configs=(config(data),)))
    assert state.trouble == "its content is not what coopnb writes"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": 3}, "another version of coopnb"),
        ({"files_left_out": "too large"}, "too large to be kept"),
        ({"files_not_text": ["logo.png"]}, "logo.png"),
    ],
)
def test_a_state_that_is_not_whole_says_why(changes: dict[str, Any], says: str) -> None:
    """What cannot be gone back to must say so in the list, before anybody chooses it."""
    [state] = kept_states(seen(configs=(config(encoded(**changes)),)))
    assert says in state.trouble
