"""/containers/{id}/json: everything that is known of one container."""

from __future__ import annotations

from coopnb.practice.clock import rfc3339
from coopnb.practice.containers import Container
from coopnb.practice.engines import Engine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.container_host import host_config, network_settings
from coopnb.practice.handlers.containers import (
    command_of,
    find_container,
    image_id,
    published_ports,
)
from coopnb.practice.mounts import mounts_json
from coopnb.practice.objects import Json
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, json_response

_NO_TIME = "0001-01-01T00:00:00Z"


def inspect_container(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Show one container."""
    engine = asked_engine(swarm, request)
    container = find_container(swarm, engine, reference)
    command, bindings = command_of(container), _bindings(container)
    shown = {
        "Id": container.id,
        "Created": rfc3339(container.created),
        "Path": command[0] if command else "",
        "Args": command[1:],
        "State": _state(container),
        "Image": image_id(engine, container),
        "ResolvConfPath": "",
        "HostnamePath": "",
        "HostsPath": "",
        "LogPath": "",
        "Name": "/" + container.task.name,
        "RestartCount": 0,
        "Driver": "practice",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": [item.id for item in engine.execs.values() if item.container_id == container.id and item.running]
        or None,
        "HostConfig": host_config(container, bindings),
        "Mounts": mounts_json(container),
        "Config": _config(container, engine),
        "NetworkSettings": network_settings(container, bindings, request.version),
        "GraphDriver": {"Data": {"ID": container.id}, "Name": "practice"},
    }
    if request.flag("size"):
        shown |= {"SizeRw": 0, "SizeRootFs": 0}
    return json_response(shown)


def _state(container: Container) -> Json:
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
    return state


def _config(container: Container, engine: Engine) -> Json:
    spec = container.task.spec["ContainerSpec"]
    shown = {
        "Hostname": spec.get("Hostname") or container.id[:12],
        "Domainname": "",
        "User": spec.get("User", ""),
        "AttachStdin": False,
        "AttachStdout": False,
        "AttachStderr": False,
        "Tty": spec.get("TTY", False),
        "OpenStdin": spec.get("OpenStdin", False),
        "StdinOnce": False,
        "Env": spec.get("Env") or [],
        "Cmd": spec.get("Args"),
        "Image": container.image,
        "Volumes": None,
        "WorkingDir": spec.get("Dir", ""),
        "Entrypoint": spec.get("Command"),
        "OnBuild": None,
        "Labels": container.labels,
    }
    if container.healthcheck is not None:
        shown["Healthcheck"] = container.healthcheck
    if ports := _bindings(container):
        shown["ExposedPorts"] = {port: {} for port in ports}
    if spec.get("StopSignal"):
        shown["StopSignal"] = spec["StopSignal"]
    return shown


def _bindings(container: Container) -> Json:
    bindings: Json = {}
    for port in published_ports(container):
        place = bindings.setdefault(f"{port['PrivatePort']}/{port['Type']}", [])
        place.append({"HostIp": port["IP"], "HostPort": str(port["PublicPort"])})
    return bindings
