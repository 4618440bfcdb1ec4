"""The form in which dockerd gives a service spec back: what it fills in, drops and renames."""

from __future__ import annotations

import copy
from typing import Any

from coopnb.practice.clock import SECOND
from coopnb.practice.objects import Json

_PULL_ONLY = ("Consistency",)


def stored_spec(spec: Json) -> Json:
    """A decoded service spec as the engine keeps it (networks already replaced by their ids)."""
    template = spec.get("TaskTemplate") or {}
    stored: Json = {"Name": spec.get("Name", ""), "Labels": spec.get("Labels") or {}}
    stored["TaskTemplate"] = _template(template)
    stored["Mode"] = _mode(spec.get("Mode") or {})
    for name in ("UpdateConfig", "RollbackConfig"):
        if name in spec:
            stored[name] = _update_config(spec[name])
    if "EndpointSpec" in spec:
        stored["EndpointSpec"] = _endpoint(spec["EndpointSpec"])
    return stored


def with_defaults(spec: Json) -> Json:
    """A stored spec with everything that ``insertDefaults=true`` adds; never to be written back."""
    full = copy.deepcopy(spec)
    template = full["TaskTemplate"]
    container = template.get("ContainerSpec", {})
    container.setdefault("StopGracePeriod", 10 * SECOND)
    container.setdefault("DNSConfig", {})
    template["Resources"] = {"Limits": {}, "Reservations": {}} | (template.get("Resources") or {})
    template["RestartPolicy"] = {"Condition": "any", "Delay": 5 * SECOND, "MaxAttempts": 0} | (
        template.get("RestartPolicy") or {}
    )
    template.setdefault("Placement", {})
    for name in ("UpdateConfig", "RollbackConfig"):
        full[name] = {
            "Parallelism": 1,
            "FailureAction": "pause",
            "Monitor": 5 * SECOND,
            "MaxFailureRatio": 0,
            "Order": "stop-first",
        } | (full.get(name) or {})
    full["EndpointSpec"] = {"Mode": "vip"} | (full.get("EndpointSpec") or {})
    return full


def task_spec(template: Json) -> Json:
    """The spec as a task shows it: the service's template without its runtime."""
    return {key: value for key, value in template.items() if key != "Runtime"}


def _template(template: Json) -> Json:
    stored: Json = {}
    if "ContainerSpec" in template:
        stored["ContainerSpec"] = _container(template["ContainerSpec"])
    for name in ("Resources", "Placement", "LogDriver"):
        if name in template:
            stored[name] = _without_empty(template[name])
    if "RestartPolicy" in template:
        policy = template["RestartPolicy"]
        stored["RestartPolicy"] = {"Condition": "any", "MaxAttempts": 0} | {k: v for k, v in policy.items() if v != ""}
    if template.get("Networks"):
        stored["Networks"] = [_without_empty(network) for network in template["Networks"]]
    stored["ForceUpdate"] = template.get("ForceUpdate", 0)
    stored["Runtime"] = template.get("Runtime") or "container"
    return stored


def _container(container: Json) -> Json:
    stored = _without_empty(container, keep=("Privileges", "DNSConfig", "Init", "StopGracePeriod"))
    if "Healthcheck" in container:
        stored["Healthcheck"] = _without_empty(container["Healthcheck"])
    stored["Isolation"] = container.get("Isolation") or "default"
    if "Privileges" in container:
        stored["Privileges"] = {"CredentialSpec": None, "SELinuxContext": None, "NoNewPrivileges": False} | container[
            "Privileges"
        ]
    if container.get("Mounts"):
        stored["Mounts"] = [
            _without_empty(
                {k: v for k, v in mount.items() if k not in _PULL_ONLY},
                keep=("VolumeOptions", "BindOptions", "TmpfsOptions"),
            )
            for mount in container["Mounts"]
        ]
    for name in ("Secrets", "Configs"):
        for reference in stored.get(name, ()):
            if "File" in reference:
                reference["File"] = {"Name": "", "UID": "", "GID": "", "Mode": 0} | reference["File"]
    return stored


def _mode(mode: Json) -> Json:
    if "Global" in mode:
        return {"Global": {}}
    return {"Replicated": {"Replicas": (mode.get("Replicated") or {}).get("Replicas", 1)}}


def _update_config(config: Json) -> Json:
    stored = {"Parallelism": config.get("Parallelism", 0)}
    if config.get("Delay"):
        stored["Delay"] = config["Delay"]
    stored["FailureAction"] = config.get("FailureAction") or "pause"
    if config.get("Monitor"):
        stored["Monitor"] = config["Monitor"]
    stored["MaxFailureRatio"] = config.get("MaxFailureRatio", 0)
    stored["Order"] = config.get("Order") or "stop-first"
    return stored


def _endpoint(endpoint: Json) -> Json:
    stored: Json = {"Mode": endpoint.get("Mode") or "vip"}
    if endpoint.get("Ports"):
        stored["Ports"] = [_port(port) for port in endpoint["Ports"]]
    return stored


def _port(port: Json) -> Json:
    stored: Json = {"Name": port["Name"]} if port.get("Name") else {}
    stored |= {"Protocol": port.get("Protocol") or "tcp", "TargetPort": port.get("TargetPort", 0)}
    if port.get("PublishedPort"):
        stored["PublishedPort"] = port["PublishedPort"]
    return stored | {"PublishMode": port.get("PublishMode") or "ingress"}


def _without_empty(value: Json, keep: tuple[str, ...] = ()) -> Json:
    """A copy without what Go's ``omitempty`` leaves out: empty lists, maps, strings, zeros, false."""
    return {key: copy.deepcopy(item) for key, item in value.items() if key in keep or not _is_empty(item)}


def _is_empty(value: Any) -> bool:
    return value in ("", 0, False) or (isinstance(value, (list, dict)) and not value)
