"""What dockerd refuses in a service spec while it makes swarmkit's of it (daemon/cluster/convert)."""

from __future__ import annotations

from coopnb.practice.objects import Json
from coopnb.practice.specs.names import is_image
from coopnb.practice.wire_errors import Refusal, invalid

MOST_REPLICAS = 1000
"""More than anybody practises with; without a bound one request could fill the memory."""

_CONDITIONS = ("", "none", "on-failure", "any")
_ACTIONS = ("", "pause", "continue", "rollback")
_ORDERS = ("", "stop-first", "start-first")
_MOUNT_TYPES = ("", "bind", "volume", "tmpfs", "npipe", "cluster", "image")
_PROPAGATIONS = ("", "private", "rprivate", "shared", "rshared", "slave", "rslave")
_PROTOCOLS, _PUBLISH_MODES = ("tcp", "udp", "sctp"), ("ingress", "host")
_ENDPOINT_MODES = ("", "vip", "dnsrr")


def check_conversion(spec: Json) -> None:
    """Refuse a decoded spec that cannot be converted.

    Raises:
        Refusal: with dockerd's status and text; 501 for what is not simulated.
    """
    template = spec.get("TaskTemplate") or {}
    _check_runtime(template)
    _check_container(template["ContainerSpec"])
    condition = (template.get("RestartPolicy") or {}).get("Condition", "")
    if condition not in _CONDITIONS:
        raise Refusal(400, f'invalid RestartCondition: "{condition}"')
    for name in ("UpdateConfig", "RollbackConfig"):
        config = spec.get(name) or {}
        if config.get("FailureAction", "") not in _ACTIONS:
            raise Refusal(400, f"unrecognized update failure action {config['FailureAction']}")
        if config.get("Order", "") not in _ORDERS:
            raise Refusal(400, f"unrecognized update order {config['Order']}")
    mode = (spec.get("EndpointSpec") or {}).get("Mode", "")
    if mode not in _ENDPOINT_MODES:
        raise Refusal(400, f'invalid resolution mode: "{mode}"')
    _check_mode(spec)


def with_known_words(spec: Json) -> Json:
    """The spec with words of ports in lower case; what swarmkit does not know becomes its first word, in silence."""
    for port in (spec.get("EndpointSpec") or {}).get("Ports") or ():
        for field, words in (("Protocol", _PROTOCOLS), ("PublishMode", _PUBLISH_MODES)):
            word = port.get(field, "").lower()
            port[field] = word if word in words else words[0]
    return spec


def _check_runtime(template: Json) -> None:
    runtime = template.get("Runtime", "")
    if runtime not in ("", "container", "plugin"):
        raise Refusal(400, "unsupported runtime")
    if ("PluginSpec" if runtime == "plugin" else "ContainerSpec") not in template:
        raise Refusal(400, "mismatched Runtime and *Spec fields")
    if runtime == "plugin":
        raise Refusal(501, "the practice swarm does not simulate services of runtime plugin")


def _check_container(container: Json) -> None:
    for reference in container.get("Configs") or ():
        if "File" not in reference and "Runtime" not in reference:
            raise Refusal(400, "invalid Config: either File or Runtime should be set")
    for mount in container.get("Mounts") or ():
        kind, propagation = mount.get("Type", ""), (mount.get("BindOptions") or {}).get("Propagation", "")
        if kind not in _MOUNT_TYPES:
            raise Refusal(400, f'invalid MountType: "{kind}"')
        if propagation not in _PROPAGATIONS:
            raise Refusal(400, f'invalid MountPropagation: "{propagation}"')


def _check_mode(spec: Json) -> None:
    mode = spec.get("Mode") or {}
    if len(mode) > 1:
        raise Refusal(400, "must specify only one service mode")
    replicas = (mode.get("Replicated") or {}).get("Replicas", 1)
    if replicas > MOST_REPLICAS:
        raise Refusal(400, f"the practice swarm simulates at most {MOST_REPLICAS} replicas a service, not {replicas}")
    jobs = [name for name in mode if name.endswith("Job")]
    if jobs and "UpdateConfig" in spec and is_image(spec["TaskTemplate"]["ContainerSpec"].get("Image", "")):
        raise invalid("Jobs may not have an update config")
    if jobs:
        raise Refusal(501, f"the practice swarm does not simulate services of mode {jobs[0]}")
