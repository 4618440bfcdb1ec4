"""/containers: the tasks' containers on the engine one talks to."""

from __future__ import annotations

from coopnb.practice.clock import SECOND, rfc3339
from coopnb.practice.containers import Container
from coopnb.practice.engines import Engine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.ids import digest_of
from coopnb.practice.objects import Json
from coopnb.practice.specs.filters import read_filters
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, json_response
from coopnb.practice.wire_errors import Refusal
from coopnb.practice.world import familiar

_ACCEPTED = (
    *("ancestor", "before", "exited", "expose", "health", "id", "isolation", "is-task", "label"),
    *("name", "network", "publish", "since", "status", "volume"),
)
_NO_TIME = "0001-01-01T00:00:00Z"


def list_containers(swarm: PracticeSwarm, request: Request) -> Response:
    """List the engine's containers: those that run, or with ``all`` also those that do not."""
    engine = asked_engine(swarm, request)
    filters = read_filters(request, _ACCEPTED)
    every = request.flag("all") or bool(filters.get("status"))
    kept = [
        container
        for container in swarm.containers.on(engine.node_id)
        if (every or container.state == "running")
        and filters.prefix("id", container.id)
        and filters.part("name", container.task.name)
        and filters.exact("status", container.state)
        and filters.exact("health", container.health or "none")
        and filters.labels("label", container.labels)
        and filters.exact("is-task", "true")
    ]
    return json_response([_summary(swarm, container) for container in kept])


def inspect_container(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Show one container."""
    container = find_container(swarm, asked_engine(swarm, request), reference)
    spec = container.task.spec["ContainerSpec"]
    state: Json = {
        "Status": container.state,
        "Running": container.state == "running",
        "Paused": False,
        "Restarting": False,
        "OOMKilled": container.oom_killed,
        "Dead": False,
        "Pid": container.pid,
        "ExitCode": container.exit_code,
        "Error": container.error,
        "StartedAt": rfc3339(container.started) if container.started else _NO_TIME,
        "FinishedAt": rfc3339(container.finished) if container.finished else _NO_TIME,
    }
    if container.health:
        state["Health"] = {
            "Status": container.health,
            "FailingStreak": container.failing_streak,
            "Log": [
                {
                    "Start": rfc3339(probe.start),
                    "End": rfc3339(probe.end),
                    "ExitCode": probe.exit_code,
                    "Output": probe.output,
                }
                for probe in container.probes
            ],
        }
    return json_response(
        {
            "Id": container.id,
            "Created": rfc3339(container.created),
            "Path": (spec.get("Command") or [""])[0],
            "Args": spec.get("Args") or [],
            "State": state,
            "Image": digest_of(familiar(container.image)),
            "Name": "/" + container.task.name,
            "RestartCount": 0,
            "Driver": "practice",
            "Platform": "linux",
            "Mounts": [],
            "Config": {
                "Hostname": spec.get("Hostname") or container.id[:12],
                "User": spec.get("User", ""),
                "Tty": spec.get("TTY", False),
                "Env": spec.get("Env") or [],
                "Cmd": spec.get("Args"),
                "Entrypoint": spec.get("Command"),
                "Image": container.image,
                "WorkingDir": spec.get("Dir", ""),
                "Labels": container.labels,
            },
            "HostConfig": {"NetworkMode": "default", "LogConfig": {"Type": "json-file", "Config": {}}},
            "NetworkSettings": {"Networks": {}},
        }
    )


def find_container(swarm: PracticeSwarm, engine: Engine, reference: str) -> Container:
    """The container of an engine that an id, a name or the beginning of an id means.

    Raises:
        Refusal: 404, there is none.
    """
    name = reference.removeprefix("/")
    for container in swarm.containers.on(engine.node_id):
        if reference and (container.task.name == name or container.id.startswith(reference)):
            return container
    raise Refusal(404, f"No such container: {reference}")


def _summary(swarm: PracticeSwarm, container: Container) -> Json:
    spec = container.task.spec["ContainerSpec"]
    command = " ".join([*(spec.get("Command") or []), *(spec.get("Args") or [])])
    return {
        "Id": container.id,
        "Names": ["/" + container.task.name],
        "Image": container.image,
        "ImageID": digest_of(familiar(container.image)),
        "Command": command,
        "Created": container.created // SECOND,
        "Ports": [],
        "Labels": container.labels,
        "State": container.state,
        "Status": _status(swarm, container),
        "HostConfig": {"NetworkMode": "default"},
        "NetworkSettings": {"Networks": {}},
        "Mounts": [],
    }


def _status(swarm: PracticeSwarm, container: Container) -> str:
    if container.state == "created":
        return "Created"
    if container.state == "exited":
        return f"Exited ({container.exit_code}) {(swarm.clock.now - container.finished) // SECOND} seconds ago"
    health = {"": "", "starting": " (health: starting)"}.get(container.health, f" ({container.health})")
    return f"Up {(swarm.clock.now - container.started) // SECOND} seconds{health}"
