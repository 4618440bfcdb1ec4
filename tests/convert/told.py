"""What an engine says of a stack's objects, without what no file decides: ids, versions, times, what was allocated."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.contract.api import Api

Objects = Mapping[str, Any]
"""Kind and name (``service STACK_a``) -> what the API says of it."""

SECONDS = 30
"""What the allocation of a network may take; it takes milliseconds."""
KINDS = ("service", "network", "secret", "config")
_LABEL = "com.docker.stack.namespace"
_ALLOCATED = "com.docker.network.driver.overlay.vxlanid_list"
_DECIDED = ("Name", "Driver", "Scope", "EnableIPv6", "Internal", "Attachable", "Ingress", "ConfigOnly", "Labels")


def objects(api: Api, stack: str) -> Objects:
    """All objects of a stack, which is called STACK in them; ids are told by the names they are of."""
    found = {
        f"{kind} {name_of(item)}": _told(api, kind, item)
        for kind in KINDS
        for item in api.get(f"/{kind}s", filters={"label": [f"{_LABEL}={stack}"]})
    }
    text = json.dumps(found)
    for item in (item for kind in KINDS for item in api.get(f"/{kind}s")):
        text = text.replace(id_of(item), f"id of {name_of(item)}")
    told: dict[str, Any] = json.loads(text.replace(stack, "STACK"))
    return {key: _in_order(item) if key.startswith("service ") else item for key, item in told.items()}


def id_of(item: Mapping[str, Any]) -> str:
    """The id of an object as it is listed."""
    return str(item.get("ID") or item["Id"])


def name_of(item: Mapping[str, Any]) -> str:
    """The name of an object as it is listed."""
    return str(item["Spec"]["Name"] if "Spec" in item else item["Name"])


def _told(api: Api, kind: str, item: Mapping[str, Any]) -> Any:
    if kind == "network":
        return _network(_allocated(api, id_of(item)))
    return item["Spec"]


def _allocated(api: Api, one: str) -> Mapping[str, Any]:
    """A network as it is once the swarm has given it a driver, which it does a moment after it was made."""
    deadline = time.monotonic() + SECONDS
    while not (found := api.get(f"/networks/{one}"))["Driver"]:
        assert time.monotonic() < deadline, f"the network {found['Name']} has no driver after {SECONDS} s"
        time.sleep(0.02)
    return dict(found)


def _network(item: Mapping[str, Any]) -> Any:
    """Options and addresses are there as the engine allocates them, sooner or later: those of the file are at once."""
    options = {name: value for name, value in (item["Options"] or {}).items() if name != _ALLOCATED}
    ipam = item["IPAM"]
    return {
        **{name: item[name] for name in _DECIDED},
        "Options": options,
        "IPAM": {"Driver": ipam["Driver"], "Options": ipam["Options"] or {}},
    }


def _in_order(spec: Any) -> Any:
    """CLI 28 leaves to chance how references of one name are ordered, and ports that are published alike.

    For an empty list of name servers it sends an empty block, and CLI 29 none; swarm does the same for both.
    """
    container = spec["TaskTemplate"]["ContainerSpec"]
    if container.get("DNSConfig") == {}:
        del container["DNSConfig"]
    for kind in ("Secrets", "Configs"):
        if kind in container:
            container[kind] = _sorted(container[kind])
    if "Ports" in spec["EndpointSpec"]:
        spec["EndpointSpec"]["Ports"] = _sorted(spec["EndpointSpec"]["Ports"])
    return spec


def _sorted(items: Sequence[Any]) -> list[Any]:
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
