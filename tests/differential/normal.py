"""What was seen, without ids and times: the form in which two sides are compared."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any, TypeAlias

from tests.differential.seen import Json, Look, Seen, Trail

_ID = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-z]{25})\b")
_TASK_NAME = re.compile(r"\S+?(<\S+\.\d+>)")
"""A task's name says service, slot and id: the last of them, named, says all of it."""

_KINDS = ("service", "node", "secret", "config", "network", "container")
_PASSING = ("execDuration",)
"""Attributes of events that are times."""


@dataclass(frozen=True, slots=True)
class Course:
    """A sequence as one side went through it.

    Attributes:
        answers: status and message of each call.
        rests: for each time it came to rest, every object with its fields by their paths.
        trails: by task (service, slot or node, generation), the states and the desired states.
        events: by object, in order; those of containers come from the manager's engine alone.
        placed: whether it is given on which node a task lands.
    """

    answers: tuple[str, ...]
    rests: tuple[dict[str, dict[str, str]], ...]
    trails: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    events: dict[str, tuple[str, ...]]
    placed: bool = True


Renumbering: TypeAlias = Mapping[tuple[str, int], int]
"""Other numbers for slots, by the service's name and the slot's own number."""


def course(seen: Seen, *, placed: bool, with_nodes: bool, renumbering: Renumbering | None = None) -> Course:
    """Normalise what was seen.

    Args:
        renumbering: numbers to give to slots.
        placed: whether it is given on which node a task lands, as with one node.
        with_nodes: whether the events and states of nodes belong to the sequence.
    """
    return _Normal(seen, placed, with_nodes, renumbering or {}).course()


def renumberings(seen: Seen, most: int = 4) -> Iterator[Renumbering]:
    """Every way to exchange the slots within each service, the slots' own numbers first.

    Swarm updates a service's slots in an order that differs from run to run (Go's maps have none), so that
    which slot is taken first means nothing. Services with more than ``most`` slots keep their numbers.
    """
    slots: defaultdict[str, set[int]] = defaultdict(set)
    for trail in seen.trails:
        if trail.slot:
            slots[seen.names[trail.service_id]].add(trail.slot)
    few = {name: sorted(numbers) for name, numbers in slots.items() if len(numbers) <= most}
    for orders in product(*(permutations(numbers) for numbers in few.values())):
        exchanged = zip(few.items(), orders, strict=True)
        yield {
            (name, own): new for (name, numbers), order in exchanged for own, new in zip(numbers, order, strict=True)
        }


