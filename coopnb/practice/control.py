"""The control socket: faults, time and the state of a practice swarm, apart from what an engine would answer.

It is there while every engine is down::

    GET  /status                          who, where, what time it is, what runs, what is broken
    GET  /faults                          every fault there is, with what it is put in
    POST /fault    {"name", "target"}     put a fault in, or mend it; further keys are its settings
    POST /advance  {"seconds"}            let time go by
    GET  /state                           the journal: what a state file holds

Time can be advanced on every clock: a real one is then that much ahead of the machine's. A refusal is
``{"what": ..., "next": ...}``.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from coopnb.practice.binding import bind_private
from coopnb.practice.clock import SECOND, RealClock, rfc3339
from coopnb.practice.faults import Fault, FaultError
from coopnb.practice.journal import JournalError
from coopnb.practice.objects import Node, Service
from coopnb.practice.server import Doors, no_access_log
from coopnb.practice.specs.render import service_status
from coopnb.practice.status import FaultKind, NodeStatus, Places, ServiceStatus, Status, plain_time
from coopnb.practice.swarm import PracticeSwarm

LONGEST_JUMP = 31 * 24 * 3600
"""Seconds that one call may advance: everybody waits while what falls due in them happens."""

_BODY_LIMIT = 64 * 1024
_LOG = logging.getLogger("coopnb.practice")


class Refused(Exception):
    """The control says no: what is wrong, and what to do."""

    def __init__(self, what: str, then: str, status: int = 400) -> None:
        super().__init__(what)
        self.what = what
        self.then = then
        self.status = status


class Control:
    """What can be asked of a practice swarm beside its engines."""

    def __init__(self, doors: Doors, world: str, places: Places) -> None:
        self._doors = doors
        self._swarm = doors.swarm
        self._world = world
        self._places = places

    def answer(self, method: str, path: str, body: bytes) -> Any:
        """Answer one call.

        Raises:
            Refused: it cannot be done, or makes no sense.
        """
        table: dict[tuple[str, str], Callable[[], Any]] = {
            ("GET", "/status"): lambda: look(self._swarm, self._world, self._places).to_json(),
            ("GET", "/faults"): lambda: [asdict(_shown(fault)) for fault in self._swarm.faults.known],
            ("POST", "/fault"): lambda: self._fault(_read(body)),
            ("POST", "/advance"): lambda: self._advance(_read(body)),
            ("GET", "/state"): self._state,
        }
        act = table.get((method, path))
        if act is None:
            known = ", ".join(" ".join(call) for call in table)
            raise Refused(f"there is no {method} {path}", f"Ask for one of: {known}", 404)
        self._swarm.clock.catch_up()
        self._swarm.settle()
        try:
            return act()
        finally:
            self._swarm.settle()
            self._doors.attend()

    def _fault(self, given: dict[str, Any]) -> Any:
        name, target, settings = given.pop("name", None), given.pop("target", ""), given
        if not isinstance(name, str) or not isinstance(target, str):
            raise Refused("a fault has a name and a target, both of them text", "Ask for /faults to see them all.")
        if "self" in settings:
            raise Refused(f"{name} has no setting 'self'", "Ask for /faults to see them all.")
        try:
            return {"said": self._swarm.faults.apply(name, target, **settings)}
        except FaultError as error:
            known = f"there are {', '.join(error.known)}" if error.known else ""
            then = "\n".join(part for part in (error.hint, known) if part)
            raise Refused(error.what, then or "coopnb practice fault --list shows all faults") from error

    def _state(self) -> bytes:
        try:
            return self._swarm.save().encode()
        except JournalError as error:
            raise Refused("the state cannot be saved", str(error)) from error

    def _advance(self, given: dict[str, Any]) -> Any:
        seconds = given.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_JUMP:
            raise Refused(
                f"time cannot be advanced by {seconds!r} seconds",
                f"Give a number above 0, at most {LONGEST_JUMP} (31 days).",
            )
        self._swarm.clock.advance(round(seconds * SECOND))
        return {"now": rfc3339(self._swarm.clock.now)}


def look(swarm: PracticeSwarm, world: str, places: Places) -> Status:
    """The swarm as it stands."""
    clock = swarm.clock
    nodes = (
        NodeStatus(node.hostname, node.role, node.state, node.availability, not swarm.engine_down(node.hostname))
        for node in swarm.store.all(Node)
    )
    return Status(
        pid=os.getpid(),
        world=world,
        seed=swarm.seed,
        clock=clock.mode,
        speed=clock.speed if isinstance(clock, RealClock) else 1.0,
        now=rfc3339(clock.now),
        uptime=(clock.now - swarm.born) / SECOND,
        places=places,
        nodes=tuple(nodes),
        services=tuple(_service(swarm, service) for service in swarm.store.all(Service)),
        faults=tuple(_broken(swarm)),
    )


def listen(control: Control, path: Path) -> HTTPServer:
    """Serve the control on a unix socket that only its owner may use.

    Raises:
        OSError: somebody listens there, or the path cannot be used.
    """
    application = Application([(r".*", _Desk, {"control": control})], log_function=no_access_log)
    server = HTTPServer(application, max_body_size=_BODY_LIMIT)
    server.add_sockets([bind_private(path)])
    return server


class _Desk(RequestHandler):
    SUPPORTED_METHODS = ("GET", "POST")

    def initialize(self, control: Control) -> None:
        self._control = control

    def _answer(self) -> None:
        method, path = self.request.method or "", self.request.path
        try:
            said, status = self._control.answer(method, path, self.request.body), 200
        except Refused as refused:
            said, status = {"what": refused.what, "next": refused.then}, refused.status
        except Exception:
            _LOG.exception("%s %s failed", method, path)
            said, status = {"what": f"{method} {path} failed", "next": "The swarm's process.log says more."}, 500
        self.set_status(status)
        if isinstance(said, bytes):
            self.set_header("Content-Type", "application/octet-stream")
            self.finish(said)
        else:
            self.set_header("Content-Type", "application/json")
            self.finish(json.dumps(said))

    get = post = _answer

    def compute_etag(self) -> None:
        return None


def _broken(swarm: PracticeSwarm) -> Iterator[str]:
    """What is broken on purpose, and what was meant to be and could not."""
    for fault in swarm.faults.active():
        yield f"{fault.sentence.removesuffix('.')} (since {plain_time(rfc3339(fault.since))})"
    for missed in swarm.faults.missed:
        yield f"could not happen: {missed}"


def _shown(fault: Fault) -> FaultKind:
    settings = tuple(f"{setting.name}={setting.default:g}" for setting in fault.settings)
    target = "" if fault.target == "nothing" else f"[{fault.target}]" if fault.optional else fault.target
    return FaultKind(fault.name, target, fault.summary, fault.inverse, settings)


def _service(swarm: PracticeSwarm, service: Service) -> ServiceStatus:
    numbers = service_status(service, swarm.store.tasks_of(service.id))
    return ServiceStatus(service.name, numbers["RunningTasks"], numbers["DesiredTasks"])


def _read(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refused("the body is no JSON object", 'Send one, as {"seconds": 30}.')
    return value
