"""Plan, apply and watch, on both kinds of swarm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from coopnb.deploy import Run, apply
from coopnb.engine import Engine
from coopnb.errors import NotConverged, StalePlan
from coopnb.model.origin import Origin
from coopnb.model.plan import CreateSecret, Plan
from coopnb.model.run import RunReport
from coopnb.model.stack import Stack, StackConfig, StackSecret
from coopnb.observe import identify, snapshot
from coopnb.plan import compare
from coopnb.record.ledger import Ledger
from tests.nouns import container, spec, stack, wanted

BUSYBOX = "busybox:1.36"
MISSING = "example.org/missing:1"
SLEEP = {"Command": ["/bin/busybox"], "Args": ["sleep", "1000"]}
ORIGIN = Origin("compose.yml", 1)
QUICK = {"Parallelism": 1, "Monitor": 1_000_000_000, "Order": "start-first", "FailureAction": "rollback"}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of the test's own."""
    return Ledger.create(tmp_path, 1, {})


@pytest.fixture
def clean(engine: Engine) -> Iterator[None]:
    """Nothing of the stack ``wiki`` is left."""
    yield
    for service in engine.services("wiki").body or ():
        engine.remove("service", service["ID"])
    for kind, listed in (("secret", engine.secrets(["wiki_"])), ("config", engine.configs(["wiki_", "coopnb_wiki_"]))):
        for item in listed.body or ():
            engine.remove(kind, item["ID"])


def busybox(image: str = BUSYBOX, replicas: int = 1, **changes: object) -> Stack:
    """A stack of one service that sleeps."""
    body = container(spec(image, Mode={"Replicated": {"Replicas": replicas}}, UpdateConfig=QUICK), **SLEEP)
    body = container(body, **changes)
    body["TaskTemplate"] = {**body["TaskTemplate"], "Networks": [{"Target": "proxy", "Aliases": ["app"]}]}
    service = wanted(body)
    return stack(service, timeout=60)


def planned(engine: Engine, wants: Stack) -> Plan:
    """The plan as things stand; no registry is asked."""
    return compare(wants, snapshot(engine, identify(engine, "here"), wants.name), {})


def made(engine: Engine, plan: Plan, ledger: Ledger) -> Run:
    """The plan, applied."""
    return Run(
        engine,
        plan,
        apply(engine, plan, ledger, lambda wanted: {item.name: "s" * (item.length or 1) for item in wanted}),
        ledger,
    )


def running(report: RunReport) -> set[str]:
    """The ids of the tasks that ran at the end."""
    tasks = report.after.tasks if report.after else ()
    return {task.id for task in tasks if task.state == "running" and task.desired_state == "running"}


@pytest.mark.usefixtures("clean")
def test_a_first_deploy_converges_and_comes_to_rest(engine: Engine, ledger: Ledger) -> None:
    """A deploy must be watched to its end, and the same plan must then find nothing to do."""
    report = made(engine, planned(engine, busybox(replicas=2)), ledger).wait()

    assert report.outcome == "converged"
    assert report.watched == 1
    assert [event.text for event in report.events if event.subject == "wiki_app.1"][-1] == "running"
    assert planned(engine, busybox(replicas=2)).nothing_to_do


@pytest.mark.usefixtures("clean")
def test_an_unchanged_service_keeps_its_version(engine: Engine, ledger: Ledger) -> None:
    """What a plan keeps must not be written: its version index must stay."""
    two = replace(busybox(replicas=0), configs=(_config(b"x"),))
    made(engine, planned(engine, busybox(replicas=0)), ledger).wait()
    before = snapshot(engine, identify(engine, "here"), "wiki").services[0].index
    made(engine, planned(engine, two), ledger).wait()
    after = snapshot(engine, identify(engine, "here"), "wiki").services[0].index

    assert after == before


@pytest.mark.usefixtures("clean")
def test_labels_are_changed_and_nothing_else_is_written(engine: Engine, ledger: Ledger) -> None:
    """A plan of labels must converge and leave the service and the content alone; the next one must find nothing."""
    secret = StackSecret("s", "wiki_s", False, {"a": "old"}, ORIGIN, data=b"value")
    first = replace(busybox(replicas=0), secrets=(secret,), configs=(_config(b"x"),))
    made(engine, planned(engine, first), ledger).wait()
    before = snapshot(engine, identify(engine, "here"), "wiki")
    labels = {"a": "new"}
    then = replace(first, secrets=(replace(secret, labels=labels),), configs=(replace(_config(b"x"), labels=labels),))
    plan = planned(engine, then)
    report = made(engine, plan, ledger).wait()
    after = snapshot(engine, identify(engine, "here"), "wiki")

    assert [(item.verb, item.kind, item.name) for item in plan.operations if item.name != plan.new_state] == [
        ("update", "secret", "wiki_s"),
        ("update", "config", "wiki_c_v1"),
    ]
    assert report.outcome == "converged"
    assert after.services[0].index == before.services[0].index
    assert [item.labels for item in after.secrets] == [labels]
    assert [(item.labels, item.data) for item in after.configs if item.name == "wiki_c_v1"] == [(labels, b"x")]
    assert planned(engine, then).nothing_to_do
    assert [(item.verb, item.name) for item in planned(engine, first).operations][:2] == [
        ("update", "wiki_s"),
        ("update", "wiki_c_v1"),
    ]


