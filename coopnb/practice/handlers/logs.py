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
from coopnb.practice.handlers.moment import read_moment
from coopnb.practice.handlers.services import find_service
from coopnb.practice.handlers.tasks import find_task
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, Unsubscribe
from coopnb.practice.wire_errors import Refusal


def service_logs(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """The output of all tasks of a service."""
    service = find_service(swarm, reference)
    return _logs(swarm, request, lambda container: container.task.service_id == service.id)


def task_logs(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """The output of one task."""
    task = find_task(swarm, reference)
    return _logs(swarm, request, lambda container: container.task.id == task.id)


def container_logs(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """The output of one container of the engine one talks to."""
    wanted = find_container(swarm, asked_engine(swarm, request), reference)
    return _logs(swarm, request, lambda container: container.id == wanted.id)


@dataclass(frozen=True, slots=True)
class _View:
    streams: frozenset[int]
    since: int
    until: int | None
    timestamps: bool
    details: bool

    def shows(self, line: LogLine) -> bool:
        return (
            line.stream in self.streams
            and line.moment >= self.since
            and (self.until is None or line.moment <= self.until)
        )

    def frame(self, container: Container, line: LogLine) -> bytes:
        text = line.text
        if self.details:
            labels = container.swarm_labels
            names = ("com.docker.swarm.node.id", "com.docker.swarm.service.id", "com.docker.swarm.task.id")
            text = ",".join(f"{name}={quote(labels[name])}" for name in names) + " " + text
        if self.timestamps:
            text = f"{_padded(line.moment)} {text}"
        data = text.encode() + b"\n"
        if container.task.spec["ContainerSpec"].get("TTY"):
            return data
        return struct.pack(">BxxxL", line.stream, len(data)) + data


def _logs(swarm: PracticeSwarm, request: Request, wanted: Callable[[Container], bool]) -> Response:
    streams = frozenset(number for number, name in ((1, "stdout"), (2, "stderr")) if request.flag(name))
    if not streams:
        raise Refusal(500, "Bad parameters: you must choose at least one stream")
    view = _View(
        streams,
        read_moment(request.query.get("since", "")) or 0,
        read_moment(request.query.get("until", "")),
        request.flag("timestamps"),
        request.flag("details"),
    )
    containers = [container for container in swarm.containers.all() if wanted(container)]
    body = b"".join(
        view.frame(container, line) for container, line in _tail(containers, view, request.query.get("tail", "all"))
    )
    kind = "application/vnd.docker.multiplexed-stream"
    if not request.flag("follow"):
        return Response(200, body, kind, stream=True)

    def follow(write: Callable[[bytes], None], _end: Callable[[], None]) -> Unsubscribe:
        def hear(container: Container, line: LogLine) -> None:
            if wanted(container) and view.shows(line):
                write(view.frame(container, line))

        return swarm.containers.read(hear)

    return Response(200, body, kind, stream=True, follow=follow)


def _tail(containers: list[Container], view: _View, tail: str) -> list[tuple[Container, LogLine]]:
    """The lines to show, by time; ``tail`` counts the last lines of each container, as dockerd does."""
    kept: list[tuple[Container, LogLine]] = []
    for container in containers:
        lines = [line for line in container.lines if view.shows(line)]
        if tail.isascii() and tail.isdigit():
            count = int(tail[:9])
            lines = lines[-count:] if count else []
        kept += [(container, line) for line in lines]
    return sorted(kept, key=lambda item: item[1].moment)


def _padded(moment: int) -> str:
    """A timestamp of fixed width, as log drivers write it."""
    whole, _, fraction = rfc3339(moment).removesuffix("Z").partition(".")
    return f"{whole}.{fraction.ljust(9, '0')}Z"
