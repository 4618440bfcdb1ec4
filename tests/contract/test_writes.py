"""Which writes of a service replace its tasks."""

from __future__ import annotations

import pytest

from tests.contract.garden import Garden
from tests.contract.stories.writes import KEEPING, RESTARTING


@pytest.mark.parametrize("story", KEEPING)
def test_a_write_that_keeps_the_task(garden: Garden, story: str) -> None:
    """It must raise the version, keep the former spec as the previous one, and leave task and update status alone."""
    assert story not in garden.unfinished, garden.unfinished[story]
    index, spec = garden.kept[story]
    service = garden.services[story]

    assert service["Version"]["Index"] > index
    assert service["PreviousSpec"] == spec
    assert garden.updates[story] == []
    assert [(life.state, life.desired) for life in garden.told(story)] == [("running", ["running"])]


@pytest.mark.parametrize("story", RESTARTING)
def test_a_write_that_replaces_the_task(garden: Garden, story: str) -> None:
    """It must be an update: a second task runs in the slot, and the first one is shut down."""
    assert story not in garden.unfinished, garden.unfinished[story]
    index, spec = garden.kept[story]
    service = garden.services[story]
    old, new = garden.told(story)

    assert service["Version"]["Index"] > index
    assert service["PreviousSpec"] == spec
    assert garden.updates[story][-1] == ("completed", "update completed")
    assert (old.state, old.desired[-1]) == ("shutdown", "shutdown")
    assert (new.state, new.slot) == ("running", old.slot)
