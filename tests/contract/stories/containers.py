"""What becomes of one task: it runs, ends, fails, is refused, is stopped."""

from __future__ import annotations

from typing import Any

from tests.contract.garden import Garden, Waiting
from tests.contract.images import CHECK
from tests.contract.swarm import SECOND

ONCE = {"TaskTemplate.RestartPolicy": {"Condition": "none"}}
IMAGE = "TaskTemplate.ContainerSpec.Image"
CONTAINER = "TaskTemplate.ContainerSpec."
REPLICAS = "Mode.Replicated.Replicas"


def check(**more: Any) -> dict[str, Any]:
    """The suite's healthcheck, five times a second."""
    return {CONTAINER + "Healthcheck": {"Test": CHECK, "Interval": SECOND // 5, **more}}


def well(garden: Garden) -> Waiting:
    """Two replicas of a good image."""
    garden.swarm.create("well", "t/well:1", replicas=2)
    yield lambda: garden.running("well", 2)


def done(garden: Garden) -> Waiting:
    """A task that ends by itself and is not restarted."""
    garden.swarm.create("done", "t/done:1", at=ONCE)
    yield lambda: garden.ended("done", "complete")
    yield garden.pause(1.5)


def crash(garden: Garden) -> Waiting:
    """A task that fails and is not restarted."""
    garden.swarm.create("crash", "t/crash:1", at=ONCE)
    yield lambda: garden.ended("crash", "failed")
    yield garden.pause(1.5)


def missing(garden: Garden) -> Waiting:
    """An image that is nowhere, and then one that is there."""
    delay = {"TaskTemplate.RestartPolicy": {"Delay": SECOND // 5, "Condition": "any"}}
    garden.swarm.create("missing", "t/missing:1", at=delay)
    yield lambda: garden.ended("missing", "rejected", 2)
    garden.swarm.update("missing", {IMAGE: "t/well:1"})
    yield lambda: garden.running("missing", 1, "t/well:1")


def bind(garden: Garden) -> Waiting:
    """A bind mount of what is not on the node."""
    mount = {CONTAINER + "Mounts": [{"Type": "bind", "Source": "/no/such", "Target": "/a"}]}
    garden.swarm.create("bind", "t/well:1", at={**ONCE, **mount})
    yield lambda: garden.ended("bind", "rejected")


def command(garden: Garden) -> Waiting:
    """A program that the image does not have."""
    garden.swarm.create("command", "busybox:1.36", at={**ONCE, CONTAINER + "Command": ["/no/such"]})
    yield lambda: garden.ended("command", "failed")


def healthy(garden: Garden) -> Waiting:
    """A check that passes at once."""
    garden.swarm.create("healthy", "t/well:1", at=check())
    yield lambda: garden.running("healthy")


def late(garden: Garden) -> Waiting:
    """A check that fails at first, within its start period."""
    garden.swarm.create("late", "t/late:1", at=check(Retries=1, StartPeriod=20 * SECOND))
    yield lambda: garden.running("late")


def sick(garden: Garden) -> Waiting:
    """A check that never passes."""
    garden.swarm.create("sick", "t/sick:1", at={**ONCE, **check(Retries=2)})
    yield lambda: garden.ended("sick", "failed")


def greedy(garden: Garden) -> Waiting:
    """A task that needs more memory than it may have."""
    limit = {"TaskTemplate.Resources": {"Limits": {"MemoryBytes": 16 * 2**20}}}
    garden.swarm.create("greedy", "t/greedy:1", at={**ONCE, **limit})
    yield lambda: garden.ended("greedy", "failed")


def stubborn(garden: Garden) -> Waiting:
    """A task that does not mind SIGTERM, replaced."""
    garden.swarm.create("stubborn", "t/stubborn:1", at={CONTAINER + "StopGracePeriod": SECOND})
    yield lambda: garden.running("stubborn")
    garden.swarm.update("stubborn", {"TaskTemplate.ForceUpdate": 1, "UpdateConfig": {"Monitor": SECOND // 2}})
    yield lambda: garden.ended("stubborn", "shutdown") and garden.update_is("stubborn", "completed")


def code(garden: Garden) -> Waiting:
    """A task that ends with a code of its own when it is asked to."""
    garden.swarm.create("code", "t/code:1")
    yield lambda: garden.running("code")
    garden.swarm.update("code", {"TaskTemplate.ForceUpdate": 1, "UpdateConfig": {"Monitor": SECOND // 2}})
    yield lambda: garden.ended("code", "shutdown") and garden.update_is("code", "completed")


def scaled(garden: Garden) -> Waiting:
    """From one replica to three, and back to one, and to none."""
    garden.swarm.create("scaled", "t/well:1")
    yield lambda: garden.running("scaled")
    garden.swarm.update("scaled", {REPLICAS: 3})
    yield lambda: garden.running("scaled", 3)
    garden.kept["scaled up"] = garden.services["scaled"]
    garden.swarm.update("scaled", {REPLICAS: 1})
    yield lambda: len(garden.now("scaled")) == 1
    garden.kept["scaled down"] = [life.slot for life in garden.now("scaled")]
    garden.swarm.update("scaled", {REPLICAS: 0})
    yield lambda: not garden.now("scaled")


def removed(garden: Garden) -> Waiting:
    """A service that is removed while it runs."""
    garden.swarm.create("removed", "t/well:1")
    yield lambda: garden.running("removed")
    life = garden.now("removed")[0]
    garden.swarm.api.delete("/services/removed")
    yield lambda: not garden.now("removed")
    garden.kept["removed"] = garden.swarm.api.call("GET", f"/tasks/{life.id}").status


STORIES = (well, done, crash, missing, bind, command, healthy, late, sick, greedy, stubborn, code, scaled, removed)
