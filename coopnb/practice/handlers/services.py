"""/services: list, inspect, create, update (with rollback), delete."""

from __future__ import annotations

import copy

from coopnb.practice.handlers.find import find
from coopnb.practice.handlers.query import read_bool, read_version
from coopnb.practice.objects import Json, Network, Service, UpdateStatus
from coopnb.practice.specs.conversion import check_conversion, with_known_words
from coopnb.practice.specs.filters import read_filters
from coopnb.practice.specs.readback import stored_spec
from coopnb.practice.specs.render import service_json, service_status
from coopnb.practice.specs.service_rules import check_service
from coopnb.practice.specs.service_shape import SERVICE_SPEC
from coopnb.practice.specs.shape import read_json
from coopnb.practice.specs.versions import adjust_for_version
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, empty, json_response
from coopnb.practice.wire_errors import Refusal, out_of_sequence, swarmkit_refusal


def list_services(swarm: PracticeSwarm, request: Request) -> Response:
    """List all services that pass the filters; with ``status`` each with its numbers of tasks."""
    filters = read_filters(request, ("id", "label", "mode", "name", "runtime"))
    shown = []
    for service in swarm.store.all(Service):
        mode = "global" if service.is_global else "replicated"
        if (
            filters.prefix("id", service.id)
            and filters.prefix("name", service.name)
            and filters.labels("label", service.spec.get("Labels") or {})
            and filters.exact("mode", mode)
            and filters.exact("runtime", "container")
        ):
            rendered = service_json(service)
            if request.flag("status"):
                rendered["ServiceStatus"] = service_status(service, swarm.store.tasks_of(service.id))
            shown.append(rendered)
    return json_response(shown)


def inspect_service(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Show one service, with defaults filled in if asked."""
    defaults = read_bool(request, "insertDefaults")
    service = find_service(swarm, reference)
    return json_response(service_json(service, defaults))


def create_service(swarm: PracticeSwarm, request: Request) -> Response:
    """Add a service; its addresses and ports come with a second write, as in a real swarm."""
    spec = read_json(request, SERVICE_SPEC)
    _convert(swarm, request, spec)
    unnamed = not spec.get("Name")
    check_service({**spec, "Name": "unnamed"} if unnamed else spec, swarm.store)
    if unnamed:
        spec["Name"] = _free_name(swarm)
    if swarm.store.named(Service, spec["Name"]):
        text = f"name conflicts with an existing object: service {spec['Name']} already exists"
        raise swarmkit_refusal("AlreadyExists", text)
    new = Service(id=swarm.ids.object_id(), spec=stored_spec(spec), spec_version=swarm.store.index + 1)
    _allocate(swarm, swarm.store.create(new))
    return json_response({"ID": new.id, "Warnings": None}, 201)


def update_service(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Replace a service's spec, or swap it with the previous one (``rollback=previous``)."""
    spec = read_json(request, SERVICE_SPEC)
    version = read_version(request, "service")
    rollback = request.query.get("rollback", "")
    if rollback not in ("", "none", "previous"):
        raise Refusal(500, f"unrecognized rollback option {rollback}")
    _convert(swarm, request, spec)
    service = find_service(swarm, reference)
    _check_login(request, service)
    check_service(spec, swarm.store, service.id)
    if spec["Name"] != service.name:
        raise swarmkit_refusal("Unimplemented", "renaming services is not supported")
    if ("Global" in (spec.get("Mode") or {})) != service.is_global:
        raise swarmkit_refusal("Unimplemented", "service mode change is not allowed")
    if rollback == "previous":
        changed = _rolled_back(swarm, service)
    else:
        changed = {
            "spec": stored_spec(spec),
            "spec_version": swarm.store.index + 1,
            "previous_spec": service.spec,
            "previous_spec_version": service.spec_version,
            "update_status": None,
        }
    if version != service.index:
        raise out_of_sequence()
    _allocate(swarm, swarm.store.update(service, **changed))
    return json_response({"Warnings": None})


def delete_service(swarm: PracticeSwarm, _request: Request, reference: str) -> Response:
    """Remove a service; its tasks go in their own time."""
    swarm.store.remove(find_service(swarm, reference))
    return empty()


def find_service(swarm: PracticeSwarm, reference: str) -> Service:
    """The service that an id, a name or the beginning of an id means."""
    return find(swarm.store, Service, reference, lambda service: service.name)


def _convert(swarm: PracticeSwarm, request: Request, spec: Json) -> None:
    """Make a decoded spec the one that swarmkit would see, for a client of this version."""
    _resolve_networks(swarm, spec)
    adjust_for_version(spec, request.version)
    check_conversion(spec)
    with_known_words(spec)


def _check_login(request: Request, service: Service) -> None:
    """Check whose login a pull should use; logins are accepted, and not kept."""
    source = request.query.get("registryAuthFrom", "")
    if request.headers.get("x-registry-auth"):
        return
    if source not in ("", "spec", "previous-spec"):
        raise Refusal(500, "unsupported registryAuthFrom value")
    if source == "previous-spec" and service.previous_spec is None:
        raise Refusal(500, "service does not have a previous spec")


def _free_name(swarm: PracticeSwarm) -> str:
    """A name for a service that was given none, made of two words as dockerd makes them."""
    while True:
        name = swarm.ids.name()
        if not swarm.store.named(Service, name):
            return name


def _rolled_back(swarm: PracticeSwarm, service: Service) -> Json:
    if service.previous_spec is None:
        raise swarmkit_refusal("FailedPrecondition", f"service {service.id} does not have a previous spec")
    return {
        "spec": service.previous_spec,
        "spec_version": service.previous_spec_version,
        "previous_spec": service.spec,
        "previous_spec_version": service.spec_version,
        "update_status": UpdateStatus(
            state="rollback_started", message="manually requested rollback", started=swarm.clock.now
        ),
    }


def _resolve_networks(swarm: PracticeSwarm, spec: Json) -> None:
    """Replace network names by ids; the old place of the list, beside the template, is still read."""
    template = spec.setdefault("TaskTemplate", {})
    networks = template.get("Networks") or spec.get("Networks") or []
    for network in networks:
        target = network.get("Target", "")
        try:
            network["Target"] = find(swarm.store, Network, target, lambda item: item.name).id
        except Refusal as refusal:
            # dockerd resolves networks before it converts the spec, and passes the miss on as its own failure.
            raise Refusal(500, refusal.message) from None
    if networks:
        template["Networks"] = copy.deepcopy(networks)


def _allocate(swarm: PracticeSwarm, service: Service) -> None:
    allocated = swarm.allocator.endpoint(service)
    if (allocated.ports, allocated.virtual_ips) != (service.ports, service.virtual_ips):
        swarm.store.update(service, ports=allocated.ports, virtual_ips=allocated.virtual_ips)
