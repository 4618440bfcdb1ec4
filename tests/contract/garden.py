"""Many short stories at once: each does something and says what it waits for; all are watched together.

One look at all services and tasks a round serves every story, so that a real engine, which needs seconds for each,
needs them only once. What was seen is kept: tests ask it, not the engine.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.contract.swarm import Swarm

Waiting = Generator[Callable[[], Any], None, None]
Script = Callable[["Garden"], Waiting]


@dataclass(slots=True)
class Life:
    """What was seen of one task, in order: its states, desired states, messages, errors, and when each state began."""

    id: str
    slot: int
    node: str = ""
    image: str = ""
    states: list[str] = field(default_factory=list)
    desired: list[str] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)
    error: str = ""
    exit_code: int | None = None
    container: str = ""
    last: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def state(self) -> str:
        """The state it was last seen in."""
        return self.states[-1]

    def see(self, task: dict[str, Any]) -> None:
        """Note how a task is now."""
        status, self.last = task["Status"], task
        self.node, self.image = task.get("NodeID", ""), task["Spec"]["ContainerSpec"]["Image"]
        if not self.states or self.states[-1] != status["State"]:
            self.states.append(status["State"])
        if not self.desired or self.desired[-1] != task["DesiredState"]:
            self.desired.append(task["DesiredState"])
        self.messages[status["State"]] = status.get("Message", "")
        self.times[status["State"]] = moment(status["Timestamp"])
        self.error = status.get("Err", "")
        ran = status.get("ContainerStatus") or {}
        self.container = ran.get("ContainerID", "") or self.container
        self.exit_code = ran.get("ExitCode", self.exit_code)


class Garden:
    """All that was seen of all stories."""

    def __init__(self, swarm: Swarm) -> None:
        self.swarm = swarm
        self.lives: dict[str, dict[str, Life]] = {}
        self.updates: dict[str, list[tuple[str, str]]] = {}
        self.services: dict[str, dict[str, Any]] = {}
        self.present: dict[str, set[str]] = {}
        self.kept: dict[str, Any] = {}
        self.unfinished: dict[str, str] = {}

    def grow(self, scripts: Iterable[Script], seconds: float = 90, width: int = 16) -> None:
        """Run all stories to their end, ``width`` of them at a time.

        Those that are not over after ``seconds`` are noted as unfinished: their tests fail, not all tests.
        """
        queue = deque(scripts)
        waiting: dict[str, tuple[Waiting, Callable[[], Any]]] = {}

        def round_over() -> bool:
            while queue and len(waiting) < width:
                script = queue.popleft()
                waiting[script.__name__] = (script(self), _at_once)
            self.look()
            for name, (story, good) in list(waiting.items()):
                if good():
                    try:
                        waiting[name] = (story, next(story))
                    except StopIteration:
                        del waiting[name]
            return not waiting

        try:
            self.swarm.until(round_over, bool, seconds)
        except AssertionError:
            self.unfinished = {name: str(self.told(name)) for name in [*waiting, *(one.__name__ for one in queue)]}

    def over(self, service: str) -> None:
        """Keep how a service is, and remove it: tasks that crash again and again would disturb the others."""
        self.kept[f"tasks of {service}"] = copy.deepcopy(self.now(service))
        self.swarm.remove(service)

    def look(self) -> None:
        """See everything once."""
        names: dict[str, str] = {}
        for service in self.swarm.api.get("/services"):
            name = service["Spec"]["Name"]
            names[service["ID"]] = name
            self.services[name] = service
            status = service.get("UpdateStatus") or {}
            said = (status.get("State", ""), status.get("Message", ""))
            seen = self.updates.setdefault(name, [])
            if said[0] and (not seen or seen[-1] != said):
                seen.append(said)
        self.present = {}
        for task in sorted(self.swarm.api.get("/tasks"), key=lambda task: task["CreatedAt"]):
            name = names.get(task["ServiceID"]) or self._name_of(task["ID"])
            if name:
                life = self.lives.setdefault(name, {}).setdefault(task["ID"], Life(task["ID"], task.get("Slot", 0)))
                life.see(task)
                self.present.setdefault(name, set()).add(task["ID"])

    def told(self, service: str) -> list[Life]:
        """The tasks of a service that were ever seen, oldest first."""
        return list(self.lives.get(service, {}).values())

    def now(self, service: str) -> list[Life]:
        """Those of them that are listed still."""
        return [life for life in self.told(service) if life.id in self.present.get(service, ())]

    def running(self, service: str, count: int = 1, image: str = "") -> bool:
        """Whether that many tasks (of an image) run and are to, and no others are to come."""
        wanted = [life for life in self.now(service) if life.desired[-1] in ("running", "ready")]
        return len(wanted) == count and all(
            life.state == "running" and life.desired[-1] == "running" and life.image.startswith(image)
            for life in wanted
        )

    def ended(self, service: str, state: str, count: int = 1) -> bool:
        """Whether that many tasks of a service were seen in a state."""
        return sum(state in life.states for life in self.told(service)) >= count

    def update_is(self, service: str, *states: str) -> bool:
        """Whether a service's update is in one of these states."""
        return ((self.services.get(service) or {}).get("UpdateStatus") or {}).get("State") in states

    def pause(self, seconds: float) -> Callable[[], bool]:
        """Wait for some time of the engine to go by, whatever happens."""
        began = self.time()
        return lambda: self.time() - began >= seconds

    def time(self) -> float:
        """The engine's time."""
        return moment(self.swarm.api.get("/info")["SystemTime"])

    def _name_of(self, task_id: str) -> str:
        return next((name for name, lives in self.lives.items() if task_id in lives), "")


def moment(text: str) -> float:
    """A timestamp as seconds; dockerd writes nanoseconds, of which microseconds are kept."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(whole + "+00:00").timestamp() + float(f"0.{fraction or 0}")


def is_subsequence(seen: Iterable[object], whole: Iterable[object]) -> bool:
    """Whether what was seen could be a sampling of the whole, in order."""
    rest = iter(whole)
    return all(item in rest for item in seen)


def _at_once() -> bool:
    return True
