"""Networks: what a service is attached to, and what is created for the stack."""

from __future__ import annotations

from typing import Any

from coopnb.convert.scope import Scope
from coopnb.model.compose import Network, Service
from coopnb.model.origin import Origin
from coopnb.model.stack import StackNetwork

_DEFAULT = "default"
_NOT_OURS = ("default", "bridge", "host", "none")


def attachments(key: str, service: Service, scope: Scope) -> list[dict[str, Any]]:
    """The networks of a service by name, sorted; on each it answers to its aliases and its key."""
    result: list[dict[str, Any]] = []
    for name, options in (service.networks or {_DEFAULT: None}).items():
        target = scope.name(name, scope.compose.networks.get(name))
        aliases = [*(options.aliases if options else ()), *([key] if _is_user_defined(target) else ())]
        attachment: dict[str, Any] = {"Target": target}
        if aliases:
            attachment["Aliases"] = aliases
        if options is not None and options.driver_opts:
            attachment["DriverOpts"] = dict(options.driver_opts)
        result.append(attachment)
    return sorted(result, key=lambda each: str(each["Target"]))


def _is_user_defined(target: str) -> bool:
    return target not in _NOT_OURS and not target.startswith("container:")


def stack_networks(scope: Scope) -> tuple[StackNetwork, ...]:
    """The networks that services use; what no service uses, docker does not create.

    External ones that every node has (``host``, ``bridge``) are not among them: docker does not look for those.
    (docker/cli ``compose/convert/compose.go``, ``Networks``; ``validateExternalNetworks``)
    """
    used: dict[str, Origin] = {}
    for key, service in scope.compose.services.items():
        for name in service.networks or (_DEFAULT,):
            used.setdefault(name, scope.origin("services", key))
    networks = (_network(name, used[name], scope) for name in sorted(used))
    return tuple(each for each in networks if not each.external or _is_user_defined(each.name))


def _network(key: str, user: Origin, scope: Scope) -> StackNetwork:
    declared = scope.compose.networks.get(key)
    network = declared or Network()
    name = scope.name(key, network)
    return StackNetwork(
        key=key,
        name=name,
        external=network.external,
        spec={} if network.external else _body(name, network, scope),
        origin=user if declared is None else scope.origin("networks", key),
    )


def _body(name: str, network: Network, scope: Scope) -> dict[str, Any]:
    """The body that docker posts, with the fields it sends empty."""
    return {
        "Name": name,
        "Driver": network.driver or "overlay",
        "Scope": "",
        "IPAM": _ipam(network),
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Ingress": False,
        "ConfigOnly": False,
        "ConfigFrom": None,
        "Options": dict(network.driver_opts) if network.driver_opts is not None else None,
        "Labels": scope.labels(network.labels),
    }


def _ipam(network: Network) -> dict[str, Any] | None:
    if not network.ipam.driver and not network.ipam.config:
        return None
    subnets = [{"Subnet": each.subnet} if each.subnet else {} for each in network.ipam.config]
    return {"Driver": network.ipam.driver, "Options": None, "Config": subnets or None}
