"""Tasks that end and are started again, or not."""

from __future__ import annotations

from typing import Any

from tests.contract.garden import Garden, Waiting
from tests.contract.stories.containers import REPLICAS
from tests.contract.swarm import SECOND


def policy(condition: str, **more: Any) -> dict[str, Any]:
    """A restart policy with a short delay."""
    return {"TaskTemplate.RestartPolicy": {"Condition": condition, "Delay": SECOND // 5, **more}}


def restart_any(garden: Garden) -> Waiting:
    """``any`` restarts what completed, too; the history of the slot is bounded."""
    garden.swarm.create("restart_any", "t/done:1", at=policy("any"))
    counts: list[int] = []

    def enough() -> bool:
        counts.append(len(garden.now("restart_any")))
        return garden.ended("restart_any", "complete", 6)

    yield enough
    garden.kept["most tasks"] = max(counts)
    garden.over("restart_any")


def restart_failures(garden: Garden) -> Waiting:
    """``on-failure`` leaves alone what completed."""
    garden.swarm.create("restart_failures", "t/done:1", at=policy("on-failure"))
    yield lambda: garden.ended("restart_failures", "complete")
    yield garden.pause(2)


def restart_crashes(garden: Garden) -> Waiting:
    """``on-failure`` restarts what failed."""
    garden.swarm.create("restart_crashes", "t/crash:1", at=policy("on-failure"))
    yield lambda: garden.ended("restart_crashes", "failed", 2)
    garden.swarm.update("restart_crashes", {REPLICAS: 0})


def restart_attempts(garden: Garden) -> Waiting:
    """Two attempts are two restarts."""
    garden.swarm.create("restart_attempts", "t/crash:1", at=policy("any", MaxAttempts=2))
    yield lambda: garden.ended("restart_attempts", "failed", 3)
    yield garden.pause(2)


def restart_delay(garden: Garden) -> Waiting:
    """The next task is made at once and waits, prepared, for the delay."""
    garden.swarm.create("restart_delay", "t/crash:1", at=policy("any", Delay=2 * SECOND, MaxAttempts=1))
    yield lambda: garden.ended("restart_delay", "failed", 2)


def restart_killed(garden: Garden) -> Waiting:
    """A container that is killed from outside is a failure."""
    garden.swarm.create("restart_killed", "t/well:1", at=policy("any"))
    yield lambda: garden.running("restart_killed")
    container = garden.now("restart_killed")[0].container
    garden.kept["kill"] = garden.swarm.api.call("POST", f"/containers/{container}/kill")
    if garden.kept["kill"].status != 204:
        return
    yield lambda: garden.ended("restart_killed", "failed") and garden.running("restart_killed")


STORIES = (restart_any, restart_failures, restart_crashes, restart_attempts, restart_delay, restart_killed)
