"""What can be done to a task's container behind the swarm's back; the swarm sees its task end, and makes another.

Nothing here takes time: a process that is told to stop has stopped when the answer is there.
"""

from __future__ import annotations

import json

from coopnb.practice.containers import Container
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.containers import find_container
from coopnb.practice.handlers.query import read_int, read_uint32
from coopnb.practice.handlers.selection import read_prune
from coopnb.practice.mounts import volumes_of
from coopnb.practice.objects import Json
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import End, Request, Response, Unsubscribe, Write, empty, json_response
from coopnb.practice.wire_errors import Refusal, not_simulated

_SIGNALS = {
    name: number
    for number, names in {
        1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT IOT", 7: "BUS", 8: "FPE", 9: "KILL", 10: "USR1",
        11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM", 16: "STKFLT", 17: "CHLD CLD", 18: "CONT",
        19: "STOP", 20: "TSTP", 21: "TTIN", 22: "TTOU", 23: "URG", 24: "XCPU", 25: "XFSZ", 26: "VTALRM", 27: "PROF",
        28: "WINCH", 29: "IO POLL", 30: "PWR", 31: "SYS",
    }.items()
    for name in names.split()
}  # fmt: skip
_KILL, _TERM = 9, 15
_ENDS = (1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31)
"""Signals that end a process which does not handle them; a well-behaved one handles TERM, INT and QUIT."""
_POLITE = (2, 3, 15)
_ONCE = "a task's container runs once, and its service starts the next one"


def kill_container(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Send a container a signal (SIGKILL unless told otherwise); its task fails if that ends it."""
    try:
        signal = _signal(request.query.get("signal", "") or "KILL")
        container = find_container(swarm, asked_engine(swarm, request), reference)
        if container.state != "running":
            raise Refusal(409, f"container {container.id} is not running")
    except Refusal as refusal:
        raise Refusal(refusal.status, f"cannot kill container: {reference}: {refusal.message}") from None
    swarm.containers.signal(container, str(signal))
    if signal == _KILL or (signal in _ENDS and not _is_deaf(container)):
        code = swarm.world.image(container.image).stop_code if signal in _POLITE else 128 + signal
        swarm.processes.end(container, code)
    return empty(204)


def stop_container(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Stop a container, with SIGKILL if it does not hear; its task has ended then."""
    signal = _signal(request.query.get("signal", "") or "TERM") if request.version >= (1, 42) else _TERM
    read_int(request, "t")
    container = find_container(swarm, asked_engine(swarm, request), reference)
    if container.state != "running":
        return empty(304)
    _stop(swarm, container, signal)
    return empty(204)


def restart_container(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Stop a container; its task has ended then, and the swarm starts another in its place."""
    signal = _signal(request.query.get("signal", "") or "TERM") if request.version >= (1, 42) else _TERM
    read_int(request, "t")
    container = find_container(swarm, asked_engine(swarm, request), reference)
    if container.state != "running":
        raise not_simulated("POST", f"/containers/{reference[:64]}/restart of what does not run", _ONCE)
    _stop(swarm, container, signal)
    swarm.containers.tell(container, "restart")
    return empty(204)


def start_container(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Leave a container that runs as it is; one that has ended is not started again."""
    container = find_container(swarm, asked_engine(swarm, request), reference)
    if container.state == "running":
        return empty(304)
    raise not_simulated("POST", f"/containers/{reference[:64]}/start", _ONCE)


def wait_container(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Answer with a container's exit code as soon as it has ended (``condition``: or is removed)."""
    condition = request.query.get("condition", "") or "not-running"
    if condition not in ("not-running", "next-exit", "removed"):
        raise Refusal(400, f'invalid condition: "{condition}"')
    engine = asked_engine(swarm, request)
    container = find_container(swarm, engine, reference)
    if condition == "not-running" and container.state != "running":
        return Response(200, _exit(container), stream=True)

    def follow(write: Write, end: End) -> Unsubscribe:
        def hear(event: Json) -> None:
            action = "destroy" if condition == "removed" else "die"
            if (event["Type"], event["Action"], event["Actor"]["ID"]) == ("container", action, container.id):
                write(_exit(container))
                end()

        return swarm.events.listen(hear, engine.node_id)

    return Response(200, b"", stream=True, follow=follow)


def resize_container(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Take note of a terminal's size, which changes nothing here."""
    read_uint32(request, "h", "resize height")
    read_uint32(request, "w", "resize width")
    container = find_container(swarm, asked_engine(swarm, request), reference)
    if container.state != "running":
        raise Refusal(409, f"container {container.id} is not running")
    return empty()


def delete_container(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Remove a container that does not run, or by force; with ``v`` also its volumes without a name."""
    engine = asked_engine(swarm, request)
    container = find_container(swarm, engine, reference)
    if container.state == "running":
        if not request.flag("force"):
            text = "container is running: stop the container before removing or force remove"
            raise Refusal(409, f'cannot remove container "{reference}": {text}')
        swarm.containers.signal(container, str(_KILL))
        swarm.processes.end(container, 128 + _KILL)
    swarm.containers.destroy(container)
    if request.flag("v"):
        for mount in volumes_of(container):
            if mount.anonymous:
                engine.volumes.pop(mount.name, None)
    return empty(204)


def prune_containers(swarm: PracticeSwarm, request: Request) -> Response:
    """Remove every container that does not run."""
    engine = asked_engine(swarm, request)
    chosen = read_prune(request, swarm.clock.now, ("label", "label!", "until"))
    gone = [
        container
        for container in swarm.containers.on(engine.node_id)
        if container.state == "exited" and chosen.takes(container.labels, container.created)
    ]
    for container in gone:
        swarm.containers.destroy(container)
    swarm.events.emit_later(engine.node_id, "container", "prune", "", lambda: {"reclaimed": "0"})
    return json_response({"ContainersDeleted": [container.id for container in gone] or None, "SpaceReclaimed": 0})


def _stop(swarm: PracticeSwarm, container: Container, signal: int) -> None:
    swarm.containers.signal(container, str(signal))
    deaf = _is_deaf(container)
    if deaf:
        swarm.containers.signal(container, str(_KILL))
    code = 128 + _KILL if deaf else swarm.world.image(container.image).stop_code
    swarm.processes.end(container, code, stopped=True)


def _is_deaf(container: Container) -> bool:
    """A process whose probes fail hears no polite signal."""
    return container.health == "unhealthy"


def _signal(text: str) -> int:
    """The number of a signal that is given by number or name, with or without SIG."""
    if text.isascii() and text.isdecimal() and 0 < int(text[:4]) <= 64:
        return int(text[:4])
    number = _SIGNALS.get(text.upper().removeprefix("SIG"))
    if number is None:
        raise Refusal(400, f"invalid signal: {text[:64]}")
    return number


def _exit(container: Container) -> bytes:
    return json.dumps({"StatusCode": container.exit_code}, separators=(",", ":")).encode() + b"\n"
