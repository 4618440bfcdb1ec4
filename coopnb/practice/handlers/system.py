"""/_ping and /version: how clients and the engine find out what they have in common."""

from __future__ import annotations

from coopnb.practice.clock import rfc3339
from coopnb.practice.engines import Engine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.version import API, ENGINE, OLDEST_API, dotted
from coopnb.practice.wire import Request, Response, json_response


def ping(swarm: PracticeSwarm, request: Request) -> Response:
    """Say that the engine is there, with the headers by which clients negotiate."""
    headers = {
        "Builder-Version": "2",
        "Cache-Control": "no-cache, no-store, must-revalidate",
        "Pragma": "no-cache",
        "Swarm": _membership(asked_engine(swarm, request)),
    }
    body = b"" if request.method == "HEAD" else b"OK"
    return Response(200, body, "text/plain; charset=utf-8", headers)


def version(swarm: PracticeSwarm, _request: Request) -> Response:
    """Show the versions of the engine and of its API."""
    about = {
        "Version": ENGINE,
        "ApiVersion": dotted(API),
        "MinAPIVersion": dotted(swarm.world.minimum_api or OLDEST_API),
        "GitCommit": "practice",
        "GoVersion": "none",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": "practice",
        "BuildTime": rfc3339(swarm.born),
    }
    details = {name: value for name, value in about.items() if name != "Version"}
    component = {"Name": "Engine", "Version": ENGINE, "Details": {**details, "Experimental": "false"}}
    return json_response({"Platform": {"Name": "coopnb practice swarm"}, "Components": [component], **about})


def _membership(engine: Engine) -> str:
    if not engine.node_id:
        return "inactive"
    return "active/manager" if engine.is_manager else "active/worker"
