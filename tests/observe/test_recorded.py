"""The history of an app as a run recorded it."""

from __future__ import annotations

from typing import Any

from coopnb.model.history import Replicas, Restart
from coopnb.model.ledger import Entry
from coopnb.observe.recorded import recorded_history

APP = "wiki_example_org_app"


def entries(*told: tuple[str, dict[str, Any]]) -> list[Entry]:
    """Entries of a watch."""
    return [
        Entry(7, number, "2026-01-01T00:00:00.000Z", "watch", event, facts)
        for number, (event, facts) in enumerate(told)
    ]


def event(task: str, seconds: float, text: str, slot: int = 1) -> tuple[str, dict[str, Any]]:
    """A task reached a state, as the ledger has it."""
    at = f"2026-01-01T00:00:{seconds:06.3f}Z"
    facts = {"at": at, "seconds": seconds, "kind": "task", "subject": f"{APP}.{slot}", "text": text, "node": "node2"}
    return "event", {**facts, "task": task}


def replicas(seconds: float, running: int) -> tuple[str, dict[str, Any]]:
    """A service had so many of two tasks."""
    return "replicas", {"seconds": seconds, "service": APP, "wanted": 2, "running": running}


RECORDED = entries(
    ("opened", {"runbook": "deploy-app"}),
    replicas(0, 0),
    event("a", 1, "preparing"),
    event("a", 4, "running"),
    replicas(4, 1),
    event("a", 9, "failed: task: non-zero exit (1)"),
    event("b", 9.5, "pending"),
    replicas(9, 0),
    event("b", 12, "running"),
    ("outcome", {"outcome": "failed", "seconds": 20}),
)


def test_events_become_spans_replicas_and_restarts() -> None:
    """What a run recorded must be told as if somebody had watched: by attempt, with the reasons of restarts."""
    history = recorded_history(RECORDED, "wiki_example_org")

    assert history is not None and history.seconds == 20
    assert [(span.attempt, span.state, span.start, span.end) for span in history.spans] == [
        (1, "preparing", 1, 4),
        (1, "running", 4, 9),
        (1, "failed", 9, 9.5),
        (2, "pending", 9.5, 12),
        (2, "running", 12, 20),
    ]
    assert history.restarts == (Restart(9, APP, f"{APP}.1", "node2", "task: non-zero exit (1)"),)
    assert history.replicas == (
        Replicas(0, APP, 2, 0),
        Replicas(4, APP, 2, 1),
        Replicas(9, APP, 2, 0),
        Replicas(20, APP, 2, 0),
    )


def test_a_run_that_watched_nothing_has_no_history() -> None:
    """Without an event there is nothing to tell."""
    assert recorded_history(entries(("opened", {})), "wiki") is None
