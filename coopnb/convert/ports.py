"""``ports`` and ``deploy.endpoint_mode`` to ``EndpointSpec``."""

from __future__ import annotations

from typing import Any

from coopnb.convert.scope import present
from coopnb.model.compose import Service
from coopnb.model.service_parts import Port


def endpoint(service: Service) -> dict[str, Any]:
    """The endpoint, ports in the order of what they are published as."""
    ports = sorted(service.ports, key=lambda port: port.published)
    return present({"Mode": service.deploy.endpoint_mode.lower(), "Ports": [_port(port) for port in ports]})


def _port(port: Port) -> dict[str, Any]:
    return present(
        {
            "Protocol": port.protocol,
            "TargetPort": port.target,
            "PublishedPort": port.published,
            "PublishMode": port.mode,
        }
    )
