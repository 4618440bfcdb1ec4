"""``roll-back-app`` of a stack that stack files made: by its name, with the record that every run has."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from coopnb import connect, load_stack
from coopnb.workspace import Workspace
from tests.recipe.reading import write
from tests.runbook.bringing import will_plan
from tests.runbook.headless import coopnb
from tests.runbook.places import Place
from tests.server.apps import applied

pytestmark = pytest.mark.timeout(300)


def test_a_stack_is_rolled_back_by_its_name(place: Place, tmp_path: Path) -> None:
    """The state before must be brought back and observed, every check pass, and no settings be asked for or written."""
    with closing(connect("practice", workspace=Workspace(place.root))) as server:
        for version in ("1.27", "1.28"):
            text = f"services:\n  web:\n    image: nginx:{version}\n    deploy: {{update_config: {{monitor: 100ms}}}}\n"
            write(tmp_path, {"stack.yml": text})
            applied(server, server.plan(load_stack([tmp_path / "stack.yml"], "choir"))).wait()
    stack = {"server": "practice", "domain": "choir"}
    digest = will_plan(place.root, "roll-back-app", **stack).short_digest

    ran = coopnb(place.root, "run", "roll-back-app", **stack, approve=digest, reason="it sings out of tune")
    assert ran.status == 0, ran.out + ran.err
    assert "nginx:1.28 -> nginx:1.27" in ran.out
    assert {check["ok"] for check in ran.facts("checked")["checks"]} == {True}
    [record] = ran.folder.glob("*.record.html")
    assert "choir, stack files stack.yml" in record.read_text()
    assert not list(place.root.glob("servers/*/*.env"))
