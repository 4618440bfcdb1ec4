"""What to say of a key that docker stack does not take: where it belongs, what does the same, or what was meant."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from coopnb.model.compose import Compose
from coopnb.model.origin import KeyPath, key_path_text

_TOP: dict[str, str] = {
    "name": "a stack gets its name from the app, or from --name: leave it out",
    "include": "docker stack reads the files it is given: name them in COMPOSE_FILE, separated by colons",
    "models": "docker stack runs services only: run the model as a service, with an image",
}
_NO_USE = "swarm has no such option: leave it out"
_SERVICE: dict[str, str] = {
    "annotations": "say labels, or deploy.labels for what is to be found on the service",
    "attach": "docker stack attaches to nothing: leave it out",
    "blkio_config": _NO_USE,
    "cgroup": "say cgroupns_mode, although swarm ignores that, too",
    "cpu_count": "say deploy.resources.limits.cpus",
    "cpu_percent": "say deploy.resources.limits.cpus",
    "cpu_period": "say deploy.resources.limits.cpus",
    "cpu_rt_period": _NO_USE,
    "cpu_rt_runtime": _NO_USE,
    "cpus": 'say deploy.resources.limits.cpus, as a text: "0.5"',
    "develop": "it is for docker compose watch: leave it out",
    "device_cgroup_rules": _NO_USE,
    "dns_opt": _NO_USE,
    "gpus": "say deploy.resources.reservations.generic_resources, if the nodes declare any",
    "group_add": _NO_USE,
    "label_file": "write the labels under labels",
    "mem_reservation": "say deploy.resources.reservations.memory",
    "mem_swappiness": _NO_USE,
    "models": "docker stack runs services only: run the model as a service, with an image",
    "oom_kill_disable": _NO_USE,
    "pids_limit": "say deploy.resources.limits.pids",
    "platform": "say deploy.placement.constraints: [node.platform.arch == x86_64]",
    "post_start": "let the image's entrypoint do it",
    "pre_stop": "let the image's entrypoint do it when it is told to stop",
    "profiles": "put the service into a file of its own, and name it in COMPOSE_FILE when it is wanted",
    "provider": "docker stack runs services only: it needs an image",
    "pull_policy": "swarm pulls what a node lacks; a digest in the image says which one exactly",
    "runtime": "set the default runtime in the daemon of the nodes",
    "scale": "say deploy.replicas",
    "storage_opt": _NO_USE,
    "use_api_socket": "mount the docker socket as a volume, and know that it is root on that node",
    "uts": _NO_USE,
}
_DEEPER: dict[tuple[str, ...], str] = {
    ("configs", "*", "content"): "put the content into a file of the recipe, and say file:",
    ("configs", "*", "environment"): "put the content into a file of the recipe, and say file:",
    ("secrets", "*", "environment"): "say external: true, and create the secret with its value",
    ("networks", "*", "enable_ipv6"): "overlay networks of a swarm carry IPv4: leave it out",
    ("networks", "*", "enable_ipv4"): "overlay networks of a swarm carry IPv4: leave it out",
    ("networks", "*", "ipam", "config", "*", "gateway"): "swarm takes the first address of the subnet: leave it out",
    ("networks", "*", "ipam", "config", "*", "ip_range"): "docker stack takes a subnet only",
    ("networks", "*", "ipam", "config", "*", "aux_addresses"): "docker stack takes a subnet only",
    ("services", "*", "ports", "*", "name"): "a port has no name in a swarm: leave it out",
    ("services", "*", "ports", "*", "app_protocol"): "a port has no application protocol in a swarm: leave it out",
    ("services", "*", "ports", "*", "host_ip"): "swarm cannot publish a port on one address: leave it out",
    ("services", "*", "networks", "*", "priority"): "swarm has no order of networks: leave it out",
    ("services", "*", "networks", "*", "gw_priority"): "swarm has no order of networks: leave it out",
    ("services", "*", "networks", "*", "mac_address"): _NO_USE,
    ("services", "*", "networks", "*", "link_local_ips"): _NO_USE,
    ("services", "*", "deploy", "resources", "reservations", "pids"): "say it under limits",
    ("services", "*", "deploy", "resources", "reservations", "devices"): "say generic_resources, if the nodes have any",
}


def about_unknown_key(path: KeyPath) -> str:
    """Say what to do about a key that is none, in one sentence."""
    key, holder = str(path[-1]), path[:-1]
    known_as = _newer(path)
    if known_as:
        return known_as
    if key.startswith("x-"):
        return "extensions may stand at the top level, in a service and in a declared object, and nowhere else"
    there = known_keys(holder)
    near = get_close_matches(key, there, 1, 0.7) or get_close_matches(key.lower().replace("-", "_"), there, 1, 0.7)
    if near:
        return f"it looks like a typing error for {near[0]}"
    elsewhere = [place for place in _places() if place[-1] == key]
    if elsewhere:
        return f"it belongs under {_named(elsewhere[0][:-1], holder)}: look at the indentation"
    return "look for a typing error, and at the indentation; docker compose knows more keys than docker stack"


def _named(place: tuple[str, ...], beside: KeyPath) -> str:
    """A place in words, with the names of what stands around the key."""
    result: list[str | int] = []
    for index, part in enumerate(place):
        same = len(beside) > index and list(beside[:index]) == result
        result.append(beside[index] if part == "*" and same else part)
    return key_path_text(tuple(result)) or "the top level"


def known_keys(holder: KeyPath) -> list[str]:
    """The keys that a mapping of a compose file may have; none where any will do, or where there is no mapping."""
    kind: Any = Compose
    for part in holder:
        kind = _inside(kind, part)
    kind = _bare(kind)
    return [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else []


def _newer(path: KeyPath) -> str | None:
    if len(path) == 1:
        return _TOP.get(str(path[0]))
    if len(path) == 3 and path[0] == "services":
        return _SERVICE.get(str(path[2]))
    for pattern, answer in _DEEPER.items():
        if len(pattern) == len(path) and all(want in ("*", part) for want, part in zip(pattern, path, strict=True)):
            return answer
    return None


def _bare(kind: Any) -> Any:
    """A type without its ``None`` and its annotations."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return _bare(next(each for each in get_args(kind) if each is not type(None)))
    return kind


def _inside(kind: Any, part: str | int) -> Any:
    kind = _bare(kind)
    if dataclasses.is_dataclass(kind):
        return get_type_hints(kind).get(str(part))
    if _is_mapping(kind):
        return get_args(kind)[1]
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def _is_mapping(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


@lru_cache(maxsize=1)
def _places() -> tuple[tuple[str, ...], ...]:
    """Every key there is, the shallow ones first; ``*`` stands for a name or a number."""
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), Compose)]
    while waiting:
        path, kind = waiting.pop(0)
        kind = _bare(kind)
        if dataclasses.is_dataclass(kind):
            for name, inner in get_type_hints(kind).items():
                if not name.startswith("__"):
                    found.append((*path, name))
                    waiting.append(((*path, name), inner))
        elif get_origin(kind) is tuple or _is_mapping(kind):
            waiting.append(((*path, "*"), _inside(kind, 0)))
    return tuple(found)
