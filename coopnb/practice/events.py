"""The event stream: what the store's changes look like in ``/events``, and the engine's own container events.

There are no task events (as with a real engine). A ring of 256 past events is kept (moby's daemon/events).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from coopnb.practice.clock import SECOND, Clock
from coopnb.practice.objects import Config, Json, Network, Node, Secret, Service, Stored
from coopnb.practice.store import Change

_RING = 256
_KINDS: dict[type[Stored], str] = {
    Service: "service",
    Node: "node",
    Network: "network",
    Secret: "secret",
    Config: "config",
}


class EventLog:
    """Keeps the last events of every engine and tells whoever listens.

    An engine is named by its node's id; the empty name is that of the manager's, which alone tells of the swarm,
    and ``is_home`` says whether a node's engine is that one.
    """

    def __init__(self, clock: Clock, is_home: Callable[[str], bool]) -> None:
        self._clock = clock
        self._is_home = is_home
        self._rings: defaultdict[str, deque[Callable[[], Json]]] = defaultdict(lambda: deque(maxlen=_RING))
        self._listeners: defaultdict[str, dict[object, Callable[[Json], None]]] = defaultdict(dict)

    def begin(self) -> None:
        """Drop the past: what made the world was no event."""
        self._rings.clear()

    def past(self, engine: str = "") -> list[Json]:
        """The events that an engine still remembers, oldest first."""
        return [event() for event in self._rings[self._name(engine)]]

    def listen(self, listener: Callable[[Json], None], engine: str = "") -> Callable[[], None]:
        """Hear every event of an engine from here on; call what comes back to stop."""
        key = object()
        listeners = self._listeners[self._name(engine)]
        listeners[key] = listener
        return lambda: listeners.pop(key, None) and None

    def forget(self, engine: str) -> None:
        """An engine starts anew: what it remembered is gone."""
        self._rings[self._name(engine)].clear()

    def changed(self, change: Change) -> None:
        """Turn a change of a swarm object into its event."""
        kind = _KINDS.get(type(change.object))
        if kind is None:
            return
        action = "create" if change.old is None else "remove" if change.new is None else "update"
        self.emit(kind, action, change.object.id, _attributes(change), scope="swarm")
        if kind == "network" and action == "create":
            # swarmkit's allocator writes a new network once more when it has its addresses
            self.emit(kind, "update", change.object.id, _attributes(change), scope="swarm")

    def emit(self, kind: str, action: str, actor: str, attributes: dict[str, str], scope: str = "local") -> None:
        """Record an event of the manager's engine and tell the listeners."""
        self._record("", kind, action, actor, lambda: attributes, scope)

    def emit_later(self, engine: str, kind: str, action: str, actor: str, about: Callable[[], dict[str, str]]) -> None:
        """Record an event of an engine; its attributes, which must not change, are made when somebody reads it."""
        self._record(engine, kind, action, actor, about, "local")

    def _name(self, engine: str) -> str:
        return "" if self._is_home(engine) else engine

    def _record(
        self, engine: str, kind: str, action: str, actor: str, about: Callable[[], dict[str, str]], scope: str
    ) -> None:
        moment = self._clock.now
        made: list[Json] = []

        def event() -> Json:
            if not made:
                made.append(_event(kind, action, actor, about(), scope, moment))
            return made[0]

        engine = self._name(engine)
        self._rings[engine].append(event)
        for listener in list(self._listeners[engine].values()):
            listener(event())


def _event(kind: str, action: str, actor: str, about: dict[str, str], scope: str, moment: int) -> Json:
    event: Json = {
        "Type": kind,
        "Action": action,
        "Actor": {"ID": actor, "Attributes": about},
        "scope": scope,
        "time": moment // SECOND,
        "timeNano": moment,
    }
    if kind not in ("container", "image"):
        return event
    return {"status": action, "id": actor, **({"from": about.get("image", "")} if kind == "container" else {}), **event}


def _attributes(change: Change) -> dict[str, str]:
    described = {"name": _name(change.object)}
    old, new = change.old, change.new
    if isinstance(old, Service) and isinstance(new, Service):
        _differ(described, "image", _image(old), _image(new))
        _differ(described, "replicas", str(old.replicas), str(new.replicas))
        if new.update_status is not None:  # the end of an update's status is told by nobody
            _differ(described, "updatestate", _update_state(old), _update_state(new))
    if isinstance(old, Node) and isinstance(new, Node):
        for field in ("availability", "role", "state"):
            _differ(described, field, getattr(old, field), getattr(new, field))
    return described


def _differ(described: dict[str, str], field: str, old: str, new: str) -> None:
    if old != new:
        described |= {f"{field}.{side}": value for side, value in (("new", new), ("old", old)) if value}


def _name(stored: Any) -> str:
    return str(stored.hostname if isinstance(stored, Node) else stored.name)


def _image(service: Service) -> str:
    return str(service.spec["TaskTemplate"].get("ContainerSpec", {}).get("Image", ""))


def _update_state(service: Service) -> str:
    return service.update_status.state if service.update_status is not None else ""
