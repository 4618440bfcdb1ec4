"""Drives a practice swarm in process: calls without a socket, time by hand, every task's history."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from coopnb.practice.clock import SECOND, Clock
from coopnb.practice.objects import Task
from coopnb.practice.routes import answer, read_request
from coopnb.practice.store import Change
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Response
from coopnb.practice.world import World, load_world


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its status and its decoded body (bytes when it is no JSON)."""

    status: int
    body: Any

    @property
    def message(self) -> str:
        """The text of a refusal."""
        return str(self.body["message"])


@dataclass(slots=True)
class History:
    """What became of one task: the states it went through, each as ``state/desired`` with message and error."""

    id: str
    slot: int
    states: list[str] = field(default_factory=list)
    said: list[tuple[str, str, str]] = field(default_factory=list)


class Driver:
    """A swarm on a stepped clock (or an auto one), with shorthand for what tests do often."""

    def __init__(self, world: World | None = None, *, mode: str = "stepped", seed: int | None = None) -> None:
        self.swarm = PracticeSwarm(world, Clock(mode=mode), seed)
        self.histories: dict[str, History] = {}
        self.statuses: list[tuple[str, str]] = []
        self.swarm.store.watch(self._note)

    def ask(self, method: str, target: str, body: Any = None) -> Response:
        """Make a call and keep its raw answer."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return answer(self.swarm, read_request(method, target, data))

    def call(self, method: str, target: str, body: Any = None) -> Said:
        """Make a call."""
        response = self.ask(method, target, body)
        try:
            return Said(response.status, json.loads(response.body))
        except ValueError:
            return Said(response.status, response.body)

    def get(self, target: str, **filters: Any) -> Any:
        """Read something that must be there; keyword arguments are filters."""
        if filters:
            named = {name.replace("desired_state", "desired-state"): value for name, value in filters.items()}
            target += ("&" if "?" in target else "?") + "filters=" + quote(json.dumps(named))
        said = self.call("GET", target)
        assert said.status == 200, said
        return said.body

    def create(self, name: str, image: str = "busybox:1", **changes: Any) -> str:
        """Create a service, and return its id."""
        said = self.call("POST", "/services/create", spec(name, image, **changes))
        assert said.status == 201, said
        return str(said.body["ID"])

    def update(self, name: str, change: Any = None, query: str = "") -> Said:
        """Write a service's spec back after ``change`` was let loose on it."""
        service = self.get(f"/services/{name}")
        if change is not None:
            change(service["Spec"])
        target = f"/services/{name}/update?version={service['Version']['Index']}{query}"
        return self.call("POST", target, service["Spec"])

    def advance(self, seconds: float) -> None:
        """Let time go by."""
        self.swarm.clock.advance(round(seconds * SECOND))

    def tasks(self, service: str) -> list[dict[str, Any]]:
        """A service's tasks, by slot and then by age."""
        listed: list[dict[str, Any]] = self.get("/tasks", service=[service])
        return sorted(listed, key=lambda task: task.get("Slot", 0))

    def states(self, service: str) -> list[str]:
        """The state of every task of a service that is meant to run."""
        wanted = [task for task in self.tasks(service) if task["DesiredState"] in ("running", "ready")]
        return [task["Status"]["State"] for task in wanted]

    def slot(self, number: int) -> list[History]:
        """The histories of a slot's tasks, oldest first."""
        return [history for history in self.histories.values() if history.slot == number]

    def _note(self, change: Change) -> None:
        new = change.new
        if isinstance(new, Task):
            history = self.histories.setdefault(new.id, History(new.id, new.slot))
            line = f"{new.state.text}/{new.desired.text}"
            if not history.states or history.states[-1] != line:
                history.states.append(line)
            history.said.append((new.state.text, new.message, new.err))
        elif new is not None and getattr(new, "update_status", None) is not None:
            status = new.update_status  # type: ignore[attr-defined]
            if not self.statuses or self.statuses[-1] != (status.state, status.message):
                self.statuses.append((status.state, status.message))


def spec(name: str, image: str = "busybox:1", **changes: Any) -> dict[str, Any]:
    """A service spec; keyword arguments replace its top-level keys, ``container`` and ``template`` are merged in."""
    container = {"Image": image, **changes.pop("container", {})}
    template = {"ContainerSpec": container, **changes.pop("template", {})}
    replicas = changes.pop("replicas", 1)
    base = {"Name": name, "TaskTemplate": template, "Mode": {"Replicated": {"Replicas": replicas}}}
    return {**base, **changes}


def world_of(directory: Path, **keys: Any) -> World:
    """A world with one node (unless ``nodes`` says otherwise) and what else the keywords say."""
    path = directory / "world.yaml"
    nodes = [{"hostname": "only", "role": "manager", "cpus": 2, "memory": "4GiB"}]
    path.write_text(yaml.safe_dump({"nodes": nodes, **keys}), encoding="utf-8")
    return load_world(path)
