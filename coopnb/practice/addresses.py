"""Addresses of the swarm's networks: which are free, and in which order they are given out.

Like the IP address management that swarmkit uses: one address after the other, so that one that was given
back is used again only when all after it have been; and subnets of 256 addresses out of 10.0.0.0/8.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from coopnb.practice.objects import Json, Network

_POOL = ipaddress.ip_network("10.0.0.0/8")
_SUBNET_SIZE = 24


class NoFreeAddress(Exception):
    """All addresses of a network, or all subnets of the pool, are taken."""


class Addresses:
    """The addresses that are taken, by network."""

    def __init__(self) -> None:
        self._pools: dict[str, _Pool] = {}

    def take(self, network: Network) -> str:
        """The next free address, with the length of its network's prefix.

        Raises:
            NoFreeAddress: there is none.
        """
        if network.id not in self._pools:
            self._pools[network.id] = _Pool(network)
        return self._pools[network.id].take()

    def give_back(self, network_id: str, address: str) -> bool:
        """Let an address be used again; False when it was not taken."""
        pool = self._pools.get(network_id)
        return pool is not None and pool.give_back(address)

    def forget(self, network_id: str) -> None:
        """A network is gone."""
        self._pools.pop(network_id, None)


class _Pool:
    def __init__(self, network: Network) -> None:
        config = network.ipam[0] if network.ipam else {}
        subnet = ipaddress.ip_network(str(config.get("Subnet") or "10.255.0.0/24"), strict=False)
        self._base, self._length = int(subnet.network_address), subnet.prefixlen
        self._version = subnet.version
        spread = ipaddress.ip_network(str(config["IPRange"]), strict=False) if config.get("IPRange") else subnet
        self._first = int(spread.network_address) - self._base
        self._size = spread.num_addresses
        ends = {0, subnet.num_addresses - 1} if subnet.version == 4 else {0}
        known = [config.get("Gateway"), *(config.get("AuxiliaryAddresses") or {}).values()]
        self._taken = ends | {number for address in known if address for number in self._number(str(address))}
        if not config.get("Gateway"):
            self._taken.add(self._first + 1 if not self._first else self._first)
        self._next = self._first

    def take(self) -> str:
        for step in range(self._size):
            number = self._first + (self._next - self._first + step) % self._size
            if number not in self._taken:
                self._taken.add(number)
                self._next = number + 1
                address = ipaddress.ip_address(self._base + number)
                return f"{address}/{self._length}"
        raise NoFreeAddress

    def give_back(self, address: str) -> bool:
        number = int(ipaddress.ip_interface(address).ip) - self._base
        if number not in self._taken:
            return False
        self._taken.discard(number)
        return True

    def _number(self, address: str) -> list[int]:
        """An address as its distance from the subnet's begin; nothing for one that cannot be read."""
        try:
            return [int(ipaddress.ip_interface(address).ip) - self._base]
        except ValueError:
            return []


def free_subnet(taken: Iterable[Network]) -> Json:
    """The first subnet of the default pool that overlaps with no network's, as an IPAM config.

    Raises:
        NoFreeAddress: there is none.
    """
    used = []
    for network in taken:
        for config in network.ipam:
            used += _subnet(config)
    inside = sorted((subnet for subnet in used if subnet.overlaps(_POOL)), key=lambda subnet: subnet.network_address)
    size = 1 << (_POOL.max_prefixlen - _SUBNET_SIZE)
    begin = int(_POOL.network_address)
    for subnet in inside:
        if begin + size <= int(subnet.network_address):
            break
        if begin <= int(subnet.broadcast_address):
            begin = (int(subnet.broadcast_address) // size + 1) * size
    if begin + size - 1 > int(_POOL.broadcast_address):
        raise NoFreeAddress
    first = ipaddress.IPv4Address(begin)
    return {"Subnet": f"{first}/{_SUBNET_SIZE}", "Gateway": str(first + 1)}


def _subnet(config: Json) -> list[ipaddress.IPv4Network]:
    try:
        return [ipaddress.IPv4Network(str(config.get("Subnet")), strict=False)]
    except ValueError:
        return []
