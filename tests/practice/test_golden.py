"""Scenarios recorded on real engines, done again: what was seen there must be what happens here.

The records were sampled, so that the states of a real task must be a subsequence of the simulated task's. Real
swarms deal with slots in any order; so slots (and nodes of global services) may stand for one another.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from coopnb.practice.objects import Node, Service, Stored, Task
from coopnb.practice.store import Change
from tests.practice.driver import Driver, world_of
from tests.tables import table

GOLDEN = Path(__file__).parent / "golden"
SCRIPTS: dict[int, Any] = table(GOLDEN / "scripts.yaml")
RECORDS: dict[int, Any] = {
    number: record
    for topic in ("updates", "restarts", "placing", "nodes")
    for number, record in table(GOLDEN / f"{topic}.yaml").items()
}
IMAGES: list[dict[str, Any]] = [
    {"match": "app:*", "stop_code": 137, "pull": 0},
    {"match": "crash:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 1, "pull": 0},
    {"match": "done:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 0, "pull": 0},
    {"match": "sick:*", "behaviour": "never-healthy", "pull": 0},
    {"match": "nope:*", "behaviour": "missing"},
    {"match": "wrong:*", "commands": ["sh"], "pull": 0},
]


class Replay:
    """One scenario done on a practice swarm, with what became of its tasks."""

    def __init__(self, directory: Path, script: dict[str, Any], until: float) -> None:
        nodes = [{"hostname": "a", "role": "manager"}, {"hostname": "b"}][: script.get("nodes", 1)]
        self.driver = Driver(world_of(directory, nodes=nodes, images=IMAGES))
        self.tasks: dict[str, list[Task]] = {}
        self.statuses: list[tuple[str | None, str | None, str]] = []
        self.driver.swarm.store.watch(self._note)
        self.began = self.driver.swarm.clock.now
        self.service_id = self.driver.create("s", script.get("image", "app:1"), **script["create"])
        for moment, action, *arguments in script.get("steps", ()):
            self._wait_until(moment)
            getattr(self, f"_{action}")(*arguments)
        self._wait_until(until)

    def by_place(self) -> dict[str, list[list[Task]]]:
        """The tasks' lives by slot or node, in the order in which the tasks were made."""
        places: dict[str, list[list[Task]]] = {}
        for life in self.tasks.values():
            places.setdefault(str(life[0].slot or life[0].node_id), []).append(life)
        return places

    def events(self) -> list[str]:
        """Events of the service and of nodes, with what the records keep of their attributes."""
        lines = []
        for event in self.driver.swarm.events.past():
            if event["Type"] not in ("service", "node"):
                continue
            kept = {
                key: value
                for key, value in event["Actor"]["Attributes"].items()
                if key != "name" and not key.startswith("image.")
            }
            lines.append(" ".join([event["Type"], event["Action"], *(f"{k}={v}" for k, v in sorted(kept.items()))]))
        return lines

    def containers(self) -> dict[str, list[str]]:
        """By task: what happened to its container on the manager's engine, as the records have it."""
        lives: dict[str, list[str]] = {}
        for event in self.driver.swarm.events.past():
            attributes = event["Actor"]["Attributes"]
            if event["Type"] == "container" and event["Action"] in ("create", "start", "stop", "die", "destroy"):
                code = f"({attributes['exitCode']})" if event["Action"] == "die" else ""
                lives.setdefault(attributes["com.docker.swarm.task.id"], []).append(event["Action"] + code)
        return lives

    def _wait_until(self, second: float) -> None:
        self.driver.swarm.clock.advance_to(self.began + round(second * SECOND))

    def _update(self, changes: dict[str, Any]) -> None:
        def change(spec: dict[str, Any]) -> None:
            for path, value in changes.items():
                *parents, last = path.split(".")
                inner = spec
                for parent in parents:
                    inner = inner[parent]
                inner[last] = value

        assert self.driver.update("s", change).status == 200

    def _rollback(self) -> None:
        assert self.driver.update("s", query="&rollback=previous").status == 200

    def _node(self, hostname: str, changes: dict[str, Any]) -> None:
        if "Role" in changes:
            # Not to be had over the API, which would have to move the swarm's raft; what follows from it is.
            (found,) = self.driver.swarm.store.named(Node, hostname)
            self.driver.swarm.store.update(found, role=changes["Role"])
            self.driver.swarm.settle()
            return
        node = self.driver.get(f"/nodes/{hostname}")
        target = f"/nodes/{hostname}/update?version={node['Version']['Index']}"
        assert self.driver.call("POST", target, {**node["Spec"], **changes}).status == 200

    def _fault(self, name: str, target: str) -> None:
        self.driver.swarm.faults.apply(name, target)

    def _note(self, change: Change) -> None:
        new: Stored | None = change.new
        if isinstance(new, Task):
            self.tasks.setdefault(new.id, []).append(new)
        elif isinstance(new, Service):
            status = new.update_status
            previous = "no previous" if new.previous_spec is None else "previous"
            line = (status.state, status.message, previous) if status is not None else (None, None, previous)
            if not self.statuses or self.statuses[-1] != line:
                self.statuses.append(line)


