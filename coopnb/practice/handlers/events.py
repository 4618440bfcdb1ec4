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
from coopnb.practice.world import familiar

_NAMED = ("config", "container", "daemon", "network", "node", "plugin", "secret", "service", "volume")
_WITH_DETAIL = {"health_status", "exec_create", "exec_start"}


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
    attributes = event["Actor"]["Attributes"]
    return (
        filters.exact("type", event["Type"])
        and filters.exact("scope", event["scope"])
        and filters.labels("label", attributes)
        and _is_action(filters, event["Action"])
        and all(filters.prefix(word, event["Actor"]["ID"], attributes.get("name", "")) for word in _NAMED)
        and _is_of_image(filters, event)
    )


def _is_action(filters: Filters, action: str) -> bool:
    """Whether an action was asked for; with one that brings details, a beginning is enough for all (moby #25798)."""
    if _WITH_DETAIL.intersection(filters.get("event")):
        return filters.prefix("event", action)
    return filters.exact("event", action)


def _is_of_image(filters: Filters, event: Json) -> bool:
    """Whether an event is of an image, or of a container of it, with or without its tag."""
    name = event["Actor"]["Attributes"].get("name" if event["Type"] == "image" else "image", "")
    bare = familiar(name).rpartition(":")[0] if name else ""
    return not filters.get("image") or any(
        value in (event["Actor"]["ID"], name, bare) for value in filters.get("image")
    )
