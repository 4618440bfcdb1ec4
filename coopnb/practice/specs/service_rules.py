"""What dockerd and swarmkit check in a service spec, in their order and words."""

from __future__ import annotations

import re
from collections import Counter

from coopnb.practice.clock import MILLISECOND
from coopnb.practice.objects import Config, Json, Secret
from coopnb.practice.scheduler.constraints import BadConstraint, parse_constraints
from coopnb.practice.store import Store
from coopnb.practice.wire_errors import Refusal, invalid, swarmkit_refusal

_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9\-_.]*[a-zA-Z0-9])?")
_DNS_NAME = re.compile(r"[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*")
_IMAGE = re.compile(
    r"(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::\d+)?/)?"
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
    r"(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?"
)
_TEMPLATE_FIELD = re.compile(r"\{\{-?\s*(\.(\w+))")
_TEMPLATE_FIELDS = ("Service", "Node", "Task")
_LEAST_NANO_CPUS, _LEAST_MEMORY = 1_000_000, 4 * 2**20
MOST_REPLICAS = 1000
"""More than anybody practises with; without a bound one request could fill the memory."""

_CONDITIONS = ("", "none", "on-failure", "any")
_ACTIONS = ("", "pause", "continue", "rollback")
_ORDERS = ("", "stop-first", "start-first")


def check_service(spec: Json, store: Store, own_id: str = "") -> None:
    """Refuse a decoded spec that a real engine refuses; ``own_id`` is the service's when it is updated.

    Raises:
        Refusal: with dockerd's status and text.
    """
    _check_conversion(spec)
    _check_name(spec.get("Name", ""))
    template = spec.get("TaskTemplate") or {}
    _check_template(template)
    _check_container(template.get("ContainerSpec") or {})
    for name in ("UpdateConfig", "RollbackConfig"):
        _check_update(spec.get(name) or {}, "update" if name == "UpdateConfig" else "rollback")
    _check_endpoint(spec.get("EndpointSpec") or {})
    _check_references(template.get("ContainerSpec") or {}, store)
    _check_free_ports(spec.get("EndpointSpec") or {}, store, own_id)


def check_payload_name(name: str) -> None:
    """Refuse a secret's or config's name as swarmkit does."""
    if not name:
        raise invalid("name must be provided")
    if len(name) > 64 or not _NAME.fullmatch(name):
        allowed = "only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]"
        raise invalid(f"invalid name, {allowed}")


def is_image(reference: str) -> bool:
    """Whether a reference is a valid repository with tag or digest."""
    return bool(_IMAGE.fullmatch(reference))


def _check_conversion(spec: Json) -> None:
    """What dockerd refuses before swarmkit sees it."""
    mode = spec.get("Mode") or {}
    if len(mode) > 1:
        raise Refusal(400, "must specify only one service mode")
    jobs = [name for name in mode if name.endswith("Job")]
    template = spec.get("TaskTemplate") or {}
    condition = (template.get("RestartPolicy") or {}).get("Condition", "")
    if condition not in _CONDITIONS:
        raise Refusal(400, f'invalid RestartCondition: "{condition}"')
    for name in ("UpdateConfig", "RollbackConfig"):
        config = spec.get(name) or {}
        if config.get("FailureAction", "") not in _ACTIONS:
            raise Refusal(400, f"unrecognized update failure action {config['FailureAction']}")
        if config.get("Order", "") not in _ORDERS:
            raise Refusal(400, f"unrecognized update order {config['Order']}")
    if jobs and "UpdateConfig" in spec:
        raise invalid("Jobs may not have an update config")
    replicas = (mode.get("Replicated") or {}).get("Replicas", 1)
    if replicas > MOST_REPLICAS:
        raise Refusal(400, f"the practice swarm simulates at most {MOST_REPLICAS} replicas a service, not {replicas}")
    if jobs:
        raise Refusal(501, f"the practice swarm does not simulate services of mode {jobs[0]}")
    if "PluginSpec" in template or "NetworkAttachmentSpec" in template:
        raise Refusal(501, "the practice swarm does not simulate tasks other than containers")


def _check_name(name: str) -> None:
    if not name:
        raise invalid("meta: name must be provided")
    if not _DNS_NAME.fullmatch(name):
        raise invalid("name must be valid as a DNS name component")
    if len(name) > 63:
        raise invalid("name must be 63 characters or fewer")


def _check_template(template: Json) -> None:
    resources = template.get("Resources") or {}
    for part in ("Limits", "Reservations"):
        wanted = resources.get(part) or {}
        nano_cpus, memory = wanted.get("NanoCPUs", 0), wanted.get("MemoryBytes", 0)
        if nano_cpus != 0 and nano_cpus < _LEAST_NANO_CPUS:
            raise invalid(f"invalid cpu value {nano_cpus / 1e9:g}: Must be at least 0.001")
        if memory != 0 and memory < _LEAST_MEMORY:
            raise invalid(f"invalid memory value {memory}: Must be at least 4MiB")
    for field in ("Delay", "Window"):
        if (template.get("RestartPolicy") or {}).get(field, 0) < 0:
            raise invalid(f"TaskSpec: restart-{field.lower()} cannot be negative")
    try:
        parse_constraints((template.get("Placement") or {}).get("Constraints") or [])
    except BadConstraint as error:
        raise swarmkit_refusal("Unknown", str(error)) from None