class _Normal:
    def __init__(self, seen: Seen, placed: bool, with_nodes: bool, renumbering: Renumbering) -> None:
        self._seen = seen
        self._renumbering = renumbering
        self._placed = placed
        self._with_nodes = with_nodes
        self._names: dict[str, str] = {}
        self._name_services()
        self._name_nodes()
        self._name_tasks()
        self._name_from_events()

    def course(self) -> Course:
        trails = {self._names[trail.id]: (tuple(trail.states), tuple(trail.desired)) for trail in self._seen.trails}
        return Course(
            answers=tuple(self._text(answer) for answer in self._seen.answers),
            rests=tuple(self._rest(quiet, look) for quiet, look in self._seen.rests),
            trails=trails,
            events=self._events(),
            placed=self._placed,
        )

    def _name_services(self) -> None:
        counted: defaultdict[str, int] = defaultdict(int)
        for service_id, name in self._seen.names.items():
            counted[name] += 1
            again = f"#{counted[name]}" if counted[name] > 1 else ""
            self._names[service_id] = name.removeprefix(self._seen.prefix) + again

    def _name_nodes(self) -> None:
        for _, look in self._seen.rests:
            for node in look.nodes:
                self._names[node["ID"]] = node["Description"]["Hostname"]

    def _name_tasks(self) -> None:
        places: defaultdict[str, list[Trail]] = defaultdict(list)
        for trail in sorted(self._seen.trails, key=lambda trail: (_moment(trail.created), trail.id)):
            place = self._place(trail)
            places[f"{self._names[trail.service_id]}.{place}"].append(trail)
        for place, trails in places.items():
            for generation, trail in enumerate(trails, 1):
                self._names[trail.id] = f"{place}.{generation}"

    def _place(self, trail: Trail) -> str:
        if not trail.slot:
            return self._names.get(trail.node_id, "nowhere")
        return str(self._renumbering.get((self._seen.names[trail.service_id], trail.slot), trail.slot))

    def _name_from_events(self) -> None:
        for event in self._seen.events:
            actor, attributes = event["Actor"]["ID"], event["Actor"].get("Attributes") or {}
            task = attributes.get("com.docker.swarm.task.id")
            if event["Type"] == "container" and task in self._names:
                self._names[actor] = self._names[task]
            elif event["Type"] in ("secret", "config", "network") and "name" in attributes:
                self._names.setdefault(actor, attributes["name"].removeprefix(self._seen.prefix))

    def _rest(self, quiet: bool, look: Look) -> dict[str, dict[str, str]]:
        objects = {"sequence": {"at rest": str(quiet)}}
        for service in look.services:
            objects[f"service {self._names[service['ID']]}"] = dict(self._flat("", _service(service)))
        for task in look.tasks:
            objects[f"task {self._names.get(task['ID'], 'never seen')}"] = dict(self._flat("", self._task(task)))
        for node in look.nodes if self._with_nodes else ():
            parts = {"Spec": node["Spec"], "Status": {"State": node["Status"]["State"]}}
            objects[f"node {self._names[node['ID']]}"] = dict(self._flat("", parts))
        return dict(sorted(objects.items()))

    def _task(self, task: Json) -> Json:
        status = task["Status"]
        parts = {
            "State": status["State"],
            "DesiredState": task["DesiredState"],
            "Message": status.get("Message", ""),
            "Err": status.get("Err", ""),
            "ExitCode": (status.get("ContainerStatus") or {}).get("ExitCode", 0),
            "Spec": task["Spec"],
        }
        return {**parts, "Node": task.get("NodeID", "")} if self._placed else parts

    def _flat(self, path: str, value: Any) -> Iterator[tuple[str, str]]:
        held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        if held and value:
            for key, part in held:
                yield from self._flat(f"{path} {key}".strip(), part)
        else:
            yield path, self._text(str(value))

    def _events(self) -> dict[str, tuple[str, ...]]:
        told: defaultdict[str, list[str]] = defaultdict(list)
        for event in self._seen.events:
            owner = self._owner(event)
            if owner is not None:
                told[owner].append(self._told(event))
        return {owner: tuple(_in_one_order(lines)) for owner, lines in told.items()}

    def _owner(self, event: Json) -> str | None:
        """Whose event it is: an object of this sequence, or nobody's."""
        kind, action = event["Type"], event["Action"]
        actor, attributes = event["Actor"]["ID"], event["Actor"].get("Attributes") or {}
        if kind not in _KINDS or action.startswith("exec_"):
            return None
        if kind == "node":
            return f"node {self._names.get(actor, actor)}" if self._with_nodes else None
        if kind == "network" and "container" in attributes:
            of = self._names.get(attributes["container"])
            return f"network {self._text(attributes['name'])} and container {of}" if of else None
        if kind == "container":
            return f"container {self._names[actor]}" if actor in self._names else None
        if kind == "service":
            return f"service {self._names[actor]}" if actor in self._seen.names else None
        own = attributes.get("name", "").startswith(self._seen.prefix)
        return f"{kind} {self._text(attributes['name'])}" if own else None

    def _told(self, event: Json) -> str:
        attributes = event["Actor"].get("Attributes") or {}
        kept = {key: self._text(value) for key, value in sorted(attributes.items()) if key not in _PASSING}
        if not self._placed:
            kept.pop("com.docker.swarm.node.id", None)
        return f"{event['Action']} {kept}"

    def _text(self, text: str) -> str:
        named = _ID.sub(lambda found: f"<{self._names.get(found[0], 'id')}>", text)
        return _TASK_NAME.sub(r"\1", named.replace(self._seen.prefix, ""))


def _service(service: Json) -> Json:
    status = dict(service.get("UpdateStatus") or {})
    for moment in ("StartedAt", "CompletedAt"):
        if moment in status:
            status[moment] = "some time"
    return {"Spec": service["Spec"], "PreviousSpec": service.get("PreviousSpec"), "UpdateStatus": status}


def _in_one_order(lines: list[str]) -> list[str]:
    """Events with every ``die`` before its ``stop``: 20.10 tells them so, 26.1 the other way."""
    ordered = list(lines)
    for at in range(len(ordered) - 1):
        if ordered[at].startswith("stop ") and ordered[at + 1].startswith("die "):
            ordered[at], ordered[at + 1] = ordered[at + 1], ordered[at]
    return ordered


def _moment(text: str) -> str:
    """A time that sorts as text: Go drops the zeros at a fraction's end."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return f"{whole}.{fraction:0<9}"