@pytest.mark.usefixtures("clean")
def test_labels_that_somebody_changed_meanwhile_are_not_overwritten(engine: Engine, ledger: Ledger) -> None:
    """An update of labels must name the version it was planned on, and a lost race must be a stale plan."""
    secret = StackSecret("s", "wiki_s", False, {"a": "old"}, ORIGIN, data=b"value")
    made(engine, planned(engine, replace(busybox(replicas=0), secrets=(secret,))), ledger).wait()
    plan = planned(engine, replace(busybox(replicas=0), secrets=(replace(secret, labels={"a": "new"}),)))
    there = snapshot(engine, identify(engine, "here"), "wiki").secrets[0]
    engine.update_labels("secret", there.id, there.index, there.name, {"a": "theirs"})

    with pytest.raises(StalePlan, match="wiki_s"):
        made(engine, plan, ledger)
    assert snapshot(engine, identify(engine, "here"), "wiki").secrets[0].labels == {"a": "theirs"}


@pytest.mark.usefixtures("clean")
def test_an_update_converges_on_the_new_tasks(engine: Engine, ledger: Ledger) -> None:
    """After an update every running task must be of the new spec."""
    first = made(engine, planned(engine, busybox(replicas=2)), ledger).wait()
    report = made(engine, planned(engine, busybox(replicas=2, Env=["A=2"])), ledger).wait()

    assert report.outcome == "converged"
    assert len(running(first)) == len(running(report)) == 2
    assert not running(first) & running(report)


@pytest.mark.usefixtures("clean")
def test_a_rollback_is_told_as_one(engine: Engine, ledger: Ledger) -> None:
    """An update whose image is nowhere must end as rolled back, with the engine's words."""
    made(engine, planned(engine, busybox()), ledger).wait()
    with pytest.raises(NotConverged) as failed:
        made(engine, planned(engine, busybox(MISSING)), ledger).wait()

    text = str(failed.value)
    assert "rolled back" in text
    assert "No such image" in text


@pytest.mark.usefixtures("clean")
def test_a_first_deploy_of_a_missing_image_fails_soon(engine: Engine, ledger: Ledger) -> None:
    """Three rejections must end the wait, well before the timeout."""
    with pytest.raises(NotConverged) as failed:
        made(engine, planned(engine, busybox(MISSING)), ledger).wait()

    assert "No such image" in str(failed.value)
    assert failed.value.report is not None
    assert failed.value.report.seconds < 50  # type: ignore[attr-defined]


@pytest.mark.usefixtures("clean")
def test_a_plan_that_lost_a_race_is_stale(engine: Engine, ledger: Ledger) -> None:
    """A service that changed after the plan must not be overwritten."""
    made(engine, planned(engine, busybox(replicas=0)), ledger).wait()
    plan = planned(engine, busybox(replicas=0, Env=["A=2"]))
    made(engine, planned(engine, busybox(replicas=0, Env=["A=3"])), ledger).wait()

    with pytest.raises(StalePlan):
        apply(engine, plan, ledger, lambda wanted: {})


@pytest.mark.usefixtures("clean")
def test_a_secret_is_made_once(engine: Engine, ledger: Ledger) -> None:
    """A generated secret must be made at its declared length, and never again."""
    secret = StackSecret("pw", "wiki_pw_v1", True, {}, ORIGIN, length=32, wanted_by=("app",))
    lengths: list[int | None] = []

    def make(wanted: Sequence[CreateSecret]) -> dict[str, str]:
        lengths.extend(item.length for item in wanted)
        return {item.name: "s" * 32 for item in wanted}

    wants = replace(busybox(replicas=0), secrets=(secret,))
    apply(engine, planned(engine, wants), ledger, make)

    assert lengths == [32]
    assert planned(engine, wants).nothing_to_do


def _config(data: bytes) -> StackConfig:
    return StackConfig("c", "wiki_c_v1", False, data, {}, None, ORIGIN)
