"""Updates that go well, that fail, and that are taken back."""

from __future__ import annotations

from typing import Any

from tests.contract.garden import Garden, Waiting
from tests.contract.stories.containers import IMAGE, REPLICAS, check
from tests.contract.swarm import SECOND

OVER = ("completed", "paused", "rollback_completed", "rollback_paused")


def quick(action: str = "pause", **more: Any) -> dict[str, Any]:
    """An update policy that is soon over."""
    return {"Parallelism": 1, "Delay": SECOND // 10, "Monitor": SECOND, "FailureAction": action} | more


def failing(action: str, **more: Any) -> dict[str, Any]:
    """An update policy that sees a task fail, on a busy machine too."""
    return quick(action, **{"Monitor": 15 * SECOND, **more})


def first(garden: Garden, name: str, image: str = "t/well:1", replicas: int = 1, **keys: Any) -> None:
    """Create a service with a quick rollback."""
    config = {"UpdateConfig": quick(), "RollbackConfig": quick(), **keys}
    garden.swarm.create(name, image, replicas=replicas, **config)


def stop_first(garden: Garden) -> Waiting:
    """The old task is stopped before the new one is started."""
    first(garden, "stop_first")
    yield lambda: garden.running("stop_first")
    garden.swarm.update("stop_first", {IMAGE: "t/well:2"})
    yield lambda: garden.update_is("stop_first", *OVER) and garden.running("stop_first", 1, "t/well:2")


def start_first(garden: Garden) -> Waiting:
    """The new task runs before the old one is stopped."""
    first(garden, "start_first", UpdateConfig=quick(Order="start-first"))
    yield lambda: garden.running("start_first")
    garden.swarm.update("start_first", {IMAGE: "t/well:2"})
    yield lambda: garden.update_is("start_first", *OVER) and garden.running("start_first", 1, "t/well:2")


def wave(garden: Garden) -> Waiting:
    """Four replicas, two at a time."""
    first(garden, "wave", replicas=4, UpdateConfig=quick(Parallelism=2))
    yield lambda: garden.running("wave", 4)
    garden.swarm.update("wave", {IMAGE: "t/well:2"})
    yield lambda: garden.update_is("wave", *OVER) and garden.running("wave", 4, "t/well:2")


def paused(garden: Garden) -> Waiting:
    """A new image that crashes: the update stops."""
    first(garden, "paused", replicas=2, UpdateConfig=failing("pause", Delay=15 * SECOND))
    yield lambda: garden.running("paused", 2)
    garden.swarm.update("paused", {IMAGE: "t/crash:1"})
    yield lambda: garden.update_is("paused", *OVER)
    garden.over("paused")


def continued(garden: Garden) -> Waiting:
    """A new image that crashes, and nobody minds."""
    first(garden, "continued", replicas=2, UpdateConfig=quick("continue"))
    yield lambda: garden.running("continued", 2)
    garden.swarm.update("continued", {IMAGE: "t/crash:1"})
    yield lambda: garden.update_is("continued", *OVER)
    garden.over("continued")


def tolerated(garden: Garden) -> Waiting:
    """A new image that crashes, with a ratio that allows it."""
    first(garden, "tolerated", UpdateConfig=quick("rollback", MaxFailureRatio=1.0))
    yield lambda: garden.running("tolerated")
    garden.swarm.update("tolerated", {IMAGE: "t/crash:1"})
    yield lambda: garden.update_is("tolerated", *OVER)
    garden.over("tolerated")


def unnoticed(garden: Garden) -> Waiting:
    """A new image that crashes after the monitor's time."""
    first(garden, "unnoticed", UpdateConfig=quick("rollback", Monitor=SECOND // 2))
    yield lambda: garden.running("unnoticed")
    garden.swarm.update("unnoticed", {IMAGE: "t/brief:1"})
    yield lambda: garden.ended("unnoticed", "failed") and garden.update_is("unnoticed", *OVER)
    garden.over("unnoticed")


def rolled_back(garden: Garden) -> Waiting:
    """A new image that crashes: the previous spec comes back by itself."""
    first(garden, "rolled_back", UpdateConfig=failing("rollback"))
    yield lambda: garden.running("rolled_back")
    garden.swarm.update("rolled_back", {IMAGE: "t/crash:1"})
    yield lambda: garden.update_is("rolled_back", *OVER) and garden.running("rolled_back", 1, "t/well:1")


def rolled_back_missing(garden: Garden) -> Waiting:
    """A new image that is nowhere: the previous spec comes back by itself."""
    first(garden, "rolled_back_missing", UpdateConfig=failing("rollback"))
    yield lambda: garden.running("rolled_back_missing")
    garden.swarm.update("rolled_back_missing", {IMAGE: "t/missing:1"})
    yield lambda: garden.update_is("rolled_back_missing", *OVER) and garden.running("rolled_back_missing")


def rolled_back_sick(garden: Garden) -> Waiting:
    """A new image that never gets healthy: the previous spec comes back by itself."""
    first(garden, "rolled_back_sick", UpdateConfig=failing("rollback", Order="start-first"), at=check(Retries=2))
    yield lambda: garden.running("rolled_back_sick")
    garden.swarm.update("rolled_back_sick", {IMAGE: "t/sick:1"})
    yield lambda: garden.update_is("rolled_back_sick", *OVER) and garden.running("rolled_back_sick")


def rollback_failed(garden: Garden) -> Waiting:
    """Neither the new nor the old image is anywhere."""
    soon = {"TaskTemplate.RestartPolicy": {"Condition": "any", "Delay": SECOND // 10}}
    first(garden, "rollback_failed", "t/missing:1", UpdateConfig=failing("rollback"), at=soon)
    yield lambda: garden.ended("rollback_failed", "rejected")
    garden.swarm.update("rollback_failed", {IMAGE: "t/missing:2"})
    yield lambda: garden.update_is("rollback_failed", *OVER)
    garden.over("rollback_failed")


def by_hand(garden: Garden) -> Waiting:
    """An update that went well, taken back by hand, and again."""
    first(garden, "by_hand")
    yield lambda: garden.running("by_hand")
    garden.swarm.update("by_hand", {IMAGE: "t/well:2"})
    yield lambda: garden.update_is("by_hand", *OVER) and garden.running("by_hand", 1, "t/well:2")
    garden.kept["by_hand"] = garden.swarm.update("by_hand", rollback="previous").status
    yield lambda: garden.update_is("by_hand", "rollback_completed") and garden.running("by_hand", 1, "t/well:1")


def overtaken(garden: Garden) -> Waiting:
    """An update that another one follows before it is over."""
    first(garden, "overtaken", UpdateConfig=quick(Monitor=20 * SECOND))
    yield lambda: garden.running("overtaken")
    garden.swarm.update("overtaken", {IMAGE: "t/crash:1", "UpdateConfig": quick("continue", Monitor=20 * SECOND)})
    yield lambda: garden.update_is("overtaken", "updating")
    garden.swarm.update("overtaken", {IMAGE: "t/well:2", "UpdateConfig": quick()})
    yield lambda: garden.update_is("overtaken", *OVER) and garden.running("overtaken", 1, "t/well:2")


def mended(garden: Garden) -> Waiting:
    """A paused update, and then a good one."""
    first(garden, "mended", UpdateConfig=failing("pause"))
    yield lambda: garden.running("mended")
    garden.swarm.update("mended", {IMAGE: "t/missing:1"})
    yield lambda: garden.update_is("mended", "paused")
    garden.swarm.update("mended", {IMAGE: "t/well:2"})
    yield lambda: garden.update_is("mended", "completed") and garden.running("mended", 1, "t/well:2")


def everywhere_new(garden: Garden) -> Waiting:
    """A global service gets a new image."""
    garden.swarm.create("everywhere_new", "t/well:1", Mode={"Global": {}}, UpdateConfig=quick())
    yield lambda: garden.running("everywhere_new")
    garden.swarm.update("everywhere_new", {IMAGE: "t/well:2"})
    yield lambda: garden.update_is("everywhere_new", *OVER) and garden.running("everywhere_new", 1, "t/well:2")


def scaled_and_new(garden: Garden) -> Waiting:
    """More replicas and a new image in one write."""
    first(garden, "scaled_and_new")
    yield lambda: garden.running("scaled_and_new")
    garden.swarm.update("scaled_and_new", {IMAGE: "t/well:2", REPLICAS: 2})
    yield lambda: garden.update_is("scaled_and_new", *OVER) and garden.running("scaled_and_new", 2, "t/well:2")


STORIES = (
    *(stop_first, start_first, wave, paused, continued, tolerated, unnoticed, rolled_back, rolled_back_missing),
    *(rolled_back_sick, rollback_failed, by_hand, overtaken, mended, everywhere_new, scaled_and_new),
)
