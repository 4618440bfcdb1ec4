"""Rolling updates, rollbacks and restarts, against timelines recorded on dockerd 26.1.5."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from tests.practice.driver import Driver, world_of

BEGAN = ["new/ready", "pending/ready", "assigned/ready", "accepted/ready", "preparing/ready"]
RAN = ["ready/ready", "ready/running", "starting/running", "running/running"]
FIRST = [state.replace("/ready", "/running") for state in BEGAN] + ["ready/running", *RAN[2:]]
STOPPED = ["running/shutdown", "shutdown/shutdown"]
FAILED = ["failed/running", "failed/shutdown"]
RESTART_AFTER_1S = {"RestartPolicy": {"Condition": "any", "Delay": SECOND}}


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """A one-node swarm with a crashing and a missing image."""
    crash = {"behaviour": "crash", "crash_after": 0.1, "exit_code": 1}
    images: list[dict[str, Any]] = [
        {"match": "crash:*", **crash},
        {"match": "done:*", **crash, "exit_code": 0},
        {"match": "gone:*", "behaviour": "missing"},
    ]
    return Driver(world_of(tmp_path, images=images))


def image(reference: str) -> Callable[[Any], None]:
    """A change of the image."""
    return lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image=reference)


def test_stop_first_replaces_one_slot_after_the_other(driver: Driver) -> None:
    """A rolling update must stop an old task before its successor runs, and take the next slot after the delay."""
    driver.create("web", replicas=2, UpdateConfig={"Parallelism": 1, "Delay": 2 * SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(0.3)
    assert driver.statuses == [("updating", "update in progress")]
    assert [history.states for history in driver.slot(1)] == [[*FIRST, "running/shutdown"], BEGAN]
    assert [len(driver.slot(2))] == [1]
    driver.advance(3)
    assert [history.states for history in driver.slot(1)] == [[*FIRST, *STOPPED], BEGAN + RAN]
    assert len(driver.slot(2)) == 1
    driver.advance(20)
    assert [history.states for history in driver.slot(2)] == [[*FIRST, *STOPPED], BEGAN + RAN]
    assert driver.statuses == [("updating", "update in progress"), ("completed", "update completed")]
    status = driver.get("/services/web")["UpdateStatus"]
    assert list(status) == ["State", "StartedAt", "CompletedAt", "Message"]


def test_start_first_overlaps(driver: Driver) -> None:
    """With start-first the old task must be stopped only when its successor runs."""
    driver.create("web", UpdateConfig={"Parallelism": 1, "Order": "start-first", "Monitor": 3 * SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(1)
    old, new = driver.slot(1)
    assert new.states == ["new/ready", *FIRST]
    assert old.states[-1] == "running/shutdown"
    driver.advance(5)
    assert driver.statuses[-1] == ("completed", "update completed")


def test_parallelism_takes_as_many_slots_at_once(driver: Driver) -> None:
    """Parallelism 2 must replace two slots at once, parallelism 0 all of them."""
    for name, parallelism, expected in (("two", 2, 2), ("all", 0, 4)):
        driver.create(name, replicas=4, UpdateConfig={"Parallelism": parallelism})
        driver.advance(3)
        driver.update(name, image("busybox:2"))
        stopping = [task for task in driver.tasks(name) if task["DesiredState"] == "shutdown"]
        assert len(stopping) == expected


def test_a_missing_image_pauses_the_update_and_the_slot_stays_down(driver: Driver) -> None:
    """The update must pause naming the task, while the bad spec is tried again and again in its slot."""
    driver.create("web", replicas=2, UpdateConfig={"Parallelism": 1, "Delay": SECOND}, template=RESTART_AFTER_1S)
    driver.advance(3)
    driver.update("web", image("gone:1"))
    driver.advance(10)
    old, rejected, *again = driver.slot(1)
    assert old.states == [*FIRST, *STOPPED]
    assert rejected.states == [*BEGAN, "rejected/ready", "rejected/running", "rejected/shutdown"]
    assert len(again) >= 3
    assert [history.states for history in driver.slot(2)] == [FIRST]
    text = f"update paused due to failure or early termination of task {rejected.id}"
    assert driver.statuses == [("updating", "update in progress"), ("paused", text)]


def test_a_crash_rolls_back(driver: Driver) -> None:
    """The update must roll back: the spec is the previous one again, no previous spec is left, and both slots run."""
    driver.create(
        "web", replicas=2, UpdateConfig={"FailureAction": "rollback", "Parallelism": 1}, template=RESTART_AFTER_1S
    )
    driver.advance(3)
    driver.update("web", image("crash:1"))
    driver.advance(20)
    first = driver.slot(1)[1]
    assert first.states == BEGAN + RAN + FAILED
    assert driver.statuses == [
        ("updating", "update in progress"),
        ("rollback_started", f"update rolled back due to failure or early termination of task {first.id}"),
        ("rollback_completed", "rollback completed"),
    ]
    service = driver.get("/services/web")
    assert service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == "busybox:1"
    assert "PreviousSpec" not in service
    assert driver.states("web") == ["running", "running"]


def test_a_failing_rollback_pauses(driver: Driver) -> None:
    """A rollback to a spec that fails as well must pause; swarmkit's words for it are those of an update."""
    driver.create(
        "web", "crash:1", UpdateConfig={"FailureAction": "rollback"}, RollbackConfig={"FailureAction": "pause"}
    )
    driver.advance(3)
    driver.update("web", image("crash:2"))
    driver.advance(60)
    assert [state for state, _ in driver.statuses] == ["updating", "rollback_started", "rollback_paused"]
    assert driver.statuses[-1][1].startswith("update paused due to failure or early termination of task ")


