"""Addresses and ports: swarmkit's allocator, as far as it can be seen from outside.

A task is pending once its service and the task itself have all their addresses; until then it stays new, without
a word of why. What could not be had is asked for again when something is given back, and every five minutes.
"""

from __future__ import annotations

from coopnb.practice.addresses import Addresses, NoFreeAddress, free_subnet
from coopnb.practice.clock import MILLISECOND, MINUTE, Clock
from coopnb.practice.endpoints import Endpoints, NoFreePort
from coopnb.practice.objects import Json, Network, Node, Service, Task, TaskState
from coopnb.practice.store import Change, Store

_ALLOCATION = 20 * MILLISECOND
_RETRY = 5 * MINUTE


class Allocator:
    """Gives networks a subnet, services addresses and ports, and tasks an address on each network."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._addresses = Addresses()
        self._endpoints = Endpoints(store, self._addresses)
        self._unallocated: dict[str, None] = {}
        self._waiting: dict[str, None] = {}
        self._balancers: dict[tuple[str, str], str] = {}
        self._last_try = clock.now

    def changed(self, change: Change) -> None:
        """Follow one write: a new task becomes pending a moment later, what is no longer used is given back."""
        given_back = False
        match change.object:
            case Task():
                given_back = self._task_changed(change.old, change.new)
            case Service() as service:
                given_back = self._service_changed(service, change)
            case Network() as network if change.new is None:
                self._addresses.forget(network.id)
            case Network() | Node() if change.old is None:
                self._reach_ingress()
        overdue = self._clock.now - self._last_try > _RETRY
        if (self._waiting or self._unallocated) and (given_back or overdue):
            self._retry()

    def subnet(self) -> Json:
        """The next free subnet of the default pool, as an IPAM config."""
        return free_subnet(network for network in self._store.all(Network) if network.scope == "swarm")

    def endpoint(self, service: Service) -> Service:
        """A service with its published ports and virtual addresses, or as it is when they cannot be had."""
        try:
            allocated = self._endpoints.allocate(service)
        except (NoFreeAddress, NoFreePort):
            self._unallocated[service.id] = None
            return service
        self._unallocated.pop(service.id, None)
        return allocated

    def _service_changed(self, service: Service, change: Change) -> bool:
        if change.new is None:
            self._unallocated.pop(service.id, None)
        before = change.old.virtual_ips if isinstance(change.old, Service) else ()
        after = service.virtual_ips if change.new is not None else ()
        gone = [address for address in before if address not in after]
        for address in gone:
            self._addresses.give_back(address["NetworkID"], address["Addr"])
        return bool(gone) or change.new is None

    def _task_changed(self, old: object, new: object) -> bool:
        """Whether it gave addresses back."""
        if isinstance(new, Task) and old is None:
            self._clock.after(_ALLOCATION, lambda: self._make_pending(new.id))
            return False
        before = old if isinstance(old, Task) and old.state <= TaskState.RUNNING else None
        after = new if isinstance(new, Task) and new.state <= TaskState.RUNNING else None
        if before is not None and after is None:
            return self._release(before)
        if before is not None and after is not None and after.node_id != before.node_id:
            for attachment in after.attachments:
                self._balance(after.node_id, attachment["Network"]["ID"])
        return False

    def _release(self, task: Task) -> bool:
        self._waiting.pop(task.id, None)
        for attachment in task.attachments:
            network_id = attachment["Network"]["ID"]
            for address in attachment["Addresses"]:
                self._addresses.give_back(network_id, address)
            if task.node_id and not self._is_used_on(task.node_id, network_id):
                balancer = self._balancers.pop((task.node_id, network_id), None)
                if balancer is not None:
                    self._addresses.give_back(network_id, balancer)
        return bool(task.attachments)

    def _is_used_on(self, node_id: str, network_id: str) -> bool:
        """Whether a node keeps its own address on a network: always in the routing mesh, else while a task needs it."""
        ingress = self._store.ingress()
        return (ingress is not None and ingress.id == network_id) or any(
            attachment["Network"]["ID"] == network_id
            for task in self._store.tasks_on(node_id)
            if task.state <= TaskState.RUNNING
            for attachment in task.attachments
        )

    def _reach_ingress(self) -> None:
        ingress = self._store.ingress()
        if ingress is not None:
            for node in self._store.all(Node):
                self._balance(node.id, ingress.id)

    def _balance(self, node_id: str, network_id: str) -> None:
        """Give a node's load balancer its address on a network, if there is one left."""
        network = self._store.get(Network, network_id)
        if network is None or (node_id, network_id) in self._balancers:
            return
        try:
            self._balancers[node_id, network_id] = self._addresses.take(network)
        except NoFreeAddress:
            return

    def _retry(self) -> None:
        self._last_try = self._clock.now
        for service_id in list(self._unallocated):
            service = self._store.get(Service, service_id)
            if service is not None:
                allocated = self.endpoint(service)
                if service_id not in self._unallocated:
                    self._store.update(service, ports=allocated.ports, virtual_ips=allocated.virtual_ips)
        waiting, self._waiting = self._waiting, {}
        for task_id in waiting:
            self._make_pending(task_id)

    def _make_pending(self, task_id: str) -> None:
        task = self._store.get(Task, task_id)
        service = self._store.get(Service, task.service_id) if task is not None else None
        if task is None or service is None or task.state != TaskState.NEW:
            return
        attachments = self._attach(service) if service.id not in self._unallocated else None
        if attachments is None:
            self._waiting[task_id] = None
            return
        self._store.update(
            task,
            state=TaskState.PENDING,
            message="pending task scheduling",
            timestamp=self._clock.now,
            attachments=attachments,
        )

    def _attach(self, service: Service) -> tuple[Json, ...] | None:
        """An address on each of the service's networks, or None when one of them is full."""
        attachments: list[Json] = []
        try:
            for network in self._endpoints.networks(service):
                attachments.append(_attachment(network, self._addresses.take(network)))
        except NoFreeAddress:
            for attachment in attachments:
                self._addresses.give_back(attachment["Network"]["ID"], attachment["Addresses"][0])
            return None
        return tuple(attachments)


def _attachment(network: Network, address: str) -> Json:
    spec: Json = {
        "Name": network.name,
        "Labels": dict(network.labels),
        "DriverConfiguration": {"Name": network.driver},
    }
    spec |= {"Attachable": True} if network.attachable else {}
    spec |= {"Internal": True} if network.internal else {}
    spec |= {"Ingress": True} if network.ingress else {}
    spec |= {"DriverConfiguration": {}, "IPAMOptions": {"Driver": {}}} if network.ingress else {}
    return {
        "Network": {
            "ID": network.id,
            "Version": {"Index": network.index},
            "CreatedAt": network.created,
            "UpdatedAt": network.updated,
            "Spec": {**spec, "Scope": "swarm"},
            "DriverState": {"Name": network.driver, "Options": dict(network.driver_options)},
            "IPAMOptions": {"Driver": {"Name": network.ipam_driver}, "Configs": list(network.ipam)},
        },
        "Addresses": [address],
    }
