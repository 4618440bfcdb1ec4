"""Rolling updates: order, failure, rollback, and what the service says of it."""

from __future__ import annotations

import pytest

from tests.contract.garden import Garden, Life, is_subsequence

UPDATING = ("updating", "update in progress")
COMPLETED = ("completed", "update completed")
FAILED = "due to failure or early termination of task "
SMOOTH = ("stop_first", "start_first", "wave", "everywhere_new", "scaled_and_new")


def told(garden: Garden, story: str) -> list[Life]:
    """The tasks of a story that is over."""
    assert story not in garden.unfinished, garden.unfinished[story]
    return garden.told(story)


def of_image(lives: list[Life], image: str) -> list[Life]:
    """The tasks of an image."""
    return [life for life in lives if life.image == image]


def named_task(garden: Garden, story: str, state: str) -> str:
    """The task that an update's message names as the one that failed."""
    (text,) = [text for found, text in garden.updates[story] if found == state]
    assert FAILED in text
    return text.rpartition(" ")[2]


@pytest.mark.parametrize("story", SMOOTH)
def test_an_update_that_goes_well_completes(garden: Garden, story: str) -> None:
    """It must be told as updating, then completed, with both moments, and end with only new tasks wanted."""
    lives = told(garden, story)
    status = garden.services[story]["UpdateStatus"]

    assert is_subsequence(garden.updates[story], [UPDATING, COMPLETED])
    assert garden.updates[story][-1] == COMPLETED
    assert status["StartedAt"] <= status["CompletedAt"]
    assert {life.image for life in lives if life.desired[-1] == "running"} == {"t/well:2"}
    assert {(life.state, life.desired[-1]) for life in of_image(lives, "t/well:1")} == {("shutdown", "shutdown")}


def test_stop_first_stops_first(garden: Garden) -> None:
    """The new task must be wanted ready at first, and run after the old one has stopped."""
    old, new = told(garden, "stop_first")

    assert new.desired == ["ready", "running"]
    assert new.times["running"] > old.times["shutdown"]


def test_start_first_starts_first(garden: Garden) -> None:
    """The new task must be wanted running at once, and run before the old one has stopped."""
    old, new = told(garden, "start_first")

    assert new.desired == ["running"]
    assert new.times["running"] < old.times["shutdown"]


def test_parallelism_bounds_a_wave(garden: Garden) -> None:
    """Two at a time must never leave fewer than two of four running."""
    lives = told(garden, "wave")
    starts = sorted(life.times["running"] for life in of_image(lives, "t/well:2"))
    stops = sorted(life.times["shutdown"] for life in of_image(lives, "t/well:1"))

    assert len(starts) == len(stops) == 4
    assert stops[2] > starts[0]


def test_a_new_slot_of_an_update_has_the_new_image(garden: Garden) -> None:
    """A write that scales and updates must not start the old image in the new slot."""
    lives = told(garden, "scaled_and_new")

    assert [life.image for life in lives if life.slot == 2] == ["t/well:2"]


def test_a_failed_update_pauses(garden: Garden) -> None:
    """With ``pause`` the first failure must stop the update, and its message name a task that failed."""
    lives = told(garden, "paused")

    assert is_subsequence([state for state, _ in garden.updates["paused"]], ["updating", "paused"])
    assert garden.updates["paused"][-1][1].startswith("update paused " + FAILED)
    guilty = named_task(garden, "paused", "paused")
    assert [life.image for life in lives if life.id == guilty] == ["t/crash:1"]
    assert "PreviousSpec" in garden.services["paused"]


def test_a_paused_update_leaves_the_other_slots(garden: Garden) -> None:
    """One at a time, the slot that was not yet updated must still run the old image."""
    left = [
        life for life in garden.kept["tasks of paused"] if life.desired[-1] == "running" and life.image == "t/well:1"
    ]

    assert [life.state for life in left] == ["running"]


def test_continue_goes_on(garden: Garden) -> None:
    """With ``continue`` the update must complete, with every slot on the image that crashes."""
    lives = told(garden, "continued")

    assert garden.updates["continued"][-1] == COMPLETED
    assert {life.slot for life in of_image(lives, "t/crash:1")} == {1, 2}


