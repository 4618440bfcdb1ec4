"""What the store and the scheduler keep at hand must be what one would find by looking everywhere."""

from __future__ import annotations

import copy
from collections import Counter

from hypothesis import given, settings

from coopnb.practice.objects import Network, Node, Secret, Service, Task, TaskState
from coopnb.practice.scheduler.room import Room, Rooms, host_ports, reservations
from coopnb.practice.store import Change, Store
from coopnb.practice.swarm import PracticeSwarm
from tests.practice.driver import Driver
from tests.practice.histories import LISTS, Step, histories, perform


@settings(max_examples=25, deadline=None)
@given(histories())
def test_the_indexes_find_what_a_search_finds(history: list[Step]) -> None:
    """Names, nodes, services and ports must lead to the objects that a look at all of them finds."""
    driver = Driver()
    for step in history:
        perform(driver, step)
        _indexes_are_right(driver.swarm.store)


@settings(max_examples=25, deadline=None)
@given(histories())
def test_the_rooms_are_what_a_recount_gives(history: list[Step]) -> None:
    """The rooms that follow each write must equal those that are counted from all tasks."""
    driver, rooms = Driver(), Rooms()
    _tell_all(driver.swarm, rooms)
    driver.swarm.store.watch(rooms.changed)
    for step in history:
        perform(driver, step)
    fresh = Rooms()
    _tell_all(driver.swarm, fresh)
    assert [_shown(room) for room in rooms.all()] == [_shown(room) for room in fresh.all()]


def test_a_room_gives_back_what_a_task_took() -> None:
    """Reservations, host ports and numbers must be free again once the task has stopped."""
    driver = Driver()
    port = {"TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}
    reserved = {"Reservations": {"NanoCPUs": 10**9, "MemoryBytes": 2**30}}
    driver.create("web", template={"Resources": reserved}, EndpointSpec={"Ports": [port]})
    rooms = Rooms()
    _tell_all(driver.swarm, rooms)
    driver.swarm.store.watch(rooms.changed)
    driver.advance(5)
    (task,) = driver.swarm.store.all(Task)
    room = rooms.of(task.node_id)
    assert room is not None
    assert (reservations(task.spec), host_ports(task.endpoint_spec)) == ((10**9, 2**30), {("tcp", 8080)})
    assert _shown(room) == (room.node.hostname, 3 * 10**9, 7 * 2**30, {("tcp", 8080): 1}, 1, {task.service_id: 1})
    driver.call("DELETE", "/services/web")
    driver.advance(20)
    assert _shown(room) == (room.node.hostname, 4 * 10**9, 8 * 2**30, {}, 0, {})


@settings(max_examples=10, deadline=None)
@given(histories())
def test_reading_changes_nothing(history: list[Step]) -> None:
    """Answers share their parts with the store, so no read may change what it shows."""
    driver = Driver()
    for step in history:
        perform(driver, step)
    before = copy.deepcopy(_contents(driver.swarm.store))
    index = driver.swarm.store.index
    for version in ("", "/v1.41", "/v1.44", "/v1.47"):
        for target in (*LISTS, "/services/web", "/services/web?insertDefaults=1", "/nodes/self"):
            driver.ask("GET", version + target)
    assert (_contents(driver.swarm.store), driver.swarm.store.index) == (before, index)


def test_a_task_that_changed_is_shown_anew() -> None:
    """The texts that are kept for the next list must never outlive the state they show."""
    driver = Driver()
    driver.create("web")
    seen = set()
    for _ in range(12):
        (task,) = driver.get("/tasks")
        (stored,) = driver.swarm.store.all(Task)
        assert (task["Version"]["Index"], task["Status"]["State"]) == (stored.index, stored.state.text)
        assert task == driver.get(f"/tasks/{task['ID']}")
        seen.add(task["Status"]["State"])
        driver.advance(0.1)
    assert len(seen) >= 4


def _contents(store: Store) -> list[object]:
    return [store.all(kind) for kind in (Service, Task, Node, Network, Secret)]


def _indexes_are_right(store: Store) -> None:
    services, tasks, nodes = store.all(Service), store.all(Task), store.all(Node)
    for service in services:
        assert store.named(Service, service.name) == [service]
    for service_id in {task.service_id for task in tasks} | {"gone"}:
        assert store.tasks_of(service_id) == [task for task in tasks if task.service_id == service_id]
    for node_id in [node.id for node in nodes] + ["gone"]:
        found = store.tasks_on(node_id)
        assert sorted(task.id for task in found) == sorted(task.id for task in tasks if task.node_id == node_id)
    for network in store.all(Network):
        assert network in store.named(Network, network.name)
    for port in (80, 8080, 30000):
        publishing = [s for s in services if any(item.get("PublishedPort") == port for item in s.ports)]
        assert store.publishers(port) == publishing
    assert store.leader() == next((node for node in nodes if node.leader), None)
    assert store.named(Service, "nobody") == []


def _tell_all(swarm: PracticeSwarm, rooms: Rooms) -> None:
    for stored in (*swarm.store.all(Node), *swarm.store.all(Task)):
        rooms.changed(Change(None, stored))
    counted = [task for task in swarm.store.all(Task) if TaskState.ASSIGNED <= task.state <= TaskState.RUNNING]
    assert sum(room.tasks for room in rooms.all()) == sum(task.wanted for task in counted)


def _shown(room: Room) -> tuple[str, int, int, dict[tuple[str, int], int], int, dict[str, int]]:
    ports, services = Counter(room.ports), Counter(room.by_service)
    return room.node.hostname, room.nano_cpus, room.memory, dict(ports), room.tasks, dict(services)
