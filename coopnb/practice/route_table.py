"""The table of routes: which handler answers which call, and which calls are left out, and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from coopnb.practice.handlers import (
    container_actions,
    container_inspect,
    containers,
    events,
    execs,
    image_store,
    images,
    info,
    logs,
    network_making,
    networks,
    nodes,
    plugins,
    services,
    swarm,
    system,
    tasks,
    usage,
    volumes,
)
from coopnb.practice.handlers.payloads import Payloads
from coopnb.practice.objects import Config, Secret
from coopnb.practice.wire import Response

Handler = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One call that is answered; ``{id}`` is one segment of the path, ``{name*}`` any number of them."""

    method: str
    path: str
    handler: Handler
    manager: bool = False

    @property
    def summary(self) -> str:
        """What the call does: the first line of its handler's docstring."""
        return (self.handler.__doc__ or "").strip().partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Absent:
    """A call that a real engine answers and this one does not, with the reason."""

    method: str
    path: str
    why: str


def pattern(path: str) -> re.Pattern[str]:
    """A path of the table as a regular expression; each placeholder is a group."""
    parts = (_expression(part) for part in re.split(r"(\{\w+\*?\})", path))
    return re.compile("".join(parts))


def _expression(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return "(.+)" if part.endswith("*}") else "([^/]+)"


_SECRETS = Payloads("secret", Secret, 512_000)
_CONFIGS = Payloads("config", Config, 1_024_000)


def _payload_routes(path: str, kind: Payloads) -> tuple[Route, ...]:
    return (
        Route("GET", path, kind.list, manager=True),
        Route("POST", f"{path}/create", kind.create, manager=True),
        Route("GET", f"{path}/{{id}}", kind.inspect, manager=True),
        Route("POST", f"{path}/{{id}}/update", kind.update, manager=True),
        Route("DELETE", f"{path}/{{id}}", kind.delete, manager=True),
    )


ROUTES: tuple[Route, ...] = (
    Route("GET", "/_ping", system.ping),
    Route("HEAD", "/_ping", system.ping),
    Route("GET", "/version", system.version),
    Route("GET", "/info", info.info),
    Route("GET", "/plugins", plugins.list_plugins),
    Route("GET", "/plugins/{name*}/json", plugins.inspect_plugin),
    Route("GET", "/system/df", usage.disk_usage),
    Route("POST", "/build/prune", usage.prune_build_cache),
    Route("POST", "/swarm/init", swarm.init_swarm),
    Route("POST", "/swarm/join", swarm.join_swarm),
    Route("POST", "/swarm/leave", swarm.leave_swarm),
    Route("POST", "/swarm/unlock", swarm.unlock_swarm),
    Route("GET", "/swarm/unlockkey", swarm.unlock_key, manager=True),
    Route("GET", "/swarm", swarm.inspect_swarm, manager=True),
    Route("POST", "/swarm/update", swarm.update_swarm, manager=True),
    Route("GET", "/events", events.events),
    Route("GET", "/nodes", nodes.list_nodes, manager=True),
    Route("GET", "/nodes/{id}", nodes.inspect_node, manager=True),
    Route("DELETE", "/nodes/{id}", nodes.remove_node, manager=True),
    Route("POST", "/nodes/{id}/update", nodes.update_node, manager=True),
    Route("GET", "/services", services.list_services, manager=True),
    Route("POST", "/services/create", services.create_service, manager=True),
    Route("GET", "/services/{id}", services.inspect_service, manager=True),
    Route("POST", "/services/{id}/update", services.update_service, manager=True),
    Route("DELETE", "/services/{id}", services.delete_service, manager=True),
    Route("GET", "/services/{id}/logs", logs.service_logs, manager=True),
    Route("GET", "/tasks", tasks.list_tasks, manager=True),
    Route("GET", "/tasks/{id}", tasks.inspect_task, manager=True),
    Route("GET", "/tasks/{id}/logs", logs.task_logs, manager=True),
    Route("GET", "/networks", networks.list_networks),
    Route("GET", "/networks/", networks.list_networks),
    Route("POST", "/networks/create", network_making.create_network),
    Route("POST", "/networks/prune", networks.prune_networks),
    Route("GET", "/networks/{id}", networks.inspect_network),
    Route("DELETE", "/networks/{id}", networks.delete_network),
    *_payload_routes("/secrets", _SECRETS),
    *_payload_routes("/configs", _CONFIGS),
    Route("GET", "/volumes", volumes.list_volumes),
    Route("POST", "/volumes/create", volumes.create_volume),
    Route("POST", "/volumes/prune", volumes.prune_volumes),
    Route("GET", "/volumes/{name}", volumes.inspect_volume),
    Route("DELETE", "/volumes/{name}", volumes.delete_volume),
    Route("GET", "/images/json", images.list_images),
    Route("POST", "/images/create", image_store.pull_image),
    Route("POST", "/images/prune", image_store.prune_images),
    Route("GET", "/images/{name*}/json", images.inspect_image),
    Route("GET", "/images/{name*}/history", images.image_history),
    Route("POST", "/images/{name*}/tag", image_store.tag_image),
    Route("DELETE", "/images/{name*}", image_store.delete_image),
    Route("GET", "/distribution/{name*}/json", images.distribution),
    Route("GET", "/containers/json", containers.list_containers),
    Route("GET", "/containers/{id}/json", container_inspect.inspect_container),
    Route("GET", "/containers/{id}/logs", logs.container_logs),
    Route("POST", "/containers/{id}/kill", container_actions.kill_container),
    Route("POST", "/containers/{id}/stop", container_actions.stop_container),
    Route("POST", "/containers/{id}/restart", container_actions.restart_container),
    Route("POST", "/containers/{id}/start", container_actions.start_container),
    Route("POST", "/containers/{id}/wait", container_actions.wait_container),
    Route("POST", "/containers/{id}/resize", container_actions.resize_container),
    Route("POST", "/containers/prune", container_actions.prune_containers),
    Route("DELETE", "/containers/{id}", container_actions.delete_container),
    Route("POST", "/containers/{id}/exec", execs.create_exec),
    Route("POST", "/exec/{id}/start", execs.start_exec),
    Route("POST", "/exec/{id}/resize", execs.resize_exec),
    Route("GET", "/exec/{id}/json", execs.inspect_exec),
)

_BUILD = "nothing is built here: images are what the world says they are"
_DOCKER_RUN = "containers belong to services here; there is no docker run outside of the swarm"
_PLUGINS = "no plugin can be had here"
_FILES = "containers have no file system here"
_MANAGERS = "a swarm has the machines that its world gives it"

ABSENT: tuple[Absent, ...] = (
    Absent("POST", "/auth", "there is no registry to log in to; credentials are accepted with any call, and not kept"),
    Absent("POST", "/build", _BUILD),
    Absent("POST", "/build/cancel", _BUILD),
    Absent("POST", "/session", _BUILD),
    Absent("POST", "/grpc", _BUILD),
    Absent("POST", "/commit", _BUILD),
    Absent("POST", "/images/load", _BUILD),
    Absent("GET", "/images/search", "there is no registry to search"),
    Absent("GET", "/images/get", "images have no content here"),
    Absent("GET", "/images/{name*}/get", "images have no content here"),
    Absent("POST", "/images/{name*}/push", "there is no registry to push to"),
    Absent("POST", "/containers/create", _DOCKER_RUN),
    Absent("POST", "/containers/{id}/attach", "there is no terminal to attach to; logs and exec work"),
    Absent("GET", "/containers/{id}/attach/ws", "there is no terminal to attach to; logs and exec work"),
    Absent("POST", "/containers/{id}/pause", "a process that does not run cannot be frozen"),
    Absent("POST", "/containers/{id}/unpause", "a process that does not run cannot be frozen"),
    Absent("POST", "/containers/{id}/update", "a task's limits are its service's"),
    Absent("POST", "/containers/{id}/rename", "a task's container keeps its name"),
    Absent("GET", "/containers/{id}/stats", "nothing runs, so nothing can be measured"),
    Absent("GET", "/containers/{id}/top", "nothing runs, so there are no processes"),
    Absent("GET", "/containers/{id}/changes", _FILES),
    Absent("GET", "/containers/{id}/export", _FILES),
    Absent("GET", "/containers/{id}/archive", _FILES),
    Absent("HEAD", "/containers/{id}/archive", _FILES),
    Absent("PUT", "/containers/{id}/archive", _FILES),
    Absent("GET", "/containers/{id}/checkpoints", "checkpoints are not simulated"),
    Absent("POST", "/containers/{id}/checkpoints", "checkpoints are not simulated"),
    Absent("DELETE", "/containers/{id}/checkpoints/{name}", "checkpoints are not simulated"),
    Absent("POST", "/networks/{id}/connect", _DOCKER_RUN),
    Absent("POST", "/networks/{id}/disconnect", _DOCKER_RUN),
    Absent("PUT", "/volumes/{name}", "cluster volumes (CSI) are not simulated"),
    Absent("GET", "/plugins/privileges", _PLUGINS),
    Absent("POST", "/plugins/pull", _PLUGINS),
    Absent("POST", "/plugins/create", _PLUGINS),
    Absent("POST", "/plugins/{name*}/enable", _PLUGINS),
    Absent("POST", "/plugins/{name*}/disable", _PLUGINS),
    Absent("POST", "/plugins/{name*}/upgrade", _PLUGINS),
    Absent("POST", "/plugins/{name*}/push", _PLUGINS),
    Absent("POST", "/plugins/{name*}/set", _PLUGINS),
    Absent("DELETE", "/plugins/{name*}", _PLUGINS),
)

PARTLY_ABSENT: tuple[Absent, ...] = (
    Absent("POST", "/services/create", "jobs (`ReplicatedJob`, `GlobalJob`), plugin services, and over 1000 replicas"),
    Absent("POST", "/services/{id}/update", "the same"),
    Absent("POST", "/swarm/init", "`ForceNewCluster`, and a second swarm beside one that is there"),
    Absent("POST", "/swarm/update", "locking managers, new certificates"),
    Absent("POST", "/swarm/join", "a machine that is in no swarm: there is no other swarm to join"),
    Absent("POST", "/swarm/leave", "one of several nodes that leaves by itself; a fault takes a node away"),
    Absent("POST", "/networks/create", "ipvlan, macvlan, and networks that are only a configuration"),
    Absent("POST", "/volumes/create", "cluster volumes (CSI)"),
    Absent("POST", "/images/create", "importing a file (`fromSrc`)"),
    Absent("POST", "/containers/{id}/start", "a container that has ended: a task's container runs once"),
    Absent("POST", "/containers/{id}/restart", "the same"),
)
"""What is answered 501 inside calls that are answered otherwise."""
