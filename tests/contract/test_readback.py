"""What was sent, stored and read back must mean the same: otherwise a plan would never come to rest."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from coopnb.deploy.apply import with_ids
from coopnb.engine import Engine
from coopnb.errors import EngineError
from coopnb.plan.canonical import canonical
from coopnb.plan.fields import fields
from tests.convert.test_fragments import ROWS, spec_of

REFUSED = {
    "deploy: {update_config: {failure_action: nonsense}}",
    "deploy: {restart_policy: {condition: unless-stopped}}",
    # Engines before 28 do not know image mounts.
    "volumes: [{type: image, source: alpine, target: /d}]",
    # Nor engines before 23 volumes of a storage cluster.
    'volumes: [{type: cluster, source: "group:g", target: /d}]',
    # The practice swarm has no jobs, and says so.
    "deploy: {mode: replicated-job, replicas: 3}",
    "deploy: {mode: global-job}",
}
DROPPED_BY_OLDER_ENGINES = {
    # Before API 1.44 and 1.45.
    "start interval 1 s",
    "subpath s",
}

Ids = dict[tuple[str, str], str]


@pytest.fixture
def objects(engine: Engine) -> Iterator[Ids]:
    """The networks, secrets and configs that the fragments name."""
    made: Ids = {}
    body = {"Data": base64.b64encode(b"x").decode(), "Labels": {}}
    try:
        for name in ("ST_default", "ST_n1"):
            made["network", name] = engine.create("network", {"Name": name, "Driver": "overlay"})
        for kind, name in (("secret", "ST_s1"), ("config", "ST_c1"), ("config", "ST_cs")):
            made[kind, name] = engine.create(kind, {"Name": name, **body})
        yield made
    finally:
        for (kind, _), object_id in made.items():
            engine.remove(kind, object_id)


def test_every_key_comes_to_rest(engine: Engine, objects: Ids, tmp_path: Path) -> None:
    """A service of every convertible key must read back as what was sent."""
    compared, refused, different = 0, set(), {}
    for number, row in enumerate(row for row in ROWS if "adds" in row):
        root = tmp_path / str(number)
        root.mkdir()
        spec = without_tasks(spec_of(row["fragment"], root), f"ST_a{number}")
        try:
            made = engine.create("service", with_ids(spec, objects))
        except EngineError:
            refused.add(row["fragment"])
            continue
        names = {item["Id"]: item["Name"] for item in engine.networks().body}
        stored = engine.request("GET", f"/services/{made}").body["Spec"]
        engine.remove("service", made)
        compared += 1
        if lost := differences(canonical(spec, names), canonical(stored, names)):
            different[row["fragment"]] = lost

    assert compared > 90
    assert refused <= REFUSED
    assert {part for lost in different.values() for part in lost} <= DROPPED_BY_OLDER_ENGINES


def without_tasks(spec: dict[str, Any], name: str) -> dict[str, Any]:
    """The spec with no replicas, so that nothing has to run."""
    mode = spec["Mode"]
    if "Replicated" in mode:
        mode = {"Replicated": {"Replicas": 0}}
    return {**spec, "Name": name, "Mode": mode}


def differences(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> set[str]:
    """The parts of fields that were sent and not stored, or stored and not sent."""
    before, after = fields(sent), fields(stored)
    return {
        part
        for field in before.keys() | after.keys()
        for part in set(before.get(field, "").split(", ")) ^ set(after.get(field, "").split(", "))
    }
