"""Answers requests: speaks versions, finds the handler of a call, and turns what goes wrong into an answer."""

from __future__ import annotations

import logging
import posixpath
import re
import traceback
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, quote, unquote

from coopnb.practice.handlers.asked import asked_engine, need_manager
from coopnb.practice.handlers.containers import find_container
from coopnb.practice.route_table import ABSENT, ROUTES, Absent, Route, pattern
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.version import API, OLDEST_API, dotted
from coopnb.practice.wire import Request, Response, empty
from coopnb.practice.wire_errors import Refusal, not_simulated

_LOG = logging.getLogger("coopnb.practice")

_READS = ("GET", "HEAD", "OPTIONS")
_VERSIONED = re.compile(r"/v(1\.[0-9]{1,6})(/.*)")
_PLAIN_BEFORE = (1, 24)


def answer(swarm: PracticeSwarm, request: Request) -> Response:
    """Answer one request; whatever goes wrong becomes an answer too."""
    try:
        swarm.clock.catch_up()
        swarm.settle()
        if swarm.engine_down(request.engine):
            raise Refusal(
                503, f"the machine of {request.engine or swarm.engines.home.hostname} is down: nobody answers"
            )
        moment = swarm.journal.moment()
        request = _versioned(request, swarm.world.minimum_api or OLDEST_API)
        swarm.pace.before(request)
        response = _dispatch(swarm, request)
        if request.method not in _READS and response.status < 400:
            swarm.journal.call(moment, request)
        swarm.settle()
    except Refusal as refusal:
        response = refusal.response()
    except Exception:
        _LOG.error("%s %s failed\n%s", request.method, request.path, traceback.format_exc())
        text = f"the practice swarm failed on {request.method} {request.path}; its log says more"
        response = Refusal(500, text).response()
    swarm.pace.after(request)
    return response


def read_request(
    method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None, engine: str = ""
) -> Request:
    """A request from its method and target (path and query, percent-encoded), asked of the engine of a node."""
    path, _, query = target.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=None)
    first: dict[str, str] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    named = {name.lower(): value for name, value in (headers or {}).items()}
    return Request(method, unquote(path, errors="replace"), first, body, named, target, engine=engine)


def _versioned(request: Request, oldest: tuple[int, int]) -> Request:
    """The request without its version prefix, which must be one that is spoken here."""
    found = _VERSIONED.fullmatch(request.path)
    if found is None:
        return replace(request, version=API)
    said, path = found.groups()
    version = _number(said)
    if version < oldest:
        text = f"client version {said} is too old. Minimum supported API version is {dotted(oldest)}, "
        raise Refusal(400, text + "please upgrade your client to a newer version", plain=version < _PLAIN_BEFORE)
    if version > API:
        raise Refusal(400, f"client version {said} is too new. Maximum supported API version is {dotted(API)}")
    return replace(request, path=path, version=version)


def _number(said: str) -> tuple[int, int]:
    """The major and minor number of a version; what is no number counts as 0."""
    parts = [int(part or 0) for part in said.split(".")] + [0]
    return parts[0], parts[1]


def _dispatch(swarm: PracticeSwarm, request: Request) -> Response:
    if request.method == "OPTIONS":
        return empty()
    for expression, row in _ROWS.get((request.method, _first_segment(request.path)), ()):
        found = expression.fullmatch(request.path)
        if found is None:
            continue
        engine = asked_engine(swarm, request)
        if isinstance(row, Absent):
            if row.path.startswith("/containers/{id}"):
                find_container(swarm, engine, found[1])
            raise not_simulated(request.method, request.path[:200], row.why)
        if row.manager:
            need_manager(engine)
        return row.handler(swarm, request, *found.groups())
    tidy = posixpath.normpath("/" + request.path.strip("/")) if request.path.strip("/") else "/"
    if tidy != request.path.rstrip("/") and request.path != "/":
        return Response(301, b"", "text/html; charset=utf-8", {"Location": quote(tidy)})
    raise Refusal(404, "page not found")


def _first_segment(path: str) -> str:
    return path[1:].partition("/")[0]


def _by_beginning() -> dict[tuple[str, str], list[tuple[re.Pattern[str], Route | Absent]]]:
    """The table by method and first segment, so that a call is compared with few rows."""
    rows: dict[tuple[str, str], list[tuple[re.Pattern[str], Route | Absent]]] = {}
    table: tuple[Route | Absent, ...] = (*ROUTES, *ABSENT)
    for row in table:
        rows.setdefault((row.method, _first_segment(row.path)), []).append((pattern(row.path), row))
    return rows


_ROWS = _by_beginning()
