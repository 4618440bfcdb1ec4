"""The engine's own events, as far as they are about an app's stack or about the nodes.

Whatever anybody did is among them: coopnb, ``docker service update`` on another machine, swarm itself. An engine
keeps the last events of all kinds in its memory, and every probe of a health check is three of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from coopnb.engine import Engine
from coopnb.harmless import visible
from coopnb.model.remembered import Remembered, SwarmEvent
from coopnb.observe.times import moment
from coopnb.plan.undo import state_prefix

MOST_TOLD = 100
LONGEST = 200
"""Characters of a name or a value; swarm's own names are shorter."""

_ALLOCATED = timedelta(seconds=0.5)
"""Within this time of a write swarm itself writes a service once more, with its addresses."""

UNSAID = "written anew; its event does not say what changed, if anything"
"""Of a service an event names the image, the number of tasks and the course of an update; swarm itself writes, too."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NODE = ("state", "availability", "role")
_LOST = ("down", "disconnected", "unknown")


def remembered(engine: Engine, stack: str, since: datetime) -> Remembered:
    """Ask the engine what it remembers from ``since`` (by its clock) until now.

    A swarm's events carry names and no labels: of a stack whose name begins with this one's name and ``_``, the
    events are among these.

    Raises:
        EngineError, TransportError: it cannot be asked, or refuses.
    """
    until = moment(engine.info().get("SystemTime"))
    since = min(since, until)
    past = engine.past_events(since, until)
    times = [at for body in past.events if (at := _at(body)) is not None]
    told = sorted(_told(past.events, stack, engine.mask), key=lambda event: event.at)
    return Remembered(
        since=since,
        until=until,
        known_since=max(since, min(times, default=since)) if past.forgotten else since,
        events=tuple(told[-MOST_TOLD:]),
        left_out=max(0, len(told) - MOST_TOLD),
        whole=past.whole,
    )


def _told(bodies: Iterable[Mapping[str, Any]], stack: str, mask: Callable[[str], str]) -> Iterator[SwarmEvent]:
    written: dict[str, datetime] = {}
    for body in bodies:
        at, kind, action = _at(body), body.get("Type"), body.get("Action")
        # What an engine tells of its own containers and bridges, a swarm's nodes each tell of theirs.
        if at is None or body.get("scope") != "swarm" or not isinstance(kind, str):
            continue
        actor = _mapping(body.get("Actor"))
        about = {str(key): _short(mask(str(value))) for key, value in _mapping(actor.get("Attributes")).items()}
        name, found = about.get("name", ""), str(actor.get("ID"))
        if kind != "node" and not name.startswith((f"{stack}_", state_prefix(stack))):
            continue
        text = _words(kind, str(action), about)
        if action == "update" and not text and kind == "service":
            text = "" if found in written and at - written[found] < _ALLOCATED else UNSAID
        written[found] = at
        if text:
            update = about.get("updatestate.new", "")
            bad = about.get("state.new") in _LOST or update.startswith(("paused", "rollback"))
            yield SwarmEvent(at, kind, name or found, text, update, bad)


def _words(kind: str, action: str, about: Mapping[str, str]) -> str:
    """What happened; empty if the event does not say, or nothing did."""
    if action in ("create", "remove"):
        return f"{action}d"
    if kind == "node":
        return "; ".join(_differs(about, field) for field in _NODE if f"{field}.new" in about)
    if kind == "service":
        return "; ".join(part for part in (_image(about), _tasks(about), _update(about)) if part)
    # Of a secret or a config only the labels can be changed; a network's second write is its allocation.
    return "labels changed" if kind in ("secret", "config") else ""


def _differs(about: Mapping[str, str], field: str) -> str:
    return f"{about.get(f'{field}.old') or 'none'} -> {about.get(f'{field}.new') or 'none'}"


def _image(about: Mapping[str, str]) -> str:
    before, after = (about.get(f"image.{side}", "").split("@", 1)[0] for side in ("old", "new"))
    if "image.new" not in about:
        return ""
    return f"image {before} -> {after}" if before != after else f"image {after}, with another digest"


def _tasks(about: Mapping[str, str]) -> str:
    return f"tasks {_differs(about, 'replicas')}" if "replicas.new" in about else ""


def _update(about: Mapping[str, str]) -> str:
    state = about.get("updatestate.new", "").replace("_", " ")
    if state == "updating":
        return "an update begins"
    return state if state.startswith("rollback") or not state else f"update {state}"


def _at(body: Mapping[str, Any]) -> datetime | None:
    told = body.get("timeNano")
    try:
        return _EPOCH + timedelta(microseconds=told // 1000) if isinstance(told, int) else None
    except OverflowError:
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _short(text: str) -> str:
    text = visible(text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
