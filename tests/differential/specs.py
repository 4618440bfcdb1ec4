"""A service's settings in a few words, and the spec that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.differential.images import HEALTHY

SECOND = 10**9


@dataclass(frozen=True, slots=True)
class Settings:
    """What sequences vary; seconds for durations, names without the sequence's prefix.

    The defaults come to rest soon: short delays and monitors, and no more than two restarts of a slot. There is a delay
    because without one swarm itself is of two minds about a task that fails as soon as it runs: the next slot may or
    may not have been taken by then.
    """

    image: str = "stops:1"
    replicas: int = 1
    everywhere: bool = False
    env: str = ""
    labels: str = ""
    parallelism: int = 1
    delay: float = 1.5
    monitor: float = 2
    on_failure: str = "pause"
    ratio: float = 0
    order: str = "stop-first"
    rollback_order: str = "stop-first"
    rollback_on_failure: str = "pause"
    rollback_parallelism: int = 1
    restart: str = "any"
    restart_delay: float = 2.5
    attempts: int = 2
    window: float = 0
    health: bool = False
    start_period: float = 0
    grace: float = 1
    constraint: str = ""
    spread: str = ""
    max_per_node: int = 0
    reserve_cpus: float = 0
    network: str = ""
    secret: str = ""
    config: str = ""
    port: int = 0


def render(name: str, settings: Settings, ids: dict[str, str], prefix: str) -> dict[str, Any]:
    """The spec as a client sends it; ``ids`` holds those of the secrets and configs that exist."""
    spec: dict[str, Any] = {
        "Name": prefix + name,
        "Labels": {"note": settings.labels} if settings.labels else {},
        "TaskTemplate": _template(settings, ids, prefix),
        "Mode": {"Global": {}} if settings.everywhere else {"Replicated": {"Replicas": settings.replicas}},
        "UpdateConfig": {
            "Parallelism": settings.parallelism,
            "Delay": _nano(settings.delay),
            "FailureAction": settings.on_failure,
            "Monitor": _nano(settings.monitor),
            "MaxFailureRatio": settings.ratio,
            "Order": settings.order,
        },
        "RollbackConfig": {
            "Parallelism": settings.rollback_parallelism,
            "FailureAction": settings.rollback_on_failure,
            "Monitor": _nano(settings.monitor),
            "MaxFailureRatio": 0,
            "Order": settings.rollback_order,
        },
    }
    if settings.port:
        port = {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": settings.port, "PublishMode": "host"}
        spec["EndpointSpec"] = {"Mode": "dnsrr", "Ports": [port]}
    return spec


def _template(settings: Settings, ids: dict[str, str], prefix: str) -> dict[str, Any]:
    template: dict[str, Any] = {
        "ContainerSpec": _container(settings, ids, prefix),
        "RestartPolicy": {
            "Condition": settings.restart,
            "Delay": _nano(settings.restart_delay),
            "MaxAttempts": settings.attempts,
            "Window": _nano(settings.window),
        },
        "Placement": _placement(settings),
        "ForceUpdate": 0,
    }
    if settings.reserve_cpus:
        template["Resources"] = {"Reservations": {"NanoCPUs": _nano(settings.reserve_cpus)}}
    if settings.network:
        template["Networks"] = [{"Target": prefix + settings.network}]
    return template


def _container(settings: Settings, ids: dict[str, str], prefix: str) -> dict[str, Any]:
    container: dict[str, Any] = {"Image": settings.image, "StopGracePeriod": _nano(settings.grace)}
    if settings.env:
        container["Env"] = [f"SETTING={settings.env}"]
    if settings.health:
        container["Healthcheck"] = {
            "Test": ["CMD-SHELL", HEALTHY],
            "Interval": _nano(0.5),
            "Timeout": _nano(2),
            "Retries": 2,
            "StartPeriod": _nano(settings.start_period),
        }
    for kind, name in (("Secret", settings.secret), ("Config", settings.config)):
        if name:
            file = {"Name": name, "UID": "0", "GID": "0", "Mode": 0o444}
            given = {f"{kind}ID": ids.get(name, "x" * 25), f"{kind}Name": prefix + name, "File": file}
            container[f"{kind}s"] = [given]
    return container


def _placement(settings: Settings) -> dict[str, Any]:
    placement: dict[str, Any] = {}
    if settings.constraint:
        placement["Constraints"] = [settings.constraint]
    if settings.spread:
        placement["Preferences"] = [{"Spread": {"SpreadDescriptor": settings.spread}}]
    if settings.max_per_node:
        placement["MaxReplicas"] = settings.max_per_node
    return placement


def _nano(seconds: float) -> int:
    return round(seconds * SECOND)
