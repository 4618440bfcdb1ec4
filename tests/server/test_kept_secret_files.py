"""A kept state whose recipe makes a secret of a file: the file is not kept, and the state is read all the same."""

from __future__ import annotations

from pathlib import Path

from coopnb.convert import convert
from coopnb.model.kept import KeptState
from coopnb.model.snapshot import SecretSeen
from coopnb.plan.kept import without_lost_secrets
from coopnb.server.kept import stack_of
from tests.convert.apps import STACK, app_of_text
from tests.nouns import START, seen

TEXT = "services:\n  app:\n    image: x\n    secrets: [s]\nsecrets: {s: {file: s.txt}}\n"


def test_a_state_with_a_secret_s_file_can_be_gone_back_to(tmp_path: Path) -> None:
    """The stack must be the one that was applied, and nothing that stands in for the secret may be sent."""
    (tmp_path / "s.txt").write_text("hunter2", encoding="utf-8")
    applied = convert(app_of_text(tmp_path, TEXT))
    assert "hunter2" not in str(applied.state)
    state = KeptState(
        name="coopnb_1",
        app="wiki.example.org",
        stack=STACK,
        recipe="sample",
        version="1.0.0",
        commit="c0ffee",
        images={},
        previous=None,
        created_at=START,
        content=applied.state,
    )
    back = stack_of(state, {})
    assert [service.spec for service in back.services] == [service.spec for service in applied.services]
    there = seen(secrets=tuple(SecretSeen("id1", secret.name, 5, {}, START) for secret in back.secrets))
    assert [secret.data for secret in without_lost_secrets(back, there).secrets] == [None]
