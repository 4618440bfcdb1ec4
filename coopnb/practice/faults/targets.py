"""Finds what a fault is meant to hit, by the names that operators use."""

from __future__ import annotations

from coopnb.practice.agents.machines import Machine, Machines
from coopnb.practice.containers import Container, Containers
from coopnb.practice.fault_table import FaultError, nearest
from coopnb.practice.objects import Service, Task
from coopnb.practice.store import Store


def find_machine(machines: Machines, target: str) -> Machine:
    """The machine of a hostname, or of (the beginning of) a node's id.

    Raises:
        FaultError: there is none, or the beginning fits several.
    """
    found = machines.named(target)
    begun = [machine for machine in machines.all() if target and machine.node_id.startswith(target)]
    if found is None and len(begun) == 1:
        found = begun[0]
    if found is None:
        names = [machine.hostname for machine in machines.all()]
        raise FaultError(f"there is no node '{target}'", names, nearest(target, names))
    return found


def find_patient(store: Store, target: str) -> Service | Task:
    """The service of a name or id, or the task of a name, an id, or ``service.slot``.

    Raises:
        FaultError: there is none.
    """
    services = store.all(Service)
    for service in services:
        if target in (service.name, service.id):
            return service
    tasks = [task for task in store.all(Task) if not task.ended]
    for task in tasks:
        if target in (task.id, task.name, f"{task.service_name}.{task.slot}"):
            return task
    every: list[Service | Task] = [*services, *tasks]
    begun = [item for item in every if len(target) >= 3 and item.id.startswith(target)]
    if len(begun) == 1:
        return begun[0]
    names = [service.name for service in services]
    raise FaultError(f"there is no service or task '{target}'", names, nearest(target, names))


def find_running(store: Store, containers: Containers, target: str) -> list[Container]:
    """The running containers of a service or a task, or the one of a container's id or name.

    Raises:
        FaultError: nothing of that name is there, or none of its containers runs.
    """
    running = [container for container in containers.all() if container.state == "running"]
    named = [
        container
        for container in running
        if target == container.task.name or (len(target) >= 6 and container.id.startswith(target))
    ]
    if len(named) == 1:
        return named
    patient = find_patient(store, target)
    found = [container for container in running if patient.id in (container.task.service_id, container.task.id)]
    if not found:
        raise FaultError(f"no container of '{target}' is running", hint="wait until it runs")
    return found
