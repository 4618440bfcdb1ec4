"""A deploy of stack files that is stopped: the ledger is closed, and says what was made."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import coopnb as co
from coopnb.errors import Interrupted
from coopnb.model.plan import Plan
from coopnb.record.ledger import Ledger
from coopnb.record.told import tell
from coopnb.redaction import Redactor
from coopnb.runner.deploying import Deploying
from coopnb.server import Server
from tests.recipe.reading import write


@pytest.fixture
def server() -> Iterator[Server]:
    """A swarm of the test's own."""
    with co.practice_swarm() as lent:
        yield lent


def plan(server: Server, root: Path) -> Plan:
    """A stack of one service, first time."""
    write(root, {"stack.yml": "services:\n  app: {image: 'nginx:1.27'}\n"})
    return server.plan(co.load_stack([root / "stack.yml"], "choir"))


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("pending", "interrupted"), ("Kept for undo", "failed")],
    ids=["while it is watched", "right after the writes"],
)
def test_ctrl_c_ends_the_run_and_not_the_swarm(word: str, outcome: str, server: Server, tmp_path: Path) -> None:
    """It must end with 130, say that the swarm goes on, and leave a ledger with all writes and an end."""

    def press(text: str) -> None:
        if word in text:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(Interrupted) as stopped:
        Deploying(server, plan(server, tmp_path), Redactor(), press).make("a test")
    assert stopped.value.exit_status == 130 and "goes on by itself" in str(stopped.value)
    [folder] = server.workspace.runs.iterdir()
    entries = Ledger.open(folder).entries()
    told = tell(entries)
    assert [change.result for change in told.changes] == ["done"] * 3
    assert (told.outcome.word, told.cut_off) == (outcome, False)
    assert (entries[-1].event, entries[-1].facts) == ("ended", {"exit_status": 130})
    assert [service.name for service in server.snapshot("choir").services] == ["choir_app"]
