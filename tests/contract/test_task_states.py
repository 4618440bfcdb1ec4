"""What becomes of a task: its states in order, its last words, its exit code."""

from __future__ import annotations

import pytest

from tests.contract.garden import Garden, Life, is_subsequence
from tests.contract.swarm import Swarm

UP_TO_RUNNING = ["new", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running"]
MESSAGES = {
    "new": "created",
    "pending": "pending task scheduling",
    "assigned": "scheduler assigned task to node",
    "accepted": "accepted",
    "preparing": "preparing",
    "ready": "prepared",
    "starting": "starting",
    "running": "started",
    "complete": "finished",
    "shutdown": "shutdown",
}
PREASSIGNED = ("assigned", "scheduler confirmed task can run on preassigned node")
"""What a task of a global service says, whose node is given."""
PENDING = ("shutdown", "pending task scheduling")
"""What a task says that was shut down before it had a node."""


def only(garden: Garden, story: str) -> Life:
    """The single task of a story that is over."""
    assert story not in garden.unfinished, garden.unfinished[story]
    lives = garden.told(story)
    assert len(lives) == 1, lives
    return lives[0]


def test_a_good_task_goes_from_new_to_running(garden: Garden) -> None:
    """Each replica's states must be those of the machine, in order, wanted running all the time."""
    lives = garden.told("well")

    assert sorted(life.slot for life in lives) == [1, 2]
    for life in lives:
        assert is_subsequence(life.states, UP_TO_RUNNING)
        assert (life.state, life.desired, life.error) == ("running", ["running"], "")


def test_each_state_has_its_message(garden: Garden) -> None:
    """Whatever state a task was seen in, its message must be that of the state, or of the one before it failed."""
    seen = [
        (state, text)
        for lives in garden.lives.values()
        for life in lives.values()
        for state, text in life.messages.items()
    ]

    assert {state for state, _ in seen} >= {"preparing", "starting", "running", "complete", "shutdown", "failed"}
    assert {(state, text) for state, text in seen if state in MESSAGES} <= {*MESSAGES.items(), PREASSIGNED, PENDING}
    assert {text for state, text in seen if state == "failed"} <= {"started", "starting"}
    assert {text for state, text in seen if state == "rejected"} == {"preparing"}


def test_a_task_that_ends_by_itself_is_complete(garden: Garden) -> None:
    """Exit code 0 must end as complete, and with condition ``none`` nothing follows."""
    life = only(garden, "done")

    assert is_subsequence(life.states, [*UP_TO_RUNNING, "complete"])
    assert (life.state, life.desired[-1], life.exit_code, life.error) == ("complete", "shutdown", 0, "")


def test_a_task_that_fails_says_its_exit_code(garden: Garden) -> None:
    """Another exit code must end as failed, with the code in its error."""
    life = only(garden, "crash")

    assert is_subsequence(life.states, [*UP_TO_RUNNING, "failed"])
    assert (life.state, life.desired[-1], life.exit_code) == ("failed", "shutdown", 3)
    assert life.error == "task: non-zero exit (3)"


def test_a_missing_image_rejects_the_task(garden: Garden) -> None:
    """A task whose image is nowhere must be rejected before it has a container, and be tried again."""
    assert "missing" not in garden.unfinished
    first, second = garden.told("missing")[:2]

    for life in (first, second):
        assert is_subsequence(life.states, [*UP_TO_RUNNING[:5], "rejected"])
        assert (life.state, life.error, life.container) == ("rejected", "No such image: t/missing:1", "")


def test_an_update_ends_the_tries_of_a_missing_image(garden: Garden) -> None:
    """A good image must run, and no task of the missing one be left wanted."""
    assert "missing" not in garden.unfinished
    left = [life.state for life in garden.told("missing") if life.image == "t/missing:1"]

    assert garden.told("missing")[-1].state == "running"
    assert set(left) <= {"rejected", "shutdown"}


def test_a_bind_mount_of_nothing_rejects_the_task(garden: Garden) -> None:
    """A path that is not on the node must reject the task, with the path."""
    life = only(garden, "bind")

    assert is_subsequence(life.states, [*UP_TO_RUNNING[:5], "rejected"])
    assert life.error == 'invalid mount config for type "bind": bind source path does not exist: /no/such'


def test_a_command_that_is_not_there_fails_the_start(garden: Garden) -> None:
    """A program that the image lacks must fail the task while it starts, with code 127 and its name."""
    life = only(garden, "command")

    assert is_subsequence(life.states, [*UP_TO_RUNNING[:7], "failed"])
    assert life.error.startswith("starting container failed: failed to create ")
    assert 'exec: "/no/such": stat /no/such: no such file or directory' in life.error
    assert (life.messages["failed"], life.exit_code) == ("starting", 127)


def test_a_task_without_memory_is_killed(garden: Garden) -> None:
    """A task above its limit must fail with 137."""
    life = only(garden, "greedy")

    assert (life.state, life.exit_code, life.error) == ("failed", 137, "task: non-zero exit (137)")


@pytest.mark.parametrize("story", ["healthy", "late"])
def test_a_task_with_a_check_runs_once_it_is_healthy(garden: Garden, story: str) -> None:
    """A task must be starting until its check passes; what fails in the start period does not count."""
    life = only(garden, story)

    assert is_subsequence(life.states, UP_TO_RUNNING)
    assert life.state == "running"
    assert "starting" in life.states or story == "healthy"


def test_a_late_check_keeps_the_task_starting(garden: Garden) -> None:
    """The time from starting to running must be that until the check passes."""
    life = only(garden, "late")

    assert life.times["running"] - life.times["starting"] > 1.2


def test_a_task_that_never_gets_healthy_fails(garden: Garden, swarm: Swarm) -> None:
    """A check that fails too often must kill the task before it ever ran, and say so."""
    life = only(garden, "sick")

    assert is_subsequence(life.states, [*UP_TO_RUNNING[:7], "failed"])
    assert (life.error, life.exit_code) == ("task: non-zero exit (137): dockerexec: unhealthy container", 137)
    assert life.messages["failed"] == "starting"


def test_a_task_that_does_not_mind_is_killed_after_its_grace(garden: Garden) -> None:
    """SIGKILL must end it, its grace period after SIGTERM, and leave code 137."""
    assert "stubborn" not in garden.unfinished
    old, new = garden.told("stubborn")

    assert (old.state, old.exit_code, old.error) == ("shutdown", 137, "")
    assert new.state == "running"
    assert new.times["running"] > old.times["shutdown"]


def test_a_task_that_is_stopped_keeps_its_code(garden: Garden) -> None:
    """A container that ends with a code of its own on SIGTERM must be shutdown, not failed."""
    assert "code" not in garden.unfinished
    old = garden.told("code")[0]

    assert (old.state, old.exit_code, old.error) == ("shutdown", 7, "")


def test_scaling_adds_and_takes_slots(garden: Garden) -> None:
    """More replicas take the next slots, fewer leave the lowest; neither is an update, and no task is replaced."""
    assert "scaled" not in garden.unfinished
    lives = garden.told("scaled")

    assert sorted(life.slot for life in lives) == [1, 2, 3]
    assert garden.kept["scaled down"] == [1]
    assert garden.updates["scaled"] == []
    assert "UpdateStatus" not in garden.kept["scaled up"]
    assert {life.desired[-1] for life in lives} == {"remove"}


def test_the_tasks_of_a_removed_service_go(garden: Garden) -> None:
    """They must be wanted removed, stop, and then be nowhere."""
    life = only(garden, "removed")

    assert is_subsequence(life.states, [*UP_TO_RUNNING, "shutdown"])
    assert life.desired == ["running", "remove"]
    assert garden.kept["removed"] == 404
