"""/events: past events since a time, and then what happens, a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable

from coopnb.practice.handlers.moment import read_moment
from coopnb.practice.objects import Json
from coopnb.practice.specs.filters import Filters, read_filters
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, Unsubscribe

_ACCEPTED = (
    *("config", "container", "daemon", "event", "image", "label", "network", "node"),
    *("plugin", "scope", "secret", "service", "type", "volume"),
)


def events(swarm: PracticeSwarm, request: Request) -> Response:
    """The stream; it ends at ``until``, or never."""
    filters = read_filters(request, _ACCEPTED)
    since, until = read_moment(request.query.get("since", "")), read_moment(request.query.get("until", ""))
    past = b""
    if since is not None or (until is not None and until <= swarm.clock.now):
        past = b"".join(
            _line(event)
            for event in swarm.events.past()
            if event["timeNano"] >= (since or 0)
            and (until is None or event["timeNano"] <= until)
            and _passes(filters, event)
        )
    if until is not None and until <= swarm.clock.now:
        return Response(200, past)

    def follow(write: Callable[[bytes], None], end: Callable[[], None]) -> Unsubscribe:
        def hear(event: Json) -> None:
            if _passes(filters, event):
                write(_line(event))

        stop = swarm.events.listen(hear)
        timer = swarm.clock.after(until - swarm.clock.now, end) if until is not None else None

        def leave() -> None:
            stop()
            if timer is not None:
                timer.cancel()

        return leave

    return Response(200, past, follow=follow)


def _line(event: Json) -> bytes:
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _passes(filters: Filters, event: Json) -> bool:
    kind, actor = event["Type"], event["Actor"]
    attributes = actor["Attributes"]
    own = filters.get(kind)
    others = [
        name
        for name in ("service", "node", "network", "secret", "config", "container", "volume")
        if name != kind and filters.get(name)
    ]
    return (
        filters.exact("type", kind)
        and filters.exact("scope", event["scope"])
        and (
            not filters.get("event")
            or any(event["Action"] == name or event["Action"].startswith(f"{name}:") for name in filters.get("event"))
        )
        and filters.labels("label", attributes)
        and (bool(own) or not others)
        and (
            not own
            or any(value in (actor["ID"], attributes.get("name")) or actor["ID"].startswith(value) for value in own)
        )
    )