@pytest.mark.parametrize("number", sorted(RECORDS), ids=lambda number: f"{number} {RECORDS[number]['title']}")
def test_a_recorded_scenario_happens_again(tmp_path: Path, number: int) -> None:
    """Tasks' states and ends, the update status and the events must be those that were recorded."""
    record = RECORDS[number]
    replay = Replay(tmp_path, SCRIPTS[number], record["until"])
    problems = _compare(record, replay, tuple(SCRIPTS[number].get("by_chance", ())))
    assert not problems, "\n".join(problems)


def _compare(record: dict[str, Any], replay: Replay, by_chance: tuple[str, ...]) -> list[str]:
    """What differs under the best way to let slots stand for one another, apart from what comes about by chance."""
    recorded: dict[str, list[dict[str, Any]]] = {}
    for name, task in record["tasks"].items():
        recorded.setdefault(name.split(".")[0], []).append(task)
    places = replay.by_place()
    attempts = [
        _compare_as(record, replay, recorded, dict(zip(recorded, order, strict=False)))
        for order in itertools.permutations(places, min(len(recorded), len(places)))
    ]
    return min(
        ([problem for problem in problems if not problem.startswith(by_chance)] for problems in attempts),
        key=len,
    )


def _compare_as(
    record: dict[str, Any], replay: Replay, recorded: dict[str, list[dict[str, Any]]], names: dict[str, str]
) -> list[str]:
    problems: list[str] = []
    places, containers = replay.by_place(), replay.containers()
    ids: dict[str, str] = {}
    for name, tasks in recorded.items():
        lives = places.get(names.get(name, ""), [])
        if len(lives) < len(tasks):
            problems.append(f"{name}: {len(tasks)} tasks recorded, {len(lives)} here")
        for at, (task, life) in enumerate(zip(tasks, lives, strict=False), 1):
            ids[life[0].id] = f"<{name}.{at}>"
            problems += [f"{name}.{at}: {problem}" for problem in _compare_task(task, life)]
            happened, known = containers.get(life[0].id, []), record.get("containers", {}).get(f"{name}.{at}", "")
            if happened[: len(known.split())] != known.split():
                problems.append(f"containers {name}.{at}: {' '.join(happened)}, recorded {known}")
    said = [[state, _without_ids(message, ids), previous] for state, message, previous in replay.statuses]
    if said[-1] != record["statuses"][-1] or not _is_subsequence(record["statuses"], said):
        problems.append(f"statuses: {said}, recorded {record['statuses']}")
    if replay.events() != record["events"]:
        problems.append(f"events: {replay.events()}, recorded {record['events']}")
    return problems


def _compare_task(task: dict[str, Any], life: list[Task]) -> list[str]:
    states = [f"{moment.state.text}/{moment.desired.text}" for moment in life]
    problems = []
    if not _is_subsequence(task["states"].split(), states):
        problems.append(f"states {' '.join(dict.fromkeys(states))}, recorded {task['states']}")
    last = [life[-1].message, life[-1].err[: len(task["last"][1]) or None], life[-1].exit_code]
    if last[: len(task["last"])] != task["last"]:
        problems.append(f"ended as {last}, recorded {task['last']}")
    return problems


def _is_subsequence(part: list[Any], whole: list[Any]) -> bool:
    rest = iter(whole)
    return all(item in rest for item in part)


def _without_ids(message: str | None, ids: dict[str, str]) -> str | None:
    return message and re.sub(r"[0-9a-z]{25}", lambda found: ids.get(found[0], found[0]), message)
