"""What services are reached by: published ports and virtual addresses (swarmkit's allocator: portallocator.go)."""

from __future__ import annotations

from dataclasses import replace

from coopnb.practice.addresses import Addresses, NoFreeAddress
from coopnb.practice.objects import Json, Network, Service
from coopnb.practice.store import Store

_FIRST_PORT, _LAST_PORT = 30000, 32767
_PORTS = _LAST_PORT - _FIRST_PORT + 1


class NoFreePort(Exception):
    """All ports that can be given to services that name none are taken."""


class Endpoints:
    """Gives ports and virtual addresses to services; those that a service has and still needs it keeps."""

    def __init__(self, store: Store, addresses: Addresses) -> None:
        self._store = store
        self._addresses = addresses
        self._next_port = _FIRST_PORT

    def allocate(self, service: Service) -> Service:
        """A service with its published ports and virtual addresses.

        Raises:
            NoFreePort: a port was to be found, and all are taken.
            NoFreeAddress: one of its networks is full.
        """
        spec = service.spec.get("EndpointSpec") or {}
        ports = self._ports(service, spec.get("Ports") or [])
        if spec.get("Mode") == "dnsrr":
            return replace(service, ports=ports, virtual_ips=())
        kept = {str(address["NetworkID"]): address for address in service.virtual_ips}
        addresses: list[Json] = []
        try:
            for network in self.networks(service):
                known = kept.get(network.id)
                addresses.append(known or {"NetworkID": network.id, "Addr": self._addresses.take(network)})
        except NoFreeAddress:
            for address in addresses:
                if address not in service.virtual_ips:
                    self._addresses.give_back(address["NetworkID"], address["Addr"])
            raise
        return replace(service, ports=ports, virtual_ips=tuple(addresses))

    def networks(self, service: Service) -> list[Network]:
        """The overlay networks of a service: that of the routing mesh first if it publishes a port there."""
        ports = (service.spec.get("EndpointSpec") or {}).get("Ports") or []
        ingress = self._store.ingress()
        needs_ingress = any(port.get("PublishMode", "ingress") == "ingress" for port in ports)
        first = [ingress] if needs_ingress and ingress is not None else []
        targets = [item["Target"] for item in service.spec["TaskTemplate"].get("Networks") or ()]
        found = [self._store.get(Network, target) for target in targets]
        return [*first, *(network for network in found if network is not None and network.driver == "overlay")]

    def _ports(self, service: Service, wanted: list[Json]) -> tuple[Json, ...]:
        """The ports as asked for; a number that was found before stays as long as the number of ports does."""
        found_before: dict[tuple[object, ...], list[int]] = {}
        if len(service.ports) == len(wanted):
            for port in service.ports:
                if _is_ingress(port) and port.get("PublishedPort"):
                    found_before.setdefault(_key(port), []).append(port["PublishedPort"])
        named = [port for port in wanted if not _is_ingress(port) or port.get("PublishedPort")]
        for port in named:
            numbers = found_before.get(_key(port), [])
            if port.get("PublishedPort") in numbers:
                numbers.remove(port["PublishedPort"])
        ports = list(named)
        taken = {port["PublishedPort"] for port in named if _is_ingress(port)}
        for port in wanted:
            if _is_ingress(port) and not port.get("PublishedPort"):
                numbers = found_before.get(_key(port), [])
                number = numbers.pop(0) if numbers else self._free_port(port, service, taken)
                taken.add(number)
                ports.append({**port, "PublishedPort": number})
        return tuple(ports)

    def _free_port(self, port: Json, service: Service, taken: set[int]) -> int:
        for step in range(_PORTS):
            number = _FIRST_PORT + (self._next_port - _FIRST_PORT + step) % _PORTS
            if number not in taken and not self._is_published(number, port, service):
                self._next_port = number + 1
                return number
        raise NoFreePort

    def _is_published(self, number: int, wanted: Json, service: Service) -> bool:
        return any(
            port.get("PublishedPort") == number and _is_ingress(port) and port.get("Protocol") == wanted.get("Protocol")
            for publisher in self._store.publishers(number)
            if publisher.id != service.id
            for port in publisher.ports
        )


def _is_ingress(port: Json) -> bool:
    return bool(port.get("PublishMode", "ingress") == "ingress")


def _key(port: Json) -> tuple[object, ...]:
    return port.get("Name"), port.get("Protocol"), port.get("TargetPort")
