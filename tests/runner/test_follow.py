"""What a run tells at a terminal while it goes on."""

from __future__ import annotations

from pathlib import Path

from coopnb.record.ledger import open_run
from coopnb.runner.follow import Follower


def test_what_a_task_said_moves_no_cursor(tmp_path: Path) -> None:
    """Words of a container must reach the terminal with every control made visible, each entry in one line, once."""
    ledger = open_run(tmp_path, "deploy-app", "wiki.example.org", "2026-01-01", {})
    said: list[str] = []
    follower = Follower(ledger, said.append)
    hostile = "exit 1: \x1b[2J\x1b]0;owned\x07 all is well\r\n\u202eko"
    facts = {"seconds": 2.5, "kind": "task", "subject": "wiki_app.1", "text": hostile, "node": "node1"}
    ledger.append("watch", "event", facts)
    follower.catch_up()
    follower.catch_up()
    assert said == ["     2.5 s  wiki_app.1 on node1  exit 1: \\x1b[2J\\x1b]0;owned\\x07 all is well\\r\\n\\u202eko"]
