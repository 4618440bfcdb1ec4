"""Stage 8, what docker stack reads and swarm does not do: a finding each, never silence.

The first list is docker/cli's own (``compose/types/types.go``, unsupported and deprecated
properties); the second are keys that its converter drops without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coopnb.model.compose import Compose, Service
from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath
from coopnb.model.service_parts import FileReference
from coopnb.recipe.node import Node, doubt, nearest

_HAS_NO_EFFECT: dict[str, str] = {
    "build": "swarm does not build images; the image must be in a registry",
    "cgroupns_mode": "swarm has no such option",
    "cgroup_parent": "swarm has no such option",
    "devices": "swarm cannot give devices to a task",
    "domainname": "swarm has no such option",
    "external_links": "services reach each other by name over a network",
    "ipc": "swarm has no such option",
    "links": "services reach each other by name over a network",
    "mac_address": "swarm has no such option",
    "network_mode": "use networks; the host's network is an external network named host",
    "pid": "swarm has no such option",
    "privileged": "swarm cannot run privileged tasks; see cap_add",
    "security_opt": "swarm has no such option",
    "shm_size": "use a tmpfs volume at /dev/shm",
    "userns_mode": "swarm has no such option",
    "container_name": "swarm names the containers of a service",
    "expose": "services on the same network reach every port of each other",
    "depends_on": "swarm starts services in any order; the app must wait for what it needs",
    "tmpfs": "use volumes with type: tmpfs",
    "oom_score_adj": "docker stack does not pass it on",
}


def dropped(compose: Compose, root: Node) -> Iterator[Finding]:
    """Findings about keys without effect, files without services, and a ``restart`` that means its opposite."""
    if not compose.services:
        text = "there are no services: docker stack would deploy nothing, and say nothing"
        yield doubt("error", "no-services", text, root, (), "look for services: in the files, and at the indentation")
    for name, service in compose.services.items():
        path: KeyPath = ("services", name)
        written = nearest(root, path)
        for key, hint in _HAS_NO_EFFECT.items():
            if key in written.entries and written.entries[key].value not in (False, None):
                rule = f"{key.replace('_', '-')}-has-no-effect"
                yield doubt("warning", rule, f"{key} has no effect on swarm", written.entries[key], (*path, key), hint)
        yield from _restart(service, written, path)
        yield from _addresses(service, written, path)
        yield from _mounted_twice("configs", service.configs, written, path)
        yield from _mounted_twice("secrets", service.secrets, written, path)


def _restart(service: Service, written: Node, path: KeyPath) -> Iterator[Finding]:
    node = written.entries.get("restart")
    if node is None:
        return
    at = (*path, "restart")
    if service.deploy.restart_policy is not None:
        text = "restart has no effect, because deploy.restart_policy is there"
        yield doubt("warning", "restart-has-no-effect", text, node, at, "remove restart")
    elif service.restart.partition(":")[0] == "no":
        text = 'docker drops restart: "no", and swarm then restarts the task whenever it ends'
        hint = "say deploy: restart_policy: condition: none"
        yield doubt("error", "restart-no-restarts", text, node, at, hint)


def _addresses(service: Service, written: Node, path: KeyPath) -> Iterator[Finding]:
    for network, options in service.networks.items():
        for key in ("ipv4_address", "ipv6_address"):
            if options is not None and getattr(options, key):
                at = (*path, "networks", network, key)
                text = f"{key} has no effect: swarm gives out the addresses"
                node = nearest(written, at[2:])
                yield doubt("warning", "fixed-address-has-no-effect", text, node, at, "use the service's name")


def _mounted_twice(kind: str, given: Sequence[FileReference], written: Node, path: KeyPath) -> Iterator[Finding]:
    """docker/cli (``command/service/parse.go``) keeps references of one name in a map, which Go orders by chance."""
    seen: set[str] = set()
    for index, reference in enumerate(given):
        if reference.source in seen:
            at = (*path, kind, index)
            text = (
                f"{reference.source} is mounted at two places: docker stack tells them in any order, and replaces tasks"
            )
            hint = "declare it twice, under two names, and mount each once"
            yield doubt("warning", "mounted-twice", text, nearest(written, at[2:]), at, hint)
        seen.add(reference.source)
