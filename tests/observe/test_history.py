"""The history of an app, told from one look and from several."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coopnb.model.history import History, NodeLoad, Replicas, Restart
from coopnb.model.snapshot import NodeSeen, Snapshot
from coopnb.observe.history import Telling, history_of
from tests.nouns import at, running, seen, task


def spans(history: History) -> list[tuple[int, str, float, float]]:
    """(attempt, state, start, end) of every span."""
    return [(span.attempt, span.state, span.start, span.end) for span in history.spans]


def crashed(number: int, made: float, ended: float, **changes: object) -> object:
    """An attempt that failed."""
    values = {"id": f"t{number}", "created_at": at(made), "at": at(ended), "error": "task: non-zero exit (1)"}
    return task("failed", "shutdown", **{**values, **changes})


def test_one_look_tells_what_the_swarm_kept() -> None:
    """Kept attempts must become spans: what lies between their making and their end was not seen."""
    now = task(id="t2", created_at=at(10), at=at(15))
    history = history_of([seen(running(), tasks=(crashed(1, 0, 9), now))])

    assert spans(history) == [
        (1, "", 0, 9),
        (1, "failed", 9, 10),
        (2, "starting", 10, 15),
        (2, "running", 15, 60),
    ]
    assert history.seconds == 60 and history.looks == 1
    assert history.restarts == (Restart(9, "wiki_app", "wiki_app.1", "node1", "task: non-zero exit (1)"),)
    assert history.replicas == (Replicas(60, "wiki_app", 1, 1),)


def test_several_looks_tell_what_was_in_between() -> None:
    """States seen one after the other must be spans of their own, by the times the engine gives."""
    looks = [
        ("pending", 1.0, 1),
        ("preparing", 2.0, 3),
        ("running", 6.0, 8),
        ("running", 6.0, 20),
    ]
    history = history_of(
        [seen(running(), tasks=(task(state, at=at(since)),), at=at(look)) for state, since, look in looks]
    )

    assert spans(history) == [
        (1, "pending", 0, 2),
        (1, "preparing", 2, 6),
        (1, "running", 6, 20),
    ]


def test_a_failure_between_two_looks_is_not_guessed() -> None:
    """An attempt that was starting and then had failed may have run: the time between must be unseen."""
    before = seen(running(), tasks=(task("starting", at=at(1)),), at=at(2))
    after = seen(running(), tasks=(task("failed", at=at(9)),), at=at(10))

    assert [span[1:] for span in spans(history_of([before, after]))] == [
        ("starting", 0, 2),
        ("", 2, 9),
        ("failed", 9, 10),
    ]


def test_a_task_that_is_gone_ends_where_it_was_last_seen() -> None:
    """A task the swarm dropped must not seem to run on."""
    before = seen(running(), tasks=(task(at=at(1)),), at=at(5))

    assert spans(history_of([before, seen(running(), at=at(30))]))[-1] == (1, "running", 1, 5)


def test_replaced_by_an_update_is_no_restart() -> None:
    """Only an attempt that ended by itself counts as restarted."""
    stopped = task("shutdown", "shutdown", id="old", created_at=at(0), at=at(30))
    history = history_of([seen(running(), tasks=(stopped, task(id="new", created_at=at(20), at=at(25))))])

    assert history.restarts == ()


def test_as_many_attempts_as_are_kept_may_have_had_more_before() -> None:
    """Five kept attempts of one slot must be told as "at least"; four must not."""
    attempts = [crashed(number, number * 10, number * 10 + 9) for number in range(4)]
    now = task(id="now", created_at=at(50), at=at(51))

    assert history_of([seen(running(), tasks=(*attempts, now))]).forgotten == {"wiki_app.1"}
    assert history_of([seen(running(), tasks=(*attempts[1:], now))]).forgotten == frozenset()


def test_a_window_cuts_what_was_before() -> None:
    """Looked at within a time, spans must begin there, and what was over before must be left out."""
    history = history_of(
        [seen(running(), tasks=(crashed(1, 0, 9), task(id="t2", created_at=at(10), at=at(15))))], timedelta(seconds=30)
    )

    assert (history.began, history.seconds) == (at(30), 30)
    assert spans(history) == [(2, "running", 0, 30)]
    assert history.restarts == ()


def test_replicas_are_told_at_each_change_and_at_the_end() -> None:
    """A service that stays as it is must not fill the history; one that is removed must have none."""
    telling = Telling("wiki")
    for counts, look in (((0, 2), 0), ((1, 2), 4), ((1, 2), 5), ((2, 2), 8), ((2, 2), 30)):
        telling.look((running(running=counts[0], desired=counts[1]),), (), (), at(look))

    assert [(item.seconds, item.wanted, item.running) for item in telling.history().replicas] == [
        (0, 2, 0),
        (4, 2, 1),
        (8, 2, 2),
        (30, 2, 2),
    ]
    telling.look((), (), (), at(31))
    assert telling.history().last == (Replicas(31, "wiki_app", 0, 0),)


def test_every_node_has_its_tasks() -> None:
    """Nodes without tasks, nodes that are down or drained, and tasks without a node must all be told."""
    nodes = (
        NodeSeen("n1", "alpha", "manager", "active", "ready"),
        NodeSeen("n2", "beta", "worker", "drain", "ready"),
        NodeSeen("n3", "gamma", "worker", "active", "down"),
    )
    tasks = (
        task(id="a", node_id="n1", node="alpha"),
        task("starting", id="b", node_id="n1", node="alpha", slot=2),
        task("pending", id="c", node_id="", node="", slot=3),
        task("failed", "shutdown", id="d", node_id="n3", node="gamma", slot=4),
    )

    assert history_of([seen(running(), tasks=tasks, nodes=nodes)]).nodes == (
        NodeLoad("alpha", "ready", 1, 1),
        NodeLoad("beta", "drained", 0, 0),
        NodeLoad("gamma", "down", 0, 0),
        NodeLoad("", "", 0, 1),
    )


def test_clocks_of_nodes_that_differ_turn_no_span_round() -> None:
    """A state whose time lies before the one it follows must begin where that one ends."""
    looks: list[Snapshot] = [
        seen(running(), tasks=(task("preparing", at=at(5)),), at=at(5)),
        seen(running(), tasks=(task("running", at=at(3)),), at=at(6)),
    ]

    assert all(span.end >= span.start for span in history_of(looks).spans)


def test_nothing_is_a_history_too() -> None:
    """An app that is not there must have an empty history; without any look there is none."""
    history = history_of([seen(at=at(60))])

    assert (history.spans, history.replicas, history.restarts, history.seconds) == ((), (), (), 0)
    with pytest.raises(ValueError, match="at least one snapshot"):
        history_of([])
