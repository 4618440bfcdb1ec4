"""A service that has one of everything, and the objects that it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.contract.images import CHECK
from tests.contract.swarm import SECOND, Swarm

FILE = {"UID": "0", "GID": "0", "Mode": 0o444}
CONTAINER = "TaskTemplate.ContainerSpec."


@dataclass(frozen=True, slots=True)
class Rich:
    """Ids of what was made: the service ``rich``, its task that runs, that task's container, and what they use."""

    service: str
    task: str
    old_task: str
    container: str
    network: str
    secret: str
    config: str


def make(swarm: Swarm) -> Rich:
    """Create everything, update the service once, and wait until that is over."""
    api = swarm.api
    labels = {"kind": "rich"}
    secret = api.post("/secrets/create", {"Name": "rich-secret", "Data": "eA==", "Labels": labels})["ID"]
    config = api.post("/configs/create", {"Name": "rich-config", "Data": "eA==", "Labels": labels})["ID"]
    network = {"Name": "rich-network", "Driver": "overlay", "Attachable": True, "Labels": labels}
    network_id = api.post("/networks/create", network)["Id"]
    service = swarm.create("rich", "t/well:1", Labels=labels, at=template(secret, config), **policies())
    swarm.running("rich")
    assert swarm.update("rich", {CONTAINER + "Env": ["A=2"]}).status == 200
    swarm.until(
        lambda: swarm.service("rich"), lambda found: found.get("UpdateStatus", {}).get("State") == "completed", 60
    )
    (task,) = swarm.running("rich")
    old = next(one for one in swarm.tasks("rich") if one["DesiredState"] == "shutdown")
    container = task["Status"]["ContainerStatus"]["ContainerID"]
    return Rich(service, task["ID"], old["ID"], container, network_id, secret, config)


def unmake(swarm: Swarm) -> None:
    """Remove all of it."""
    swarm.remove("rich", gone=True)
    for target in ("/secrets/rich-secret", "/configs/rich-config", "/networks/rich-network", "/volumes/rich-volume"):
        swarm.api.call("DELETE", target)


def template(secret: str, config: str) -> dict[str, Any]:
    """One of everything that a task can have and both kinds of swarm can run."""
    return {
        CONTAINER + "Labels": {"inner": "yes"},
        CONTAINER + "Env": ["A=1", "B={{.Service.Name}}"],
        CONTAINER + "Hostname": "h-{{.Task.Slot}}",
        CONTAINER + "Dir": "/tmp",
        CONTAINER + "User": "root",
        CONTAINER + "Groups": ["0"],
        CONTAINER + "Init": True,
        CONTAINER + "StopSignal": "SIGTERM",
        CONTAINER + "StopGracePeriod": 5 * SECOND,
        CONTAINER + "Hosts": ["10.1.2.3 other"],
        CONTAINER + "DNSConfig": {"Nameservers": ["10.97.0.53"], "Search": ["example.org"]},
        CONTAINER + "CapabilityAdd": ["CAP_NET_ADMIN"],
        CONTAINER + "Healthcheck": {"Test": CHECK, "Interval": SECOND // 5, "Timeout": 5 * SECOND, "Retries": 3},
        CONTAINER + "Mounts": [
            {"Type": "volume", "Source": "rich-volume", "Target": "/v", "VolumeOptions": {"Labels": {"v": "1"}}},
            {"Type": "bind", "Source": "/tmp", "Target": "/b", "ReadOnly": True},
            {"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 65536}},
        ],
        CONTAINER + "Secrets": [{"SecretID": secret, "SecretName": "rich-secret", "File": {"Name": "s", **FILE}}],
        CONTAINER + "Configs": [{"ConfigID": config, "ConfigName": "rich-config", "File": {"Name": "/c", **FILE}}],
        "TaskTemplate.Resources": {
            "Limits": {"NanoCPUs": SECOND // 2, "MemoryBytes": 2**26},
            "Reservations": {"NanoCPUs": SECOND // 100, "MemoryBytes": 2**23},
        },
        "TaskTemplate.RestartPolicy": {"Condition": "any", "Delay": SECOND, "MaxAttempts": 3, "Window": 9 * SECOND},
        "TaskTemplate.Placement": {"Constraints": ["node.role==manager"], "MaxReplicas": 4},
        "TaskTemplate.LogDriver": {"Name": "json-file", "Options": {"max-size": "1m"}},
        "TaskTemplate.Networks": [{"Target": "rich-network", "Aliases": ["other"]}],
    }


def policies() -> dict[str, Any]:
    """Policies and ports."""
    policy = {"Parallelism": 1, "Delay": SECOND // 10, "Monitor": SECOND // 2, "MaxFailureRatio": 0.5}
    return {
        "UpdateConfig": {**policy, "FailureAction": "rollback", "Order": "stop-first"},
        "RollbackConfig": {**policy, "FailureAction": "pause", "Order": "stop-first"},
        "EndpointSpec": {
            "Mode": "vip",
            "Ports": [
                {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8121, "PublishMode": "ingress"},
                {"Protocol": "tcp", "TargetPort": 81, "PublishedPort": 8122, "PublishMode": "host"},
            ],
        },
    }