def _check_container(container: Json) -> None:
    image = container.get("Image", "")
    if not image:
        raise invalid("ContainerSpec: image reference must be provided")
    if not is_image(image):
        raise invalid(f'ContainerSpec: "{image}" is not a valid repository/tag')
    targets = Counter(mount.get("Target", "") for mount in container.get("Mounts") or [])
    for target, count in targets.items():
        if count > 1:
            raise invalid(f"ContainerSpec: duplicate mount point: {target}")
    for variable in container.get("Env") or []:
        _check_template_text(variable)
    check = container.get("Healthcheck") or {}
    for field in ("Interval", "Timeout", "StartPeriod", "StartInterval"):
        if check.get(field, 0) != 0 and check[field] < MILLISECOND:
            raise invalid(f"ContainerSpec: {field} in HealthConfig cannot be less than 1ms")
    if check.get("Retries", 0) < 0:
        raise invalid("ContainerSpec: Retries in HealthConfig cannot be negative")


def _check_template_text(variable: str) -> None:
    """Refuse an environment variable whose template names what a task does not have."""
    value = variable.partition("=")[2]
    for found in _TEMPLATE_FIELD.finditer(value):
        if found[2] not in _TEMPLATE_FIELDS:
            line = value.count("\n", 0, found.start()) + 1
            column = found.start(1) - (value.rfind("\n", 0, found.start()) + 1)
            raise invalid(
                f'expanding env failed: expanding env "{variable}": template: expansion:{line}:{column}: executing '
                f'"expansion" at <{found[1]}>: can\'t evaluate field {found[2]} in type *template.Context'
            )


def _check_update(config: Json, name: str) -> None:
    if config.get("Delay", 0) < 0:
        raise invalid(f"TaskSpec: {name}-delay cannot be negative")
    if config.get("Monitor", 0) < 0:
        raise invalid(f"TaskSpec: {name}-monitor cannot be negative")
    if not 0 <= config.get("MaxFailureRatio", 0) <= 1:
        raise invalid(f"TaskSpec: {name}-maxfailureratio cannot be less than 0 or bigger than 1")


def _check_endpoint(endpoint: Json) -> None:
    ports = endpoint.get("Ports") or []
    mode = endpoint.get("Mode", "")
    if mode not in ("", "vip", "dnsrr"):
        raise Refusal(400, f'invalid ResolutionMode: "{mode}"')
    for port in ports:
        if port.get("Protocol", "").lower() not in ("", "tcp", "udp", "sctp"):
            raise Refusal(400, f'invalid protocol: "{port["Protocol"]}"')
        if port.get("PublishMode", "").lower() not in ("", "ingress", "host"):
            raise Refusal(400, f'invalid PublishMode: "{port["PublishMode"]}"')
        if max(port.get("TargetPort", 0), port.get("PublishedPort", 0)) > 65535:
            raise invalid("EndpointSpec: port number out of range")
    if mode == "dnsrr" and any(port.get("PublishMode", "ingress") == "ingress" for port in ports):
        raise invalid("EndpointSpec: port published with ingress mode can't be used with dnsrr mode")
    published = Counter((port.get("PublishedPort", 0), port.get("Protocol") or "tcp") for port in ports)
    if any(number and count > 1 for (number, _), count in published.items()):
        raise invalid("EndpointSpec: duplicate published ports provided")


def _check_references(container: Json, store: Store) -> None:
    kinds: tuple[tuple[str, str, type[Secret] | type[Config]], ...] = (
        ("Secrets", "secret", Secret),
        ("Configs", "config", Config),
    )
    for field, word, kind in kinds:
        targets: set[str] = set()
        for reference in container.get(field) or []:
            object_id = reference.get(f"{word.capitalize()}ID", "")
            name = reference.get(f"{word.capitalize()}Name", "")
            found = store.get(kind, object_id)
            if found is None:
                raise invalid(f"{word} not found: {name or object_id}")
            if found.name != name:
                raise invalid(f"malformed {word} reference")
            target = (reference.get("File") or {}).get("Name", "")
            if target in targets:
                raise invalid(f"{word} references have a conflicting target name: {target}")
            targets.add(target)


def _check_free_ports(endpoint: Json, store: Store, own_id: str) -> None:
    for port in endpoint.get("Ports") or []:
        number, protocol = port.get("PublishedPort", 0), port.get("Protocol") or "tcp"
        if not number:
            continue
        for service in store.publishers(number):
            if service.id == own_id:
                continue
            for other in service.ports:
                same = (other.get("PublishedPort"), other.get("Protocol")) == (number, protocol)
                both_host = other.get("PublishMode") == "host" and port.get("PublishMode") == "host"
                if same and not both_host:
                    kind = "host-published" if other.get("PublishMode") == "host" else "ingress"
                    raise invalid(
                        f"port '{number}' is already in use by service '{service.name}' ({service.id}) as "
                        f"{'a' if kind[0] == 'h' else 'an'} {kind} port"
                    )
