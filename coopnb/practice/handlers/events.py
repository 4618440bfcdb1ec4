"""/events: past events since a time, and then what happens, a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable

from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.moment import read_moment
from coopnb.practice.objects import Json
from coopnb.practice.specs.filters import Filters, read_filters
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, Unsubscribe
from coopnb.practice.wire_errors import Refusal

_OBJECTS = ("config", "container", "image", "network", "node", "secret", "service", "volume")


def events(swarm: PracticeSwarm, request: Request) -> Response:
    """Stream what happens, from ``since`` until ``until`` (or for ever)."""
    engine = asked_engine(swarm, request)
    teller = "" if engine is swarm.engines.home else engine.node_id
    filters = read_filters(request, None)
    since, until = read_moment(request.query.get("since", "")), read_moment(request.query.get("until", ""))
    if since is not None and until is not None and until < since:
        asked = request.query["since"], request.query["until"]
        raise Refusal(400, f"`since` time ({asked[0]}) cannot be after `until` time ({asked[1]})")
    ended = until is not None and until <= swarm.clock.now
    past = b""
    if since is not None or ended:
        first, last = since or 0, swarm.clock.now if until is None else until
        remembered = (event for event in swarm.events.past(teller) if first <= event["timeNano"] <= last)
        past = b"".join(_line(event) for event in remembered if _passes(filters, event))
    if ended:
        return Response(200, past, stream=True)

    def follow(write: Callable[[bytes], None], end: Callable[[], None]) -> Unsubscribe:
        def hear(event: Json) -> None:
            if _passes(filters, event):
                write(_line(event))

        stop = swarm.events.listen(hear, teller)
        timer = swarm.clock.tell(until - swarm.clock.now, end) if until is not None else None

        def leave() -> None:
            stop()
            if timer is not None:
                timer.cancel()

        return leave

    return Response(200, past, stream=True, follow=follow)


def _line(event: Json) -> bytes:
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _passes(filters: Filters, event: Json) -> bool:
    kind, attributes = event["Type"], event["Actor"]["Attributes"]
    return (
        filters.exact("type", kind)
        and filters.exact("scope", event["scope"])
        and filters.labels("label", attributes)
        and (not filters.get("event") or any(_is_action(event["Action"], name) for name in filters.get("event")))
        and _is_about(filters, kind, event["Actor"]["ID"], attributes.get("name", ""))
    )


def _is_action(action: str, wanted: str) -> bool:
    return action == wanted or action.startswith(f"{wanted}:")


def _is_about(filters: Filters, kind: str, object_id: str, name: str) -> bool:
    """Whether an event is of an object that was asked for; asked for none, every event is."""
    asked = [word for word in _OBJECTS if filters.get(word)]
    return not asked or any(value == name or object_id.startswith(value) for value in filters.get(kind))
