"""A node is lost: swarm goes on telling what it said last, and every output must say that nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest

import coopnb as co
from coopnb import engine
from coopnb.model.history import UNHEARD
from coopnb.model.run import Sample
from coopnb.model.snapshot import Snapshot, TaskSeen
from coopnb.observe.fleet import swarm_health
from coopnb.server import Server
from coopnb.server.app_live import _stands
from coopnb.show.snapshot import snapshot_output
from coopnb.show.words import standing_words
from tests.server.apps import applied, deployed

DOMAIN = "wiki.example.org"
STACK = "wiki_example_org"


@pytest.fixture
def wiki() -> Iterator[Server]:
    """A swarm on which the sample app runs."""
    with co.practice_swarm() as server:
        deployed(server, "wiki", "1.2.0+1.39.8", DOMAIN)
        yield server


def lose(server: Server) -> TaskSeen:
    """Lose the node on which the app's task runs, and wait until swarm knows; the task as it was."""
    seen = server.snapshot(STACK)
    managers = {node.id for node in seen.nodes if node.role == "manager"}
    task = next(task for task in seen.tasks if task.up and task.node_id not in managers)
    server.practice.fault("node-down", task.node)
    server.practice.advance(20)
    return task


def of_task(snapshot: Snapshot, task: TaskSeen) -> TaskSeen:
    """The same task, later."""
    return next(seen for seen in snapshot.tasks if seen.id == task.id)


def test_a_snapshot_counts_no_task_of_a_lost_node(wiki: Server) -> None:
    """Such a task must be unknown, with what it was; the sentence must say what swarm counts, and where that was."""
    task = lose(wiki)
    seen = wiki.snapshot(STACK)

    now = of_task(seen, task)
    assert (now.state, now.up) == ("running", False) and now.lost_at is not None
    assert {(service.name, service.running, service.unheard) for service in seen.services} == {
        (f"{STACK}_app", 1, 0),
        (f"{STACK}_db", 0, 1),
    }
    text = snapshot_output(seen, DOMAIN).text
    assert text.startswith("wiki.example.org on practice (a practice swarm, 3 nodes): 1 of 2 tasks running\n")
    assert "? Swarm counts 1 more as running: it was on node2, which does not answer" in text
    assert re.search(r"^ +db\.1 +node2 +\? unknown: was running when node2 was lost$", text, re.MULTILINE)
    assert re.search(r"^ +\? unknown +db +0 of 1 running", text, re.MULTILINE)


def test_charts_fleet_and_lists_say_the_same(wiki: Server) -> None:
    """From the moment swarm knew, the task must be unknown in the chart, and be counted nowhere as running."""
    task = lose(wiki)
    history = wiki.history(DOMAIN)
    [span] = [span for span in history.spans if span.state == UNHEARD]
    assert (span.task, span.node) == (task.name, task.node) and span.end - span.start >= 1
    assert [(node.running, node.status) for node in history.nodes if node.node == task.node] == [(0, "down")]

    chart = wiki.chart(DOMAIN)
    assert chart.sentence == "1 of 2 tasks run (db runs 0 of 1)"
    assert re.search(r"^ +db\.1 +1 +node2 +unknown ", chart.text, re.MULTILINE)

    with closing(engine.connect(wiki.identity.endpoint)) as door:
        health = swarm_health(door)
    assert [(service.stack, service.running) for service in health.services] == [(STACK, 1), (STACK, 0)]
    assert _stands(wiki.snapshot(STACK)).running == 1


def test_a_run_does_not_take_a_lost_task_for_success(wiki: Server) -> None:
    """A watch that begins while a node is lost must wait for the replacement, and count only what answers."""
    task = lose(wiki)
    plan = wiki.plan(co.load_app(DOMAIN, workspace=wiki.workspace))
    assert plan.nothing_to_do

    report = applied(wiki, plan).wait()

    assert report.outcome == "nothing to do" and report.after is not None
    [served] = [seen for seen in report.after.tasks if seen.service == task.service and seen.up]
    assert served.id != task.id and served.node != task.node


def test_a_node_that_is_lost_while_a_rollout_is_watched_is_noticed(wiki: Server) -> None:
    """Where the node of an unfinished rollout is lost, the watch must find out by itself, and show it."""
    app = co.load_app(DOMAIN, workspace=wiki.workspace)
    plan = wiki.plan_restart(app, ("db",))
    lost: list[TaskSeen] = []
    words: set[str] = set()

    def progress(_: object, sample: Sample) -> None:
        words.update(standing_words(task) for task in sample.tasks)
        here = [task for task in sample.tasks if task.service == f"{STACK}_db" and task.node not in ("", "node1")]
        if here and not lost:
            lost.append(here[0])
            wiki.practice.fault("node-down", here[0].node)

    report = applied(wiki, plan).follow(progress)

    assert lost and any(re.fullmatch(rf"unknown: was \w+ when {lost[0].node} was lost", word) for word in words)
    assert report.after is not None
    assert not any(task.up and task.node == lost[0].node for task in report.after.tasks)
