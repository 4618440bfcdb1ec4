"""Small nouns for tests: whole, valid, and overridden where a test cares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from coopnb.model.origin import Origin
from coopnb.model.server import ServerIdentity
from coopnb.model.snapshot import ConfigSeen, NetworkSeen, NodeSeen, ServiceSeen, Snapshot, TaskSeen, UpdateStatus
from coopnb.model.stack import Stack, StackService

START = datetime(2026, 1, 1, tzinfo=UTC)
SERVER = ServerIdentity("practice", "unix:///run/practice.sock", "swarm1", True, "28.2.2")


def at(seconds: float) -> datetime:
    """A moment after the start."""
    return START + timedelta(seconds=seconds)


def spec(image: str = "nginx:1.26.3", **changes: Any) -> dict[str, Any]:
    """A ServiceSpec as ``docker stack deploy`` sends it; ``changes`` go to its top level."""
    return {
        "Name": "wiki_app",
        "Labels": {"com.docker.stack.image": image, "com.docker.stack.namespace": "wiki"},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": image,
                "Labels": {"com.docker.stack.namespace": "wiki"},
                "Env": ["A=1"],
                "Privileges": {"CredentialSpec": None, "SELinuxContext": None, "NoNewPrivileges": False},
            },
            "Resources": {},
            "Placement": {},
            "Networks": [{"Target": "wiki_internal", "Aliases": ["app"]}],
            "ForceUpdate": 0,
        },
        "Mode": {"Replicated": {}},
        "EndpointSpec": {},
        **changes,
    }


def container(base: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A spec with another ContainerSpec."""
    template = base["TaskTemplate"]
    return {**base, "TaskTemplate": {**template, "ContainerSpec": {**template["ContainerSpec"], **changes}}}


def wanted(service_spec: Mapping[str, Any] | None = None, **origins: Origin) -> StackService:
    """A service of a stack."""
    body = service_spec or spec()
    image = body["TaskTemplate"]["ContainerSpec"]["Image"]
    return StackService("app", "wiki_app", body, image, {"service": Origin("compose.yml", 4), **origins})


def stack(*services: StackService, **changes: Any) -> Stack:
    """A stack called ``wiki`` with these services, or with one."""
    values: dict[str, Any] = {
        "name": "wiki",
        "app": "wiki.example.org",
        "recipe": "wiki",
        "version": "1.3.0+1.39.17",
        "services": services or (wanted(),),
        "networks": (),
        "configs": (),
        "secrets": (),
        "state": {"format": 1},
        **changes,
    }
    return Stack(**values)


def running(service_spec: Mapping[str, Any] | None = None, **changes: Any) -> ServiceSeen:
    """A service as the swarm holds it."""
    values: dict[str, Any] = {
        "id": "svc1",
        "name": "wiki_app",
        "index": 10,
        "spec": service_spec or spec(),
        "previous_spec": None,
        "update": None,
        "running": 1,
        "desired": 1,
        "created_at": START,
        "updated_at": START,
        **changes,
    }
    return ServiceSeen(**values)


def update_status(state: str, message: str = "", seconds: float = 0) -> UpdateStatus:
    """A service's update status."""
    return UpdateStatus(state, message or state, at(seconds))


def task(state: str = "running", desired: str = "running", **changes: Any) -> TaskSeen:
    """A task of ``wiki_app``."""
    values: dict[str, Any] = {
        "id": "task1",
        "service_id": "svc1",
        "service": "wiki_app",
        "slot": 1,
        "node_id": "node1",
        "node": "node1",
        "state": state,
        "desired_state": desired,
        "message": "",
        "error": "",
        "exit_code": None,
        "image": "nginx:1.26.3",
        "at": at(1),
        "created_at": START,
        **changes,
    }
    return TaskSeen(**values)


def seen(*services: ServiceSeen, **changes: Any) -> Snapshot:
    """A snapshot of the stack ``wiki`` with these services, its network and one node."""
    values: dict[str, Any] = {
        "server": SERVER,
        "stack": "wiki",
        "at": at(60),
        "services": services,
        "tasks": (),
        "nodes": (NodeSeen("node1", "node1", "manager", "active", "ready"),),
        "networks": (NetworkSeen("net1", "wiki_internal", "overlay", {}), NetworkSeen("net2", "proxy", "overlay", {})),
        "secrets": (),
        "configs": (),
        **changes,
    }
    return Snapshot(**values)


def kept_state(name: str, seconds: float) -> ConfigSeen:
    """A kept state of the app."""
    return ConfigSeen(f"id-{name}", name, 5, {"coopnb.state": "wiki"}, at(seconds), b"{}")
