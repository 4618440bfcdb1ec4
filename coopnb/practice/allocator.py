"""Addresses and ports: swarmkit's allocator, as far as it can be seen from outside."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from coopnb.practice.clock import MILLISECOND, Clock
from coopnb.practice.objects import Json, Network, Service, Task, TaskState
from coopnb.practice.store import Change, Store

_ALLOCATION = 20 * MILLISECOND
_FIRST_PORT, _LAST_PORT = 30000, 32767


class Allocator:
    """Gives networks a subnet, services addresses and ports, and tasks an address on each network."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._subnets = 0
        self._hosts: dict[str, int] = {}

    def changed(self, change: Change) -> None:
        """A new task becomes pending a moment later, with its addresses."""
        task = change.new
        if isinstance(task, Task) and change.old is None:
            self._clock.after(_ALLOCATION, lambda: self._make_pending(task.id))

    def subnet(self) -> Json:
        """The next free subnet of the default pool, as an IPAM config."""
        self._subnets += 1
        first = ipaddress.ip_address("10.0.0.0") + self._subnets * 256
        return {"Subnet": f"{first}/24", "Gateway": str(first + 1)}

    def endpoint(self, service: Service) -> Service:
        """A service with its published ports and virtual addresses; those it has already it keeps."""
        spec = service.spec.get("EndpointSpec") or {}
        ports = tuple(self._port(port, service) for port in spec.get("Ports") or ())
        wanted = self._networks(service)
        if any(port.get("PublishMode", "ingress") == "ingress" for port in ports):
            ingress = self._store.ingress()
            wanted = [*([ingress] if ingress is not None else []), *wanted]
        kept = {str(address["NetworkID"]): address for address in service.virtual_ips}
        addresses = (
            ()
            if spec.get("Mode") == "dnsrr"
            else tuple(
                kept.get(network.id) or {"NetworkID": network.id, "Addr": self._address(network)} for network in wanted
            )
        )
        return replace(service, ports=ports, virtual_ips=addresses)

    def _port(self, port: Json, service: Service) -> Json:
        if port.get("PublishedPort") or port.get("PublishMode") == "host":
            return port
        same = [
            old
            for old in service.ports
            if old["TargetPort"] == port["TargetPort"] and old["Protocol"] == port["Protocol"]
        ]
        if same:
            return {**port, "PublishedPort": same[0]["PublishedPort"]}
        free = next(number for number in range(_FIRST_PORT, _LAST_PORT + 1) if not self._store.publishers(number))
        return {**port, "PublishedPort": free}

    def _networks(self, service: Service) -> list[Network]:
        targets = [item["Target"] for item in service.spec["TaskTemplate"].get("Networks") or ()]
        found = [self._store.get(Network, target) for target in targets]
        return [network for network in found if network is not None and network.driver == "overlay"]

    def _address(self, network: Network) -> str:
        subnet = ipaddress.ip_network(str(network.ipam[0]["Subnet"]) if network.ipam else "10.255.0.0/24", strict=False)
        number = self._hosts.get(network.id, 1) + 1
        if number >= subnet.num_addresses - 1:
            number = 2
        self._hosts[network.id] = number
        return f"{subnet[number]}/{subnet.prefixlen}"

    def _make_pending(self, task_id: str) -> None:
        task = self._store.get(Task, task_id)
        if task is None or task.state != TaskState.NEW:
            return
        service = self._store.get(Service, task.service_id)
        networks = self._networks(service) if service is not None else []
        if service is not None and any(port.get("PublishMode") != "host" for port in service.ports):
            ingress = self._store.ingress()
            networks += [ingress] if ingress is not None else []
        self._store.update(
            task,
            state=TaskState.PENDING,
            message="pending task scheduling",
            timestamp=self._clock.now,
            attachments=tuple(self._attachment(network) for network in networks),
        )

    def _attachment(self, network: Network) -> Json:
        spec: Json = {
            "Name": network.name,
            "Labels": dict(network.labels),
            "DriverConfiguration": {"Name": network.driver},
        }
        spec |= {"Attachable": True} if network.attachable else {}
        spec |= {"Internal": True} if network.internal else {}
        spec |= {"Ingress": True} if network.ingress else {}
        return {
            "Network": {
                "ID": network.id,
                "Version": {"Index": network.index},
                "CreatedAt": network.created,
                "UpdatedAt": network.updated,
                "Spec": {**spec, "Scope": "swarm"},
                "DriverState": {"Name": network.driver},
                "IPAMOptions": {"Driver": {"Name": network.ipam_driver}, "Configs": list(network.ipam)},
            },
            "Addresses": [self._address(network)],
        }
