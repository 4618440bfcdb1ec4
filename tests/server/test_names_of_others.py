"""Secrets and configs whose names do not begin with the stack's: seen after a change, and on the way back, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import coopnb as co
from coopnb.commons import plant_samples
from coopnb.model.plan import UpdateLabels
from coopnb.runbook.look_after import look_after
from coopnb.server import Server
from tests.server.apps import applied, deployed

DOMAIN = "choir.example.org"
FILES = """
services:
  app:
    image: nginx:1.26.3
    secrets: [pw]
    configs: [conf]
secrets: {pw: {external: true, name: shared_pw}}
configs: {conf: {file: conf, name: shared_conf, labels: LABELS}}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A swarm with an app whose upgrade changed labels alone."""
    for version, labels in (("1.0.0+1", "{a: old}"), ("1.1.0+1", "{a: new, b: more}")):
        folder = tmp_path / "choir" / version
        folder.mkdir(parents=True)
        (folder / ".env.sample").write_text("TYPE=choir\nDOMAIN=choir.example.com\nSECRET_PW_VERSION=v1 # length=20\n")
        (folder / "compose.yml").write_text(FILES.replace("LABELS", labels))
        (folder / "conf").write_text("x")
    with co.practice_swarm() as server:
        plant_samples(server.workspace, tmp_path)
        yield server


def test_a_check_sees_them_and_labels_are_gone_back_to(server: Server) -> None:
    """Planned again nothing must be left; going back must not miss the secret, and must bring the labels of then."""
    for version in ("1.0.0+1", "1.1.0+1"):
        plan = deployed(server, "choir", version, DOMAIN).plan
        assert [check for check in look_after(plan, server.snapshot(plan.stack)) if not check.ok] == []
    assert _labels(server) == {"a": "new", "b": "more"}

    newest, oldest = server.states(DOMAIN)
    assert (newest.runs, oldest.runs) == (True, False)
    back = server.plan_state(DOMAIN, oldest.name)
    assert back.blocked == ()
    assert [item.name for item in back.operations if isinstance(item, UpdateLabels)] == ["shared_conf"]
    applied(server, back).wait()
    assert _labels(server) == {"a": "old"}
    assert server.plan_state(DOMAIN, oldest.name).nothing_to_do


def _labels(server: Server) -> dict[str, str]:
    """The labels of the config, but for the namespace."""
    seen = server.snapshot(server.plan(co.load_app(DOMAIN, workspace=server.workspace)).stack)
    config = next(config for config in seen.configs if config.name == "shared_conf")
    return {name: value for name, value in config.labels.items() if name != "com.docker.stack.namespace"}
