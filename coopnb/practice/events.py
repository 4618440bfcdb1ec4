"""The event stream: what the store's changes look like in ``/events``, and the engine's own container events.

There are no task events (as with a real engine). A ring of 256 past events is kept (moby's daemon/events).
"""

from __future__ import annotations

from collections import deque
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
    """Keeps the last events and tells whoever listens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ring: deque[Json] = deque(maxlen=_RING)
        self._listeners: dict[object, Callable[[Json], None]] = {}

    def forget(self) -> None:
        """Drop the past: what made the world was no event."""
        self._ring.clear()

    def past(self, engine: str = "") -> list[Json]:
        """The events that are still remembered, oldest first."""
        return list(self._ring) if not engine else []

    def listen(self, listener: Callable[[Json], None], engine: str = "") -> Callable[[], None]:
        """Hear every event from here on; call what comes back to stop."""
        key = object()
        if not engine:
            self._listeners[key] = listener
        return lambda: self._listeners.pop(key, None) and None

    def changed(self, change: Change) -> None:
        """Turn a change of a swarm object into its event."""
        kind = _KINDS.get(type(change.object))
        if kind is None:
            return
        action = "create" if change.old is None else "remove" if change.new is None else "update"
        self.emit(kind, action, change.object.id, _attributes(change), scope="swarm")

    def emit(self, kind: str, action: str, actor: str, attributes: dict[str, str], scope: str = "local") -> None:
        """Record an event and tell the listeners."""
        event: Json = {
            "Type": kind,
            "Action": action,
            "Actor": {"ID": actor, "Attributes": attributes},
            "scope": scope,
            "time": self._clock.now // SECOND,
            "timeNano": self._clock.now,
        }
        if kind in ("container", "image"):
            event = {"status": action, "id": actor, **event}
            if kind == "container":
                event["from"] = attributes.get("image", "")
        self._ring.append(event)
        for listener in list(self._listeners.values()):
            listener(event)


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