def test_a_ratio_tolerates_failures(garden: Garden) -> None:
    """Failures up to the ratio must not count."""
    told(garden, "tolerated")

    assert garden.updates["tolerated"][-1] == COMPLETED


def test_a_failure_after_the_monitor_is_no_failure_of_the_update(garden: Garden) -> None:
    """A task that ends later than the monitor's time must not undo the update, and is restarted."""
    lives = told(garden, "unnoticed")

    assert garden.updates["unnoticed"][-1] == COMPLETED
    assert "task: non-zero exit (5)" in [life.error for life in lives]


@pytest.mark.parametrize("story", ["rolled_back", "rolled_back_missing", "rolled_back_sick"])
def test_a_failed_update_is_rolled_back(garden: Garden, story: str) -> None:
    """The previous spec must be the spec again, without a previous one, and its task run."""
    lives = told(garden, story)
    service = garden.services[story]

    assert is_subsequence(
        [state for state, _ in garden.updates[story]], ["updating", "rollback_started", "rollback_completed"]
    )
    assert garden.updates[story][-1] == ("rollback_completed", "rollback completed")
    assert service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == "t/well:1"
    assert "PreviousSpec" not in service
    assert [(life.image, life.state) for life in lives if life.desired[-1] == "running"] == [("t/well:1", "running")]


def test_a_rollback_says_which_task_failed(garden: Garden) -> None:
    """While the rollback goes on its message must name a task of the new image."""
    for story in ("rolled_back", "rolled_back_missing", "rolled_back_sick"):
        started = [text for state, text in garden.updates[story] if state == "rollback_started"]
        for text in started:
            assert text.startswith("update rolled back " + FAILED)
            guilty = text.rpartition(" ")[2]
            assert [life.image for life in garden.told(story) if life.id == guilty] != ["t/well:1"]


def test_start_first_keeps_the_old_task_of_a_failed_update(garden: Garden) -> None:
    """With start-first a new image that never gets healthy must not cost the old task its life."""
    lives = told(garden, "rolled_back_sick")

    assert (lives[0].image, lives[0].state) == ("t/well:1", "running")


def test_a_rollback_that_fails_pauses(garden: Garden) -> None:
    """A rollback whose image is missing, too, must be paused, and name a task of it."""
    lives = told(garden, "rollback_failed")

    assert is_subsequence(
        [state for state, _ in garden.updates["rollback_failed"]], ["updating", "rollback_started", "rollback_paused"]
    )
    assert garden.updates["rollback_failed"][-1][1].startswith("update paused " + FAILED)
    guilty = named_task(garden, "rollback_failed", "rollback_paused")
    assert [life.image for life in lives if life.id == guilty] == ["t/missing:1"]


def test_a_rollback_by_hand_swaps_the_specs(garden: Garden) -> None:
    """It must be told as manually requested, and what was updated to must be the previous spec."""
    lives = told(garden, "by_hand")
    service = garden.services["by_hand"]

    assert garden.kept["by_hand"] == 200
    assert is_subsequence(
        garden.updates["by_hand"],
        [
            *(UPDATING, COMPLETED),
            *(("rollback_started", "manually requested rollback"), ("rollback_completed", "rollback completed")),
        ],
    )
    assert service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == "t/well:1"
    assert service["PreviousSpec"]["TaskTemplate"]["ContainerSpec"]["Image"] == "t/well:2"
    assert [life.image for life in lives] == ["t/well:1", "t/well:2", "t/well:1"]


def test_an_update_overtakes_another(garden: Garden) -> None:
    """A write during an update must end that update's tasks, and complete as an update of its own."""
    lives = told(garden, "overtaken")

    assert garden.updates["overtaken"][-1] == COMPLETED
    assert [life.image for life in lives if life.desired[-1] == "running"] == ["t/well:2"]


def test_a_paused_update_is_mended_by_the_next(garden: Garden) -> None:
    """After a pause a good spec must complete."""
    told(garden, "mended")

    states = [state for state, _ in garden.updates["mended"]]
    assert is_subsequence(states, ["updating", "paused", "updating", "completed"])
    assert states[-1] == "completed"
