"""/containers: list the tasks' containers of one engine, and find one of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from coopnb.practice.clock import MINUTE, SECOND
from coopnb.practice.containers import Container
from coopnb.practice.engines import Engine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.container_host import networks_of
from coopnb.practice.handlers.query import read_int
from coopnb.practice.images import image_id_of
from coopnb.practice.mounts import mounts_json
from coopnb.practice.objects import Json
from coopnb.practice.specs.filters import Filters, read_filters
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, json_response
from coopnb.practice.wire_errors import Refusal

_ACCEPTED = (
    *("ancestor", "before", "exited", "expose", "health", "id", "isolation", "is-task", "label"),
    *("name", "network", "publish", "since", "status", "volume"),
)
_WORDS = {
    "status": ("state", ("created", "running", "paused", "restarting", "removing", "exited", "dead")),
    "health": ("health", ("none", "starting", "healthy", "unhealthy")),
}
_HOUR = 60 * MINUTE
_DAY = 24 * _HOUR
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?")


def list_containers(swarm: PracticeSwarm, request: Request) -> Response:
    """List the engine's containers: those that run, or with ``all`` also those that do not."""
    engine = asked_engine(swarm, request)
    filters = read_filters(request, _ACCEPTED)
    limit = read_int(request, "limit") or 0
    keeps = _conditions(swarm, engine, filters)
    every = request.flag("all") or bool(filters.get("status")) or bool(filters.get("exited")) or limit > 0
    every = every or bool(filters.get("before")) or bool(filters.get("since"))
    kept = [
        container
        for container in swarm.containers.on(engine.node_id)
        if (every or container.state == "running") and all(keep(container) for keep in keeps)
    ]
    shown = [summarise(swarm, engine, container) for container in (kept[:limit] if limit > 0 else kept)]
    if request.flag("size"):
        for item in shown:
            item["SizeRootFs"] = 0
    return json_response(shown)


def find_container(swarm: PracticeSwarm, engine: Engine, reference: str) -> Container:
    """The container of an engine that an id, a name or the beginning of an id means.

    Raises:
        Refusal: 404, there is none; 400, a beginning fits several.
    """
    name = reference.removeprefix("/")
    local = swarm.containers.on(engine.node_id)
    for container in local:
        if container.id == reference or container.task.name == name:
            return container
    begun = [container for container in local if reference and container.id.startswith(reference)]
    if len(begun) > 1:
        raise Refusal(400, f"multiple IDs found with provided prefix: {reference}")
    if not begun:
        raise Refusal(404, f"No such container: {reference}")
    return begun[0]


def status_of(container: Container, now: int) -> str:
    """A container's status as ``docker ps`` shows it."""
    if container.state == "created":
        return "Created"
    if container.state == "exited":
        return f"Exited ({container.exit_code}) {human_duration(now - container.finished)} ago"
    health = {"": "", "starting": " (health: starting)"}.get(container.health, f" ({container.health})")
    return f"Up {human_duration(now - container.started)}{health}"


def human_duration(nanoseconds: int) -> str:
    """A length of time in words (go-units' HumanDuration)."""
    seconds, minutes = nanoseconds // SECOND, nanoseconds // MINUTE
    hours = round(nanoseconds / _HOUR)
    if seconds < 1:
        return "Less than a second"
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    if hours < 48:
        return "About an hour" if hours == 1 else f"{hours} hours"
    for most, unit, word in ((14, 24, "days"), (60, 7 * 24, "weeks"), (730, 30 * 24, "months")):
        if hours < most * 24:
            return f"{hours // unit} {word}"
    return f"{nanoseconds // _HOUR // 24 // 365} years"


def published_ports(container: Container) -> list[Json]:
    """The ports of the machine that lead to a container: those published in host mode."""
    return [
        {
            "IP": address,
            "PrivatePort": port.get("TargetPort", 0),
            "PublicPort": port["PublishedPort"],
            "Type": port.get("Protocol") or "tcp",
        }
        for port in (container.task.endpoint_spec or {}).get("Ports") or ()
        for address in ("0.0.0.0", "::")
        if port.get("PublishMode") == "host" and port.get("PublishedPort") and container.state == "running"
    ]


def command_of(container: Container) -> list[str]:
    """What a container runs: the spec's command and arguments."""
    spec = container.task.spec["ContainerSpec"]
    return [*(spec.get("Command") or []), *(spec.get("Args") or [])]


