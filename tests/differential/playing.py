"""Plays a sequence's steps on a side, be it real or simulated."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import quote

from tests.differential.seen import Json, Look, Seen, Trail
from tests.differential.settled import settled
from tests.differential.specs import Settings, render
from tests.differential.steps import (
    Availability,
    Change,
    Create,
    Force,
    Label,
    Lose,
    MakeConfig,
    MakeNetwork,
    MakeSecret,
    Remove,
    RemoveConfig,
    RemoveNetwork,
    RemoveSecret,
    Return,
    RollBack,
    Scale,
    Sequence,
    Wait,
)

DWELL = 1.0
"""Seconds that a sequence must have been at rest: what follows without an announcement comes within them."""

LIMIT = 60.0
"""Seconds that a sequence may take to come to rest; what is still moving then is looked at as it is."""

AFTERWARDS = 1.5
"""Seconds after the last step in which a container that is not needed any more goes away."""


class Side(Protocol):
    """A swarm that calls can be made to, and that somebody watches."""

    def ask(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        """Make a call: status and decoded body."""

    def rest(self, ids: set[str], at_rest: Callable[[Look], bool], dwell: float, limit: float) -> tuple[bool, Look]:
        """Let time go by until services have been at rest for ``dwell`` seconds, or ``limit`` is reached."""

    def wait(self, seconds: float) -> None:
        """Let time go by."""

    def lose(self, node: int) -> None:
        """Let a node's engine die."""

    def recover(self, node: int) -> None:
        """Let it come back."""

    def now(self) -> float:
        """Seconds by the side's clock."""

    def mark(self) -> int:
        """How many events there were."""

    def seen_since(self, mark: int) -> tuple[list[Trail], list[Json]]:
        """The trails of all tasks, and the events since a mark."""


def play(sequence: Sequence, side: Side, prefix: str) -> Seen:
    """Play a sequence and say what was seen; what it made is removed at the end, unseen."""
    player = _Player(side, prefix)
    begin, mark = side.now(), side.mark()
    try:
        for step in sequence.steps:
            player.step(step)
        side.wait(AFTERWARDS)
        trails, events = side.seen_since(mark)
        own = [trail for trail in trails if trail.service_id in player.names]
        return Seen(prefix, player.names, player.answers, player.rests, own, events, side.now() - begin)
    finally:
        player.clean()


@dataclass(slots=True)
class _Player:
    side: Side
    prefix: str
    settings: dict[str, Settings] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    rests: list[tuple[bool, Look]] = field(default_factory=list)

    def step(self, step: Any) -> None:
        match step:
            case Create(service, settings):
                self.settings[service] = Settings(**settings)
                self._create(service)
            case Change(service, settings):
                self.settings[service] = replace(self.settings.get(service, Settings()), **settings)
                self._write(service, lambda spec: self._rendered(service))
            case Scale(service, replicas):
                self._write(service, lambda spec: {**spec, "Mode": {"Replicated": {"Replicas": replicas}}})
            case Force(service):
                self._write(service, _forced)
            case RollBack(service):
                self._write(service, lambda spec: spec, "&rollback=previous")
            case Remove(service):
                self._call("DELETE", f"/services/{self.prefix}{service}")
            case MakeSecret(name) | MakeConfig(name):
                kind = "secrets" if isinstance(step, MakeSecret) else "configs"
                self._make(kind, name, {"Data": base64.b64encode(name.encode()).decode()})
            case MakeNetwork(name):
                self._make("networks", name, {"Driver": "overlay", "CheckDuplicate": True})
            case RemoveSecret(name):
                self._call("DELETE", f"/secrets/{self.prefix}{name}")
            case RemoveConfig(name):
                self._call("DELETE", f"/configs/{self.prefix}{name}")
            case RemoveNetwork(name):
                self._call("DELETE", f"/networks/{self.prefix}{name}")
            case Availability(node, availability):
                self._node(node, lambda spec: {**spec, "Availability": availability})
            case Label(node, key, value):
                self._node(node, lambda spec: _labelled(spec, key, value))
            case Lose(node):
                self.side.lose(node)
                self._await(node, "down")
            case Return(node):
                self.side.recover(node)
                self._await(node, "ready")
            case Wait(seconds):
                self.side.wait(seconds)
                return
        if getattr(step, "settle", True):
            self._rest()

    def clean(self) -> None:
        for name in set(self.names.values()):
            self.side.ask("DELETE", f"/services/{name}")
        self.side.rest(set(self.names), lambda look: not look.tasks, 0.2, LIMIT)
        for target in reversed(self.made):
            self.side.ask("DELETE", target)

    def _rest(self) -> None:
        self.rests.append(self.side.rest(set(self.names), settled, DWELL, LIMIT))

    def _await(self, node: int, state: str) -> None:
        """Let time go by until the manager knows that a node went or came."""
        self.side.rest(set(), lambda look: _state(look, node) == state, 0, LIMIT)

    def _call(self, method: str, target: str, body: Any = None) -> Any:
        status, answer = self.side.ask(method, target, body)
        said = answer.get("message", "") if isinstance(answer, dict) else ""
        self.answers.append(f"{method} {target.partition('?')[0]}: {status} {said}".rstrip())
        return answer if status < 400 else None

    def _create(self, service: str) -> None:
        made = self._call("POST", "/services/create", self._rendered(service))
        if made is not None:
            self.names[made["ID"]] = self.prefix + service

    def _make(self, kind: str, name: str, body: dict[str, Any]) -> None:
        made = self._call("POST", f"/{kind}/create", {"Name": self.prefix + name, **body})
        if made is not None:
            self.ids[name] = made.get("ID") or made.get("Id")
            self.made.append(f"/{kind}/{self.ids[name]}")

    def _rendered(self, service: str) -> dict[str, Any]:
        return render(service, self.settings[service], self.ids, self.prefix)

    def _write(self, service: str, change: Callable[[Json], Json], query: str = "") -> None:
        target = f"/services/{self.prefix}{service}"
        status, found = self.side.ask("GET", target)
        if status >= 400:
            self.answers.append(f"GET {target}: {status} {found['message']}")
            return
        self._call("POST", f"{target}/update?version={found['Version']['Index']}{query}", change(found["Spec"]))

    def _node(self, number: int, change: Callable[[Json], Json]) -> None:
        _, nodes = self.side.ask("GET", "/nodes?filters=" + quote(json.dumps({"name": [f"node{number}"]})))
        node = nodes[0]
        self._call("POST", f"/nodes/{node['ID']}/update?version={node['Version']['Index']}", change(node["Spec"]))


def _state(look: Look, node: int) -> str:
    named = (each for each in look.nodes if each["Description"]["Hostname"] == f"node{node}")
    return str(next(named)["Status"]["State"])


def _forced(spec: Json) -> Json:
    template = spec["TaskTemplate"]
    return {**spec, "TaskTemplate": {**template, "ForceUpdate": template.get("ForceUpdate", 0) + 1}}


def _labelled(spec: Json, key: str, value: str | None) -> Json:
    labels = {name: held for name, held in (spec.get("Labels") or {}).items() if name != key}
    return {**spec, "Labels": labels if value is None else {**labels, key: value}}
