"""One form for a service spec, so that what was sent and what is read back can be compared.

The daemon changes a spec when it stores it: names of networks become ids, defaults are filled in, empty
values go (moby daemon/cluster/convert; swarmkit api/defaults/service.go). Two specs mean the same to
swarm exactly when their canonical forms are equal.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from coopnb.model.stack import Spec

Names = Mapping[str, str]
"""Object id -> name."""


def canonical(spec: Spec, network_names: Names) -> dict[str, Any]:
    """The canonical form of a ServiceSpec; networks, secrets and configs are told by name.

    ``ForceUpdate`` and ``Placement.Platforms`` are left out: the first is carried over from what runs,
    the second follows the image and never restarts a task that fits (orchestrator/task.go).
    """
    form: dict[str, Any] = copy.deepcopy(dict(spec))
    template = form.setdefault("TaskTemplate", {})
    container = template.setdefault("ContainerSpec", {})
    template.pop("ForceUpdate", None)
    (template.get("Placement") or {}).pop("Platforms", None)
    if template.get("Runtime") == "container":
        template.pop("Runtime")
    if container.get("Isolation") == "default":
        container.pop("Isolation")
    for switch in ("TTY", "OpenStdin", "ReadOnly"):
        if container.get(switch) is False:
            container.pop(switch)
    privileges = container.get("Privileges") or {}
    if privileges.get("NoNewPrivileges") is False:
        privileges.pop("NoNewPrivileges")
    if credentials := privileges.get("CredentialSpec"):
        configs = {item.get("ConfigID"): item.get("ConfigName") for item in container.get("Configs") or ()}
        credentials["Config"] = configs.get(credentials.get("Config"), credentials.get("Config"))
    _without_zeros(container.get("Healthcheck"))
    for mount in container.get("Mounts") or ():
        # A hint of Docker Desktop's, which engines on Linux never kept.
        mount.pop("Consistency", None)
    for kind in ("Secrets", "Configs"):
        container[kind] = sorted((_reference(item) for item in container.get(kind) or ()), key=_content)
    template["Networks"] = sorted((_network(item, network_names) for item in _networks(form)), key=_content)
    form.pop("Networks", None)
    _restart(template.get("RestartPolicy"))
    _update(form.get("UpdateConfig"))
    _update(form.get("RollbackConfig"))
    form["EndpointSpec"] = _endpoint(form.get("EndpointSpec") or {})
    form["Mode"] = _mode(form.get("Mode") or {})
    pruned: dict[str, Any] = _without_empty(form)
    return pruned


def _networks(form: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    # ServiceSpec.Networks is the older place; the daemon still answers with it for services made that way.
    found: list[Mapping[str, Any]] = form["TaskTemplate"].get("Networks") or form.get("Networks") or []
    return found


def _network(item: Mapping[str, Any], names: Names) -> dict[str, Any]:
    target = item.get("Target", "")
    return {**item, "Target": names.get(target, target)}


def _reference(item: Mapping[str, Any]) -> dict[str, Any]:
    """A secret or config reference without the id: an object of the same name cannot be swapped while in use."""
    return {key: value for key, value in item.items() if key not in ("SecretID", "ConfigID")}


def _restart(policy: dict[str, Any] | None) -> None:
    if policy is None:
        return
    policy["Condition"] = policy.get("Condition") or "any"
    for zero in ("MaxAttempts", "Window"):
        if not policy.get(zero):
            policy.pop(zero, None)


def _update(config: dict[str, Any] | None) -> None:
    if config is None:
        return
    config["FailureAction"] = config.get("FailureAction") or "pause"
    config["Order"] = config.get("Order") or "stop-first"
    config.setdefault("Parallelism", 0)
    for zero in ("Delay", "Monitor", "MaxFailureRatio"):
        if not config.get(zero):
            config.pop(zero, None)


def _endpoint(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    ports = [
        {**port, "Protocol": port.get("Protocol") or "tcp", "PublishMode": port.get("PublishMode") or "ingress"}
        for port in endpoint.get("Ports") or ()
    ]
    return {"Mode": endpoint.get("Mode") or "vip", "Ports": sorted(ports, key=_content)}


def _mode(mode: Mapping[str, Any]) -> dict[str, Any]:
    replicated = mode.get("Replicated")
    if replicated is None and not any(value is not None for value in mode.values()):
        replicated = {}
    if (job := mode.get("ReplicatedJob")) is not None:
        # moby daemon/cluster/convert/service.go: one at a time, and as often as at a time.
        at_once = 1 if job.get("MaxConcurrent") is None else job["MaxConcurrent"]
        times = at_once if job.get("TotalCompletions") is None else job["TotalCompletions"]
        return {"ReplicatedJob": {"MaxConcurrent": at_once, "TotalCompletions": times}}
    if replicated is None:
        # {"Global": {}} is told by the key alone, which _without_empty would drop.
        return {name: value or "yes" for name, value in mode.items() if value is not None}
    replicas = replicated.get("Replicas")
    return {"Replicated": {"Replicas": 1 if replicas is None else replicas}}


def _content(item: Mapping[str, Any]) -> str:
    """A key to sort by that does not depend on the order of an object's fields: the engine has one of its own."""
    return json.dumps(item, sort_keys=True)


def _without_zeros(block: dict[str, Any] | None) -> None:
    for key, value in list((block or {}).items()):
        if value == 0 and block is not None:
            block.pop(key)


def _without_empty(value: Any) -> Any:
    """Drop ``None``, ``""``, ``[]`` and ``{}`` at every depth; zeros and ``False`` stay, they can be meant."""
    if isinstance(value, dict):
        kept = {key: _without_empty(item) for key, item in value.items() if key != "Env"}
        if value.get("Env"):
            kept["Env"] = list(value["Env"])
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value