def image_id(engine: Engine, container: Container) -> str:
    """The id of a container's image."""
    found = engine.images.find(container.image)
    return found.id if found is not None else image_id_of(container.image)


def summarise(swarm: PracticeSwarm, engine: Engine, container: Container) -> Json:
    """A container as lists show it."""
    return {
        "Id": container.id,
        "Names": ["/" + container.task.name],
        "Image": container.image,
        "ImageID": image_id(engine, container),
        "Command": " ".join(command_of(container)),
        "Created": container.created // SECOND,
        "Ports": published_ports(container),
        "Labels": container.labels,
        "State": container.state,
        "Status": status_of(container, swarm.clock.now),
        "HostConfig": {"NetworkMode": "default"},
        "NetworkSettings": {"Networks": networks_of(container)},
        "Mounts": mounts_json(container),
    }


def _conditions(swarm: PracticeSwarm, engine: Engine, filters: Filters) -> list[Callable[[Container], bool]]:
    """What a container must be to pass the filters.

    Raises:
        Refusal: a filter has a value that it cannot have.
    """
    codes = [_exit_code(value) for value in filters.get("exited")]
    for name, (word, words) in _WORDS.items():
        for value in filters.get(name):
            if value not in words:
                said = f"invalid value for {word} ({value}): must be one of {', '.join(words)}"
                raise Refusal(400, f"invalid filter '{name}={value}': {said}")
    is_task = filters.flag("is-task")
    before = [find_container(swarm, engine, value).created for value in filters.get("before")]
    since = [find_container(swarm, engine, value).created for value in filters.get("since")]
    images = {found.id for value in filters.get("ancestor") if (found := engine.images.find(value)) is not None}
    published = _ports(filters, "publish")
    exposed = _ports(filters, "expose")
    return [
        lambda item: filters.prefix("id", item.id),
        lambda item: filters.part("name", item.task.name) or filters.part("name", "/" + item.task.name),
        lambda item: filters.exact("status", item.state) and filters.exact("health", item.health or "none"),
        lambda item: filters.labels("label", item.labels),
        lambda item: is_task is not False,
        lambda item: not codes or (item.state == "exited" and item.exit_code in codes),
        lambda item: all(item.created < moment for moment in before),
        lambda item: all(item.created > moment for moment in since),
        lambda item: not filters.get("ancestor") or image_id(engine, item) in images,
        lambda item: _is_on(filters, item),
        lambda item: _has_volume(filters, item),
        lambda item: filters.exact("isolation", "default"),
        lambda item: (
            not published or any((port["PublicPort"], port["Type"]) in published for port in published_ports(item))
        ),
        lambda item: (
            not exposed or any((port["PrivatePort"], port["Type"]) in exposed for port in published_ports(item))
        ),
    ]


def _is_on(filters: Filters, container: Container) -> bool:
    networks = [item["Network"] for item in container.task.attachments]
    joined = {name for network in networks for name in (network["ID"], network["Spec"]["Name"])}
    return not filters.get("network") or any(value in joined for value in filters.get("network"))


def _has_volume(filters: Filters, container: Container) -> bool:
    places = {place for mount in mounts_json(container) for place in (mount.get("Name"), mount["Destination"])}
    return not filters.get("volume") or any(value in places for value in filters.get("volume"))


def _has_port(container: Container, side: str, wanted: set[tuple[int, str]]) -> bool:
    return not wanted or any((port[side], port["Type"]) in wanted for port in published_ports(container))


def _exit_code(value: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,9}", value, re.ASCII):
        raise Refusal(400, f"invalid filter 'exited={value}': strconv.Atoi: parsing \"{value}\": invalid syntax")
    return int(value)


def _ports(filters: Filters, name: str) -> set[tuple[int, str]]:
    """The ports that a filter names, each with its protocol; a range counts as every port in it."""
    ports: set[tuple[int, str]] = set()
    for value in filters.get(name):
        if ":" in value:
            raise Refusal(500, f"filter for '{name}' should not contain ':': {value}")
        found = _PORTS.fullmatch(value)
        if found is None:
            bare = value.partition("/")[0]
            why = f'strconv.ParseUint: parsing "{bare}": invalid syntax'
            why = why if bare else "empty string specified for ports."
            raise Refusal(500, f"error while looking up for {name} {value}: {why}")
        first = int(found[1])
        ports |= {(port, found[3] or "tcp") for port in range(first, min(int(found[2] or first), 65535) + 1)}
    return ports
