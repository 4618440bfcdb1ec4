"""Which handler answers which call; what is not here is refused by name (501)."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote

from coopnb.practice.handlers import containers, events, images, logs, networks, nodes, services, system, tasks
from coopnb.practice.handlers.payloads import Payloads
from coopnb.practice.objects import Config, Secret
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.version import API, OLDEST_API, dotted
from coopnb.practice.wire import Request, Response
from coopnb.practice.wire_errors import Refusal, not_simulated

_LOG = logging.getLogger("coopnb.practice")
_Handler = Callable[..., Response]

_SECRETS = Payloads("secret", Secret, 512_000)
_CONFIGS = Payloads("config", Config, 1_024_000)
_ONE = "([^/]+)"

_TABLE: tuple[tuple[str, str, _Handler], ...] = (
    ("GET", "/_ping", system.ping),
    ("HEAD", "/_ping", system.ping),
    ("GET", "/version", system.version),
    ("GET", "/info", system.info),
    ("GET", "/swarm", system.swarm_inspect),
    ("GET", "/events", events.events),
    ("GET", "/nodes", nodes.list_nodes),
    ("GET", f"/nodes/{_ONE}", nodes.inspect_node),
    ("POST", f"/nodes/{_ONE}/update", nodes.update_node),
    ("GET", "/services", services.list_services),
    ("POST", "/services/create", services.create_service),
    ("GET", f"/services/{_ONE}", services.inspect_service),
    ("POST", f"/services/{_ONE}/update", services.update_service),
    ("DELETE", f"/services/{_ONE}", services.delete_service),
    ("GET", f"/services/{_ONE}/logs", logs.service_logs),
    ("GET", "/tasks", tasks.list_tasks),
    ("GET", f"/tasks/{_ONE}", tasks.inspect_task),
    ("GET", f"/tasks/{_ONE}/logs", logs.task_logs),
    ("GET", "/networks", networks.list_networks),
    ("POST", "/networks/create", networks.create_network),
    ("GET", f"/networks/{_ONE}", networks.inspect_network),
    ("DELETE", f"/networks/{_ONE}", networks.delete_network),
    *(
        row
        for path, kind in (("/secrets", _SECRETS), ("/configs", _CONFIGS))
        for row in (
            ("GET", path, kind.list),
            ("POST", f"{path}/create", kind.create),
            ("GET", f"{path}/{_ONE}", kind.inspect),
            ("POST", f"{path}/{_ONE}/update", kind.update),
            ("DELETE", f"{path}/{_ONE}", kind.delete),
        )
    ),
    ("GET", "/volumes", images.list_volumes),
    ("GET", "/images/json", images.list_images),
    ("GET", "/distribution/(.+)/json", images.distribution),
    ("GET", "/containers/json", containers.list_containers),
    ("GET", f"/containers/{_ONE}/json", containers.inspect_container),
    ("GET", f"/containers/{_ONE}/logs", logs.container_logs),
)
_ROUTES = tuple((method, re.compile(path), handler) for method, path, handler in _TABLE)
_VERSIONED = re.compile(r"/v(\d{1,3})\.(\d{1,3})(/.*)")


def answer(swarm: PracticeSwarm, request: Request) -> Response:
    """Answer one request; whatever goes wrong becomes an answer too."""
    try:
        swarm.clock.catch_up()
        swarm.settle()
        request = _versioned(request)
        swarm.pace.before(request)
        response = _dispatch(swarm, request)
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


def _versioned(request: Request) -> Request:
    """The request without its version prefix, which must be one that is spoken here."""
    found = _VERSIONED.fullmatch(request.path)
    if found is None:
        return request
    version = (int(found[1]), int(found[2]))
    if version > API:
        raise Refusal(
            400, f"client version {dotted(version)} is too new. Maximum supported API version is {dotted(API)}"
        )
    if version < OLDEST_API:
        text = f"client version {dotted(version)} is too old. Minimum supported API version is {dotted(OLDEST_API)}, "
        raise Refusal(400, text + "please upgrade your client to a newer version")
    return replace(request, path=found[3], version=version)


def _dispatch(swarm: PracticeSwarm, request: Request) -> Response:
    for method, pattern, handler in _ROUTES:
        found = pattern.fullmatch(request.path) if method == request.method else None
        if found is not None:
            return handler(swarm, request, *found.groups())
    raise not_simulated(request.method, request.path[:200])
