"""Logs of services, tasks and containers: frames, and what each parameter leaves."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from tests.contract.api import Answer
from tests.contract.swarm import Swarm

OUT, ERR = 1, 2
ONE, TWO, THREE = (OUT, "one\n"), (ERR, "two\n"), (OUT, "three\n")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (.*)\n")
KINDS = ("service", "task", "container")


@dataclass(frozen=True, slots=True)
class Talker:
    """A service that printed three lines, and one with a terminal."""

    targets: dict[str, str]
    task: str
    service: str


@pytest.fixture(scope="module")
def talker(swarm: Swarm) -> Iterator[Talker]:
    """Both, once they have said all that they will."""
    service = swarm.create("talker", "t/well:1")
    swarm.create("terminal", "t/well:1", at={"TaskTemplate.ContainerSpec.TTY": True})
    (task,), _ = swarm.running("talker"), swarm.running("terminal")
    container = task["Status"]["ContainerStatus"]["ContainerID"]
    targets = {
        "service": "/services/talker/logs",
        "task": f"/tasks/{task['ID']}/logs",
        "container": f"/containers/{container}/logs",
        "terminal": "/services/terminal/logs",
    }
    for target in targets.values():
        swarm.until(partial(read, swarm, target), lambda said: b"three" in said.data)
    yield Talker(targets, task["ID"], service)
    swarm.remove("talker", "terminal", gone=True)


def read(swarm: Swarm, target: str) -> Answer:
    """The logs; that they were read makes no time go by on the practice swarm, that tasks were read does."""
    swarm.tasks()
    return swarm.api.call("GET", target, stdout=1)


def frames(answer: Answer) -> list[tuple[int, str]]:
    """The lines of a multiplexed stream, each with its stream's number."""
    assert answer.status == 200, answer.data
    found, rest = [], answer.data
    while rest:
        stream, length = struct.unpack(">BxxxL", rest[:8])
        found.append((stream, rest[8 : 8 + length].decode()))
        rest = rest[8 + length :]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_streams_are_chosen(swarm: Swarm, talker: Talker, kind: str) -> None:
    """Only the streams that were asked for must come, each line in a frame of its own that says which it is."""
    target = talker.targets[kind]

    assert frames(swarm.api.call("GET", target, stdout=1)) == [ONE, THREE]
    assert frames(swarm.api.call("GET", target, stderr=1)) == [TWO]
    assert sorted(frames(swarm.api.call("GET", target, stdout=1, stderr=1))) == sorted([ONE, TWO, THREE])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("tail", "lines"), [("0", []), ("1", [THREE]), ("2", [THREE]), ("5", [ONE, THREE]), ("all", [ONE, THREE])]
)
def test_the_tail_is_the_last_lines(swarm: Swarm, talker: Talker, kind: str, tail: str, lines: list[object]) -> None:
    """The last lines of both streams are counted, and of those the ones of the streams asked for must come."""
    assert frames(swarm.api.call("GET", talker.targets[kind], stdout=1, tail=tail)) == lines


@pytest.mark.parametrize("kind", KINDS)
def test_since_leaves_what_is_later(swarm: Swarm, talker: Talker, kind: str) -> None:
    """Nothing must be later than a day to come, and everything than the beginning."""
    target = talker.targets[kind]

    assert frames(swarm.api.call("GET", target, stdout=1, since="9999999999")) == []
    assert frames(swarm.api.call("GET", target, stdout=1, since="1")) == [ONE, THREE]


def test_until_is_for_containers(swarm: Swarm, talker: Talker) -> None:
    """``until`` must bound a container's logs, and nothing of a service's or task's."""
    assert frames(swarm.api.call("GET", talker.targets["container"], stdout=1, until="1")) == []
    for kind in ("service", "task"):
        assert frames(swarm.api.call("GET", talker.targets[kind], stdout=1, until="1")) == [ONE, THREE]


@pytest.mark.parametrize("kind", KINDS)
def test_timestamps_go_before_each_line(swarm: Swarm, talker: Talker, kind: str) -> None:
    """Each line must begin with its time, with nine digits of a second."""
    said = frames(swarm.api.call("GET", talker.targets[kind], stdout=1, timestamps=1))
    found = [TIMESTAMP.fullmatch(text) for _, text in said]

    assert [match[1] for match in found if match] == ["one", "three"]


@pytest.mark.parametrize("kind", ["service", "task"])
def test_details_name_node_service_and_task(swarm: Swarm, talker: Talker, kind: str) -> None:
    """Each line must begin with the ids, in this order."""
    (_, text), _ = frames(swarm.api.call("GET", talker.targets[kind], stdout=1, details=1))
    node = swarm.api.get("/nodes")[0]["ID"]
    swarm_names = {"node": node, "service": talker.service, "task": talker.task}

    assert text == ",".join(f"com.docker.swarm.{name}.id={value}" for name, value in swarm_names.items()) + " one\n"


def test_a_containers_details_are_its_labels_that_were_asked_for(swarm: Swarm, talker: Talker) -> None:
    """A container whose log driver was given no labels must have none: a blank goes before the line."""
    assert frames(swarm.api.call("GET", talker.targets["container"], stdout=1, details=1)) == [
        (OUT, " one\n"),
        (OUT, " three\n"),
    ]


def test_a_terminal_has_no_frames(swarm: Swarm, talker: Talker) -> None:
    """With a terminal both streams are one, without frames, and lines end as terminals end them."""
    said = swarm.api.call("GET", talker.targets["terminal"], stdout=1)

    assert sorted(said.data.split(b"\r\n")) == [b"", b"one", b"three", b"two"]
