"""One key at a time: the spec must be what docker CLI 28.2.2 sent for it.

``cases/plain.json`` is the spec of a service with nothing but an image, recorded from
``docker stack deploy``; a row of ``cases/fragments.jsonl`` is one more key, and what it adds to
that spec by JSON pointer (``null``: takes away), or that docker refuses it. Ids, digests and
platforms are left out: others fill them in.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coopnb.errors import ConvertError, RecipeError
from tests.convert.apps import specs
from tests.recipe.reading import read, write

CASES = Path(__file__).parent / "cases"
ROWS = [json.loads(line) for line in (CASES / "fragments.jsonl").read_text(encoding="utf-8").splitlines()]
TOP = """
networks: {n1: {}}
volumes: {v1: {labels: {q: w}}, vx: {external: true, name: extvol}}
secrets: {s1: {file: f}}
configs: {c1: {file: f}, cs: {file: f}}
"""
FILES = {"f": "x", "example1.env": "FOO=foo_from_env_file\nBAR=bar_from_env_file\nBAZ=baz_from_env_file\n"}
IDS = {"093f65e080a295f8076b1c572": "ST_cs"}
"""An id of the recording, and the name that stands for it until an engine has given one."""
RECORDED_IN = "/recipe/w"


def spec_of(fragment: str, root: Path) -> dict[str, Any]:
    """The spec of a service with one more key, as JSON."""
    write(root, {**FILES, "compose.yml": f"services:\n  a:\n    image: img:1\n    {fragment}\n{TOP}"})
    text = json.dumps(specs(read(root, HOME="/home/u"))["a"])
    spec: dict[str, Any] = json.loads(text.replace(str(root.resolve()), RECORDED_IN))
    return spec


@pytest.mark.parametrize("row", [row for row in ROWS if "adds" in row], ids=lambda row: row["fragment"])
def test_a_key_becomes_what_docker_sends(row: dict[str, Any], tmp_path: Path) -> None:
    """A key must change the spec exactly as it does in docker's request."""
    expected = json.loads((CASES / "plain.json").read_text(encoding="utf-8"))
    for pointer, value in row["adds"].items():
        _change(expected, pointer, _named(value))
    assert spec_of(row["fragment"], tmp_path) == expected


@pytest.mark.parametrize("row", [row for row in ROWS if "refused" in row], ids=lambda row: row["fragment"])
def test_what_docker_refuses_is_refused(row: dict[str, Any], tmp_path: Path) -> None:
    """A key that ``docker stack deploy`` refuses must be refused, with its place."""
    with pytest.raises((RecipeError, ConvertError)) as caught:
        spec_of(row["fragment"], tmp_path)
    assert caught.value.where is not None and caught.value.where.startswith(
        ("compose.yml:4:", "compose.yml:4  services.a.")
    )


def _change(spec: dict[str, Any], pointer: str, value: Any) -> None:
    *path, last = pointer.split("/")[1:]
    for part in path:
        spec = spec[part]
    if value is None:
        del spec[last]
    else:
        spec[last] = value


def _named(value: Any) -> Any:
    """A recorded value with names for ids."""
    if isinstance(value, dict):
        return {key: _named(entry) for key, entry in value.items()}
    return IDS.get(value, value) if isinstance(value, str) else value
