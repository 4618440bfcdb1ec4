"""Logs of services, tasks and containers: frames with an 8-byte head, unless the container has a terminal."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from coopnb.practice.clock import rfc3339
from coopnb.practice.containers import Container, LogLine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.containers import find_container
from coopnb.practice.handlers.log_gaps import error_frame, gaps, is_silent
from coopnb.practice.handlers.moment import read_moment
from coopnb.practice.handlers.services import find_service
from coopnb.practice.handlers.tasks import find_task
from coopnb.practice.objects import Json
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import End, Request, Response, Unsubscribe, Write
from coopnb.practice.wire_errors import Refusal

RAW, MULTIPLEXED = "application/vnd.docker.raw-stream", "application/vnd.docker.multiplexed-stream"
_NO_STREAM = "Bad parameters: you must choose at least one stream"
_TASK_LABELS = ("com.docker.swarm.node.id", "com.docker.swarm.service.id", "com.docker.swarm.task.id")


def service_logs(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Read the output of all tasks of a service."""
    _need_streams(request, 500)
    service = find_service(swarm, reference)
    _check_tail(request)
    view = _view(request, service.spec["TaskTemplate"], of_swarm=True)
    missing = gaps(swarm, swarm.store.tasks_of(service.id), alone=False)
    return _logs(swarm, request, view, lambda container: container.task.service_id == service.id, missing=missing)


def task_logs(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Read the output of one task."""
    _need_streams(request, 500)
    task = find_task(swarm, reference)
    _check_tail(request)
    view = _view(request, task.spec, of_swarm=True)
    missing = gaps(swarm, [task], alone=True)
    return _logs(swarm, request, view, lambda container: container.task.id == task.id, missing=missing)


def container_logs(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Read the output of one container of the engine; followed, it ends with the container."""
    _need_streams(request, 400)
    wanted = find_container(swarm, asked_engine(swarm, request), reference)
    view = _view(request, wanted.task.spec, of_swarm=False)
    return _logs(swarm, request, view, lambda container: container.id == wanted.id, wanted)


_STDOUT = 1


@dataclass(frozen=True, slots=True)
class _View:
    streams: frozenset[int]
    since: int
    until: int | None
    timestamps: bool
    details: bool
    terminal: bool
    of_swarm: bool

    def shows(self, line: LogLine) -> bool:
        """Whether a line was asked for; a terminal's lines are all of stdout."""
        return (
            (_STDOUT if self.terminal else line.stream) in self.streams
            and line.moment >= self.since
            and (self.until is None or line.moment <= self.until)
        )

    def frame(self, container: Container, line: LogLine) -> bytes:
        text = line.text
        if self.details:
            labels = container.swarm_labels if self.of_swarm else {}
            text = ",".join(f"{name}={quote(labels[name])}" for name in _TASK_LABELS if name in labels) + " " + text
        if self.timestamps:
            text = f"{_padded(line.moment)} {text}"
        if self.terminal:
            return text.encode() + b"\r\n"
        data = text.encode() + b"\n"
        return struct.pack(">BxxxL", line.stream, len(data)) + data


def _need_streams(request: Request, status: int) -> None:
    if not (request.flag("stdout") or request.flag("stderr")):
        raise Refusal(status, _NO_STREAM)


def _check_tail(request: Request) -> None:
    """What a swarm's logs do not take as ``tail``; a container's take anything for all."""
    tail = request.query.get("tail", "")
    if tail in ("", "all"):
        return
    digits = tail.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise Refusal(500, 'tail value must be a positive integer or "all"')
    if tail.startswith("-"):
        raise Refusal(500, "negative tail values not supported")


def _view(request: Request, template: Json, *, of_swarm: bool) -> _View:
    what = "could not parse since timestamp: " if of_swarm else ""
    return _View(
        frozenset(number for number, name in ((1, "stdout"), (2, "stderr")) if request.flag(name)),
        read_moment(request.query.get("since", ""), what) or 0,
        None if of_swarm else read_moment(request.query.get("until", "")),
        request.flag("timestamps"),
        request.flag("details"),
        bool(template["ContainerSpec"].get("TTY")),
        of_swarm,
    )


def _logs(
    swarm: PracticeSwarm,
    request: Request,
    view: _View,
    wanted: Callable[[Container], bool],
    only: Container | None = None,
    missing: str = "",
) -> Response:
    def heard(container: Container) -> bool:
        return wanted(container) and (only is not None or not is_silent(swarm, container.node_id))

    containers = [only] if only is not None else [item for item in swarm.containers.all() if heard(item)]
    body = b"".join(
        view.frame(container, line) for container, line in _tail(containers, view, request.query.get("tail", "all"))
    )
    kind = RAW if view.terminal or request.version < (1, 42) else MULTIPLEXED
    past = view.until is not None and view.until <= swarm.clock.now
    if not request.flag("follow") or past or (only is not None and only.state != "running"):
        if missing:
            body += error_frame(missing, terminal=view.terminal)
        return Response(200, body, kind, stream=True)

    def follow(write: Write, end: End) -> Unsubscribe:
        def hear(container: Container, line: LogLine) -> None:
            if heard(container) and view.shows(line):
                write(view.frame(container, line))

        def hear_event(event: Json) -> None:
            if event["Type"] == "container" and event["Action"] == "die" and event["Actor"]["ID"] == only_id:
                end()

        only_id = only.id if only is not None else ""
        leaves = [swarm.containers.read(hear)]
        if only is not None:
            leaves.append(swarm.events.listen(hear_event, only.node_id if _is_elsewhere(swarm, only) else ""))
        timer = swarm.clock.tell(view.until - swarm.clock.now, end) if view.until is not None else None

        def leave() -> None:
            for stop in leaves:
                stop()
            if timer is not None:
                timer.cancel()

        return leave

    return Response(200, body, kind, stream=True, follow=follow)


def _is_elsewhere(swarm: PracticeSwarm, container: Container) -> bool:
    return container.node_id != swarm.engines.home.node_id


def _tail(containers: list[Container], view: _View, tail: str) -> list[tuple[Container, LogLine]]:
    """The lines to show, by time; ``tail`` counts a container's last lines of both streams, as dockerd does."""
    kept: list[tuple[Container, LogLine]] = []
    for container in containers:
        lines = list(container.lines)
        if tail.isascii() and tail.isdigit():
            count = int(tail[:9])
            lines = lines[-count:] if count else []
        kept += [(container, line) for line in lines if view.shows(line)]
    return sorted(kept, key=lambda item: item[1].moment)


def _padded(moment: int) -> str:
    """A timestamp of fixed width, as log drivers write it."""
    whole, _, fraction = rfc3339(moment).removesuffix("Z").partition(".")
    return f"{whole}.{fraction.ljust(9, '0')}Z"
