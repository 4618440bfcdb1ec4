"""/plugins: there is none, and none can be had."""

from __future__ import annotations

from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, json_response
from coopnb.practice.wire_errors import Refusal


def list_plugins(_swarm: PracticeSwarm, _request: Request) -> Response:
    """List the plugins: none."""
    return json_response([])


def inspect_plugin(_swarm: PracticeSwarm, _request: Request, name: str) -> Response:
    """Look for a plugin, which is not there (``docker inspect`` asks here last)."""
    raise Refusal(404, f'plugin "{name}" not found')
