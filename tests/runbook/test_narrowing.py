"""What the facts of an incident point to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from coopnb.deploy.gathering import failures, up
from coopnb.model.incident import Gathered, Lead, Remedy
from coopnb.model.kept import KeptState
from coopnb.model.snapshot import NodeSeen, ServiceSeen, TaskSeen
from coopnb.runbook.narrowing import narrow, suggestion, tasks_that_failed
from tests.nouns import at, running, seen, spec, task, update_status

BEFORE = KeptState("coopnb_wiki_1", "wiki.example.org", "wiki", "wiki", "1.2.0", "abc", {}, None, at(0), ran=True)
NODES = (
    NodeSeen("node1", "node1", "manager", "active", "ready"),
    NodeSeen("node2", "node2", "worker", "active", "down"),
)


def found(
    service: ServiceSeen | None, *tasks: TaskSeen, states: tuple[KeptState, ...] = (BEFORE,), **more: Any
) -> Gathered:
    """Gathered facts about one service."""
    services = (service,) if service else ()
    return Gathered("wiki.example.org", seen(*services, tasks=tasks, **more), (), states)


def failed(error: str, exit_code: int | None = 1, seconds: float = 50, **more: Any) -> TaskSeen:
    """A task that failed."""
    changes = {"error": error, "exit_code": exit_code, "at": at(seconds), "id": f"failed{seconds}", **more}
    state = str(changes.pop("state", "failed"))
    return task(state, "shutdown", **changes)


DOWN: dict[str, Any] = {"running": 0, "desired": 1}
UPDATED: dict[str, Any] = {**DOWN, "previous_spec": spec("nginx:1.25"), "updated_at": at(40)}
RESTS: dict[str, Any] = {"running": 0, "desired": 0, "previous_spec": spec(Mode={"Replicated": {"Replicas": 2}})}
DB = task(id="db", service_id="svc2", service="wiki_db")
CASES: list[tuple[str, str, str, Gathered]] = [
    ("not deployed", "none", "nothing of wiki.example.org is in this swarm", found(None)),
    (
        "node down",
        "none",
        "node2 is not reachable",
        found(running(), task(), nodes=NODES),
    ),
    (
        "scaled to 0",
        "scale",
        "app is scaled to 0",
        found(running(running=0, desired=0)),
    ),
    (
        "scaled to 0",
        "scale",
        "app is scaled to 0",
        Gathered("wiki.example.org", seen(running(**RESTS), running(id="svc2", name="wiki_db"), tasks=(DB,)), (), ()),
    ),
    (
        "rolled back by swarm",
        "none",
        "swarm rolled it back",
        found(running(update=update_status("rollback_completed", "rolled back")), task()),
    ),
    (
        "rolled back by swarm",
        "roll back",
        "could not roll it back either",
        found(running(**DOWN, update=update_status("rollback_paused"))),
    ),
    (
        "update paused",
        "roll back",
        "stands still, half done",
        found(running(update=update_status("paused", "update paused due to failure")), task()),
    ),
    (
        "image cannot be had",
        "roll back",
        "node1 cannot get the image of app, nginx:1.26.3",
        found(running(**DOWN), failed("No such image: nginx:1.26.3", None, state="rejected")),
    ),
    (
        "no suitable node",
        "none",
        "no node takes wiki_app.1",
        found(
            running(**DOWN), task("pending", error="no suitable node (scheduling constraints not satisfied on 3 nodes)")
        ),
    ),
    (
        "no suitable node",
        "scale",
        "no node takes wiki_app.1",
        found(
            running(running=1, desired=2), task("pending", error="no suitable node (insufficient resources on 3 nodes)")
        ),
    ),
    (
        "health check fails",
        "restart",
        "the health check of app fails",
        found(running(**DOWN), failed("task: non-zero exit (137): dockerexec: unhealthy container", 137)),
    ),
    (
        "health check fails",
        "roll back",
        "beginning 10 s after its last update",
        found(running(**UPDATED), failed("dockerexec: unhealthy container", 0)),
    ),
    (
        "killed",
        "restart",
        "app was killed on node1 (exit 137)",
        found(running(**DOWN), failed("task: non-zero exit (137)", 137)),
    ),
    (
        "killed",
        "none",
        "app was killed on node1 (exit 137)",
        found(running(), task(), failed("task: non-zero exit (137)", 137)),
    ),
    (
        "crashes",
        "restart",
        "app crashed 2 times, the last time with exit 3",
        found(running(**DOWN), failed("task: non-zero exit (1)", seconds=20), failed("task: non-zero exit (3)", 3)),
    ),
    (
        "crashes",
        "roll back",
        "app crashed 1 time, beginning 10 s after its last update, the last time with exit 1",
        found(running(**UPDATED), failed("task: non-zero exit (1)")),
    ),
    (
        "crashes",
        "roll back",
        "crashed 4 times or more, the first that swarm remembers 20 s after its last update, the last time with exit 1",
        found(running(**UPDATED), *(failed("task: non-zero exit (1)", seconds=each) for each in (60, 65, 70, 75))),
    ),
    (
        "tasks missing",
        "restart",
        "0 of 1 tasks of app run",
        found(running(**DOWN), task("starting")),
    ),
    ("nothing wrong in the swarm", "none", "swarm sees nothing wrong", found(running(), task())),
]


@pytest.mark.parametrize(("rule", "remedy", "text", "facts"), CASES, ids=[f"{case[0]} {case[1]}" for case in CASES])
def test_a_rule_says_what_it_sees_and_suggests_a_remedy(rule: str, remedy: str, text: str, facts: Gathered) -> None:
    """Facts of one kind must give one lead, of its rule, with its sentence, its evidence and its remedy."""
    leads = narrow(facts)
    assert [(lead.rule, lead.remedy) for lead in leads] == [(rule, remedy)]
    assert text in leads[0].text
    assert leads[0].evidence
    assert leads[0].why


def test_a_service_that_is_meant_to_rest_is_no_lead() -> None:
    """A service without tasks whose last write was no other must not be taken for the cause, while others run."""
    rests = running(running=0, desired=0)
    facts = Gathered("wiki.example.org", seen(rests, running(id="svc2", name="wiki_db"), tasks=(DB,)), (), ())
    assert [lead.rule for lead in narrow(facts)] == ["nothing wrong in the swarm"]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"Placement": {"Constraints": ["node.labels.disk == ssd"]}}, "placement"),
        ({"Resources": {"Reservations": {"MemoryBytes": 1 << 40}}}, "reservation"),
    ],
)
def test_a_place_that_the_last_write_asked_for_is_undone(changed: dict[str, Any], word: str) -> None:
    """No node takes a task since a write asked for another place: the way back must be suggested, with what changed."""
    now = spec()
    now["TaskTemplate"] |= changed
    pending = task("pending", error="no suitable node (scheduling constraints not satisfied on 3 nodes)")
    [lead] = narrow(found(running(now, **UPDATED), pending))
    assert (lead.rule, lead.remedy) == ("no suitable node", "roll back")
    assert f"the last write changed its {word} " in lead.why


def test_other_secrets_are_told_beside_the_crash() -> None:
    """A crash after an update that changed a secret must tell both: the crash, and what was changed."""
    secrets = [{"SecretName": "wiki_db_v2", "File": {"Name": "db"}}]
    now = spec()
    now["TaskTemplate"]["ContainerSpec"]["Secrets"] = secrets
    service = running(now, **DOWN, previous_spec=spec(), updated_at=at(40))
    leads = narrow(found(service, failed("task: non-zero exit (1)")))
    assert [lead.rule for lead in leads] == ["crashes", "other secret or config"]
    assert "secret wiki_db_v2" in leads[1].evidence


def test_there_is_no_way_back_without_a_state() -> None:
    """Rolling back must never be suggested where no other state is kept."""
    facts = found(running(**UPDATED), failed("task: non-zero exit (1)"), states=())
    assert [lead.remedy for lead in narrow(facts)] == ["none"]


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        (replace(BEFORE, ran=False), "roll back"),
        (replace(BEFORE, ran=True, runs=True), "none"),
        (replace(BEFORE, ran=False, trouble="its files were not kept"), "none"),
    ],
    ids=["changed past it", "it runs", "no way back to it"],
)
def test_what_was_deployed_last_is_a_way_back(state: KeptState, remedy: Remedy) -> None:
    """Where the swarm was changed past the only state that is kept, that state must be suggested."""
    facts = found(running(**UPDATED), failed("task: non-zero exit (1)"), states=(state,))
    assert [lead.remedy for lead in narrow(facts)] == [remedy]


def test_failures_of_long_ago_are_history_while_everything_runs() -> None:
    """A failure of hours ago must not be the cause of today, unless tasks are missing since."""
    old = failed("task: non-zero exit (1)", seconds=-7200)
    service = running()
    snapshot = found(service, task(), old).snapshot
    assert failures(snapshot, service) == ()
    assert [lead.rule for lead in narrow(found(service, task(), old))] == ["nothing wrong in the swarm"]
    assert [lead.rule for lead in narrow(found(running(**DOWN), old))] == ["crashes"]


def test_a_task_of_a_lost_node_does_not_serve() -> None:
    """What a lost node said last must not count as running."""
    service = running()
    tasks = (task(), task(id="b", lost_at=at(5)), task("running", "shutdown", id="c"))
    assert [each.id for each in up(seen(service, tasks=tasks), service)] == ["task1"]


def test_the_suggestion_is_the_first_that_does_something() -> None:
    """With several leads the form must offer a remedy that acts before one that does not."""
    remedies: tuple[Remedy, ...] = ("none", "restart", "scale")
    leads = tuple(Lead(remedy, "text", "evidence", remedy, "why") for remedy in remedies)
    assert suggestion(leads).remedy == "restart"
    assert suggestion(leads[:1]).remedy == "none"


def test_what_failed_is_told_in_order() -> None:
    """The record's timeline must have every failure that swarm remembers, oldest first."""
    facts = found(running(**DOWN), failed("b", seconds=50), failed("a", seconds=10))
    assert [each.error for each in tasks_that_failed(facts)] == ["a", "b"]
