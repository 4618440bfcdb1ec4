"""What swarmkit checks in a service spec, in its order and words (manager/controlapi/service.go)."""

from __future__ import annotations

from collections import Counter

from coopnb.practice.clock import MILLISECOND
from coopnb.practice.objects import Json, Network
from coopnb.practice.scheduler.constraints import BadConstraint, parse_constraints
from coopnb.practice.specs.names import check_service_name, is_image
from coopnb.practice.specs.references import check_reference_shapes, check_references_exist
from coopnb.practice.specs.templates import check_templates
from coopnb.practice.store import Store
from coopnb.practice.wire_errors import invalid, swarmkit_refusal

_LEAST_NANO_CPUS, _LEAST_MEMORY = 1_000_000, 4 * 2**20


def check_service(spec: Json, store: Store, own_id: str = "") -> None:
    """Refuse a converted spec that a real swarm refuses; ``own_id`` is the service's when it is updated.

    Raises:
        Refusal: with dockerd's status and text.
    """
    check_service_name(spec.get("Name", ""))
    template = spec["TaskTemplate"]
    _check_template(template)
    check_reference_shapes(template["ContainerSpec"])
    _check_container(template["ContainerSpec"])
    _check_update(spec.get("UpdateConfig") or {})
    endpoint = spec.get("EndpointSpec") or {}
    _check_endpoint(endpoint)
    _check_networks(template, store)
    _check_free_ports(endpoint, store, own_id)
    check_references_exist(template["ContainerSpec"], store)


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
    check_templates(container)
    image = container.get("Image", "")
    if not image:
        raise invalid("ContainerSpec: image reference must be provided")
    if not is_image(image):
        raise invalid(f'ContainerSpec: "{image}" is not a valid repository/tag')
    targets = Counter(mount.get("Target", "") for mount in container.get("Mounts") or [])
    for target, count in targets.items():
        if count > 1:
            raise invalid(f"ContainerSpec: duplicate mount point: {target}")
    check = container.get("Healthcheck") or {}
    for field in ("Interval", "Timeout", "StartPeriod", "StartInterval"):
        if check.get(field, 0) != 0 and check[field] < MILLISECOND:
            raise invalid(f"ContainerSpec: {field} in HealthConfig cannot be less than 1ms")
    if check.get("Retries", 0) < 0:
        raise invalid("ContainerSpec: Retries in HealthConfig cannot be negative")


def _check_update(config: Json) -> None:
    """Check how updates go; how rollbacks go swarmkit does not check."""
    if config.get("Delay", 0) < 0:
        raise invalid("TaskSpec: update-delay cannot be negative")
    if config.get("Monitor", 0) < 0:
        raise invalid("TaskSpec: update-monitor cannot be negative")
    if not 0 <= config.get("MaxFailureRatio", 0) <= 1:
        raise invalid("TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1")


def _check_endpoint(endpoint: Json) -> None:
    ports = endpoint.get("Ports") or []
    for port in ports:
        if endpoint.get("Mode", "") == "dnsrr" and port.get("PublishMode", "").lower() != "host":
            raise invalid("EndpointSpec: port published with ingress mode can't be used with dnsrr mode")
    published = Counter((port.get("PublishedPort", 0), port.get("Protocol") or "tcp") for port in ports)
    if any(number and count > 1 for (number, _), count in published.items()):
        raise invalid("EndpointSpec: duplicate published ports provided")


def _check_networks(template: Json, store: Store) -> None:
    for wanted in template.get("Networks") or ():
        network = store.get(Network, wanted["Target"])
        if network is not None and network.ingress:
            raise invalid(f'Service cannot be explicitly attached to the ingress network "{network.name}"')


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