def test_continue_completes_whatever_happens(driver: Driver) -> None:
    """With failure action continue the update must complete although every new task crashes."""
    driver.create(
        "web", replicas=2, UpdateConfig={"FailureAction": "continue", "Parallelism": 1}, template=RESTART_AFTER_1S
    )
    driver.advance(3)
    driver.update("web", image("crash:1"))
    driver.advance(20)
    assert driver.statuses == [("updating", "update in progress"), ("completed", "update completed")]


def test_the_failure_ratio_tolerates_failures(driver: Driver) -> None:
    """Failures up to the ratio of the dirty slots must not act; here one of two is half and allowed."""
    driver.create("web", replicas=2, UpdateConfig={"MaxFailureRatio": 1, "Parallelism": 1})
    driver.advance(3)
    driver.update("web", image("gone:1"))
    driver.advance(20)
    assert driver.statuses[-1] == ("completed", "update completed")


def test_a_manual_rollback_swaps_the_specs(driver: Driver) -> None:
    """rollback=previous must swap spec and previous spec, whatever spec is posted, and go on as a rollback."""
    driver.create("web", UpdateConfig={"Monitor": SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(6)
    assert driver.update("web", query="&rollback=previous").status == 200
    driver.advance(10)
    service = driver.get("/services/web")
    assert service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == "busybox:1"
    assert service["PreviousSpec"]["TaskTemplate"]["ContainerSpec"]["Image"] == "busybox:2"
    assert driver.statuses[-2:] == [
        ("rollback_started", "manually requested rollback"),
        ("rollback_completed", "rollback completed"),
    ]


def test_a_rollback_needs_a_previous_spec(driver: Driver) -> None:
    """A service that was never updated must refuse to be rolled back."""
    service_id = driver.create("web")
    said = driver.update("web", query="&rollback=previous")
    text = f"rpc error: code = FailedPrecondition desc = service {service_id} does not have a previous spec"
    assert (said.status, said.message) == (400, text)


def test_a_write_without_a_change_costs_the_previous_spec(driver: Driver) -> None:
    """Posting the same spec must restart nothing, but overwrite the previous spec and drop the update status."""
    driver.create("web", UpdateConfig={"Monitor": SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(6)
    before = driver.get("/services/web")
    driver.update("web")
    after = driver.get("/services/web")
    assert after["Version"]["Index"] > before["Version"]["Index"]
    assert after["PreviousSpec"] == after["Spec"] == before["Spec"]
    assert "UpdateStatus" not in after
    driver.advance(10)
    assert len(driver.tasks("web")) == 2


@pytest.mark.parametrize(
    ("what", "change", "restarts"),
    [
        ("replicas", lambda spec: spec["Mode"]["Replicated"].update(Replicas=2), False),
        ("service labels", lambda spec: spec.update(Labels={"a": "b"}), False),
        ("an update config", lambda spec: spec.update(UpdateConfig={"Parallelism": 3}), False),
        (
            "a constraint that fits",
            lambda spec: spec["TaskTemplate"].update(Placement={"Constraints": ["node.role==manager"]}),
            False,
        ),
        ("container labels", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Labels={"a": "b"}), True),
        ("the environment", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Env=["A=1"]), True),
        ("the restart policy", lambda spec: spec["TaskTemplate"].update(RestartPolicy={"Condition": "none"}), True),
        ("ports", lambda spec: spec.update(EndpointSpec={"Ports": [{"TargetPort": 80}]}), True),
        ("force", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1), True),
    ],
)
def test_only_what_tasks_are_made_of_restarts_them(
    driver: Driver, what: str, change: Callable[[Any], None], restarts: bool
) -> None:
    """A change must restart tasks if it is in the task template (placement apart) or the endpoint, else not."""
    driver.create("web")
    driver.advance(3)
    driver.update("web", change)
    driver.advance(20)
    assert (len(driver.slot(1)) == 2) is restarts, what
    assert bool(driver.statuses) is restarts


def test_attempts_are_counted_a_slot_and_a_spec(driver: Driver) -> None:
    """max_attempts 2 must give three tasks in all; a new spec starts counting anew."""
    policy = {"RestartPolicy": {"Condition": "on-failure", "Delay": SECOND, "MaxAttempts": 2}}
    driver.create("web", "crash:1", template=policy)
    driver.advance(20)
    assert [history.states[-1] for history in driver.slot(1)] == ["failed/shutdown"] * 3
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(20)
    assert len(driver.slot(1)) == 6


def test_a_window_forgets_old_attempts(driver: Driver) -> None:
    """With a window only the attempts within it must count, so that a slow crash loop goes on for ever."""
    policy = {"Condition": "any", "Delay": 5 * SECOND, "MaxAttempts": 2, "Window": 8 * SECOND}
    driver.create("web", "crash:1", template={"RestartPolicy": policy})
    driver.advance(60)
    assert len(driver.slot(1)) > 6
    before = len(driver.slot(1))
    driver.update("web", lambda spec: spec["TaskTemplate"].update(RestartPolicy={**policy, "Window": 60 * SECOND}))
    driver.advance(60)
    assert len(driver.slot(1)) - before == 3


def test_a_restart_waits_for_its_delay(driver: Driver) -> None:
    """The replacement must be prepared at once and started after the delay (5 s when none is given)."""
    driver.create("web", "done:1")
    driver.advance(4)
    assert driver.slot(1)[0].states[-2:] == ["complete/running", "complete/shutdown"]
    assert driver.slot(1)[1].states == [*BEGAN, "ready/ready"]
    driver.advance(3)
    assert "running/running" in driver.slot(1)[1].states


def test_condition_on_failure_leaves_a_finished_task(driver: Driver) -> None:
    """on-failure must not restart a container that exited with 0."""
    driver.create("web", "done:1", template={"RestartPolicy": {"Condition": "on-failure"}})
    driver.advance(20)
    assert [history.states[-1] for history in driver.slot(1)] == ["complete/shutdown"]


def test_scaling_down_removes_the_highest_slots_and_leaves_no_history(driver: Driver) -> None:
    """Scaling must add and remove slots without touching the others."""
    driver.create("web", replicas=4)
    driver.advance(3)
    driver.update("web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=2))
    driver.advance(5)
    assert [task["Slot"] for task in driver.tasks("web")] == [1, 2]
    driver.update("web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=3))
    driver.advance(5)
    assert [task["Slot"] for task in driver.tasks("web")] == [1, 2, 3]
    assert driver.statuses == []


def test_five_tasks_a_slot_are_kept(driver: Driver) -> None:
    """The history must hold five tasks a slot, the living one included, the newest."""
    driver.create("web", "crash:1", template=RESTART_AFTER_1S)
    driver.advance(60)
    kept = driver.tasks("web")
    assert len(kept) == 5
    assert [task["ID"] for task in kept] == [history.id for history in driver.slot(1)][-5:]


def test_an_update_cancels_the_one_before(driver: Driver) -> None:
    """A newer spec must win while an update is still going on, and end in one completed update."""
    driver.create("web", replicas=3, UpdateConfig={"Parallelism": 1, "Delay": 5 * SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(3)
    driver.update("web", image("busybox:3"))
    driver.advance(60)
    running = [task for task in driver.tasks("web") if task["DesiredState"] == "running"]
    assert {task["Spec"]["ContainerSpec"]["Image"] for task in running} == {"busybox:3"}
    assert len(running) == 3
    assert driver.statuses[-1] == ("completed", "update completed")
