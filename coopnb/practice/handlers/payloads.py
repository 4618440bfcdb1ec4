"""What /secrets and /configs have in common: both hold named bytes of which only the labels can change."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from coopnb.practice.handlers.find import find
from coopnb.practice.handlers.query import read_version
from coopnb.practice.objects import Json, Payload, Service
from coopnb.practice.specs.filters import read_filters
from coopnb.practice.specs.names import check_payload_name
from coopnb.practice.specs.render import payload_json
from coopnb.practice.specs.shape import Struct, read_json
from coopnb.practice.specs.shapes import CONFIG_SPEC, SECRET_SPEC
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, empty, json_response
from coopnb.practice.wire_errors import invalid, out_of_sequence, swarmkit_refusal

_FILTERS = {"secret": ("id", "label", "name", "names"), "config": ("id", "label", "name")}


@dataclass(frozen=True, slots=True)
class Payloads:
    """One of the two kinds: its word, its class, and the size (in bytes) its data must be below."""

    word: str
    kind: type[Payload]
    limit: int

    def list(self, swarm: PracticeSwarm, request: Request) -> Response:
        """List all that pass the filters."""
        filters = read_filters(request, _FILTERS[self.word])
        kept = [
            item
            for item in swarm.store.all(self.kind)
            if filters.prefix("id", item.id)
            and filters.prefix("name", item.name)
            and filters.exact("names", item.name)
            and filters.labels("label", item.spec.get("Labels") or {})
        ]
        return json_response([payload_json(item) for item in kept])

    def inspect(self, swarm: PracticeSwarm, _request: Request, reference: str) -> Response:
        """Show one of them."""
        return json_response(payload_json(self._find(swarm, reference)))

    def create(self, swarm: PracticeSwarm, request: Request) -> Response:
        """Add one under a name that is free."""
        spec = read_json(request, self._shape)
        check_payload_name(spec.get("Name", ""))
        if spec.get("Driver", {}).get("Name"):
            raise swarmkit_refusal("Unknown", f'plugin "{spec["Driver"]["Name"]}" not found')
        if not 0 < len(base64.b64decode(spec.get("Data", ""))) < self.limit:
            raise invalid(f"{self.word} data must be larger than 0 and less than {self.limit} bytes")
        if swarm.store.named(self.kind, spec["Name"]):
            raise swarmkit_refusal("AlreadyExists", f"{self.word} {spec['Name']} already exists")
        new = swarm.store.create(self.kind(id=swarm.ids.object_id(), spec=_stored(spec)))
        return json_response({"ID": new.id}, 201)

    def update(self, swarm: PracticeSwarm, request: Request, reference: str) -> Response:
        """Change the labels of one; anything else is refused."""
        spec = read_json(request, self._shape)
        version = read_version(request, self.word, brief=True)
        current = self._find(swarm, reference)
        same_data = not spec.get("Data") or spec["Data"] == current.spec.get("Data")
        if spec.get("Name", "") != current.name or not same_data:
            raise invalid("only updates to Labels are allowed")
        if version != current.index:
            raise out_of_sequence()
        swarm.store.update(current, spec={**current.spec, "Labels": spec.get("Labels") or {}})
        return empty()

    def delete(self, swarm: PracticeSwarm, _request: Request, reference: str) -> Response:
        """Remove one that no service uses."""
        current = self._find(swarm, reference)
        users = [service.name for service in swarm.store.all(Service) if self._used_by(service, current)]
        if users:
            service = "service" if len(users) == 1 else "services"
            raise invalid(f"{self.word} '{current.name}' is in use by the following {service}: {', '.join(users)}")
        swarm.store.remove(current)
        return empty(204)

    @property
    def _shape(self) -> Struct:
        return SECRET_SPEC if self.word == "secret" else CONFIG_SPEC

    def _find(self, swarm: PracticeSwarm, reference: str) -> Payload:
        return find(swarm.store, self.kind, reference, lambda item: item.name)

    def _used_by(self, service: Service, item: Payload) -> bool:
        word = self.word.capitalize()
        references = service.spec["TaskTemplate"].get("ContainerSpec", {}).get(f"{word}s") or ()
        return any(reference.get(f"{word}ID") == item.id for reference in references)


def _stored(spec: Json) -> Json:
    kept: Json = {"Name": spec["Name"], "Labels": spec.get("Labels") or {}}
    return kept | {name: spec[name] for name in ("Data", "Driver", "Templating") if spec.get(name)}
