"""The worlds that are shipped, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.world import WorldError, find_world, load_world, shipped_worlds

PAGE = Path(__file__).parents[2] / "docs" / "practice.md"


@pytest.mark.parametrize("name", shipped_worlds())
def test_every_shipped_world_can_be_used(name: str) -> None:
    """Each shipped world must be found by its name, load, make a swarm, and stand in the documentation."""
    swarm = PracticeSwarm(load_world(find_world(name)))

    assert swarm.engines.all()
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")


def test_a_path_is_a_world_too(tmp_path: Path) -> None:
    """What is no shipped name must be taken as a path; what is neither must be told with the names there are."""
    path = tmp_path / "own.yaml"
    path.write_text("nodes: 1", encoding="utf-8")

    assert find_world(str(path)) == path
    with pytest.raises(WorldError, match=r"own: no such file, .* there are default, broken-upgrade, power-cut"):
        find_world("own")
