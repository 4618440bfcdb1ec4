"""Which changes of a service restart its tasks: as recorded on a real engine, change by change."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.practice.driver import Driver, spec, world_of
from tests.tables import table

CHANGES: list[dict[str, Any]] = table(Path(__file__).parent / "golden" / "changes.yaml")


@pytest.mark.parametrize("case", CHANGES, ids=[case["what"] for case in CHANGES])
def test_a_change_restarts_or_not_as_recorded(tmp_path: Path, case: dict[str, Any]) -> None:
    """A written spec must restart the task exactly if it did so on dockerd, whose rules compare what it stored."""
    driver = Driver(world_of(tmp_path))
    for name in ("neta", "netb"):
        assert driver.call("POST", "/networks/create", {"Name": name, "Driver": "overlay"}).status == 201
    wanted = spec("web", "busybox:1.36", template={"Placement": {"Constraints": ["node.labels.nope==1"]}})
    _put(wanted, case["before"])
    assert driver.call("POST", "/services/create", wanted).status == 201
    driver.advance(1)
    assert driver.update("web", lambda stored: _put(stored, case["change"])).status == 200
    driver.advance(1)
    assert bool(driver.statuses) is case["restarts"]


def _put(into: dict[str, Any], changes: dict[str, Any]) -> None:
    """Set values by their paths; None takes a key away."""
    for path, value in changes.items():
        *parents, last = path.split(".")
        inner = into
        for parent in parents:
            inner = inner.setdefault(parent, {})
        if value is None:
            inner.pop(last, None)
        else:
            inner[last] = copy.deepcopy(value)
