"""How objects are listed and found: filters in both forms, names, ids, and their beginnings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract import rich
from tests.contract.swarm import Swarm

LISTS: dict[str, list[tuple[str, list[str], bool]]] = {
    "/services": [
        *(("name", ["rich"], True), ("name", ["ri"], True), ("name", ["ich"], False), ("name", ["x", "rich"], True)),
        *(("id", ["<service>"], True), ("id", ["<service:9>"], True), ("id", ["x" * 26], False)),
        *(("label", ["kind"], True), ("label", ["kind=rich"], True), ("label", ["kind=poor"], False)),
        *(("label", ["kind", "none"], False), ("mode", ["replicated"], True), ("mode", ["global"], False)),
        *(("runtime", ["container"], True), ("runtime", ["plugin"], False)),
    ],
    "/tasks": [
        *(("service", ["rich"], True), ("service", ["<service>"], True), ("id", ["<task>"], True)),
        *(("id", ["<task:9>"], True), ("node", ["node1"], True), ("desired-state", ["running"], True)),
        *(("desired-state", ["shutdown"], False), ("desired-state", ["running", "shutdown"], True)),
        *(("label", ["kind=rich"], True), ("label", ["inner=yes"], False), ("label", ["kind=poor"], False)),
        *(("name", ["rich.1"], True), ("name", ["rich.1.<task>"], True), ("name", ["rich"], True)),
        *(("_up-to-date", ["true"], True), ("_up-to-date", ["false"], True)),
        *(("runtime", ["container"], True), ("runtime", ["plugin"], False)),
    ],
    "/nodes": [
        *(("name", ["node1"], True), ("name", ["no"], True), ("name", ["other"], False), ("id", ["<node>"], True)),
        *(("id", ["<node:9>"], True), ("role", ["manager"], True), ("role", ["worker"], False)),
        *(("role", ["manager", "worker"], True), ("membership", ["accepted"], True), ("label", ["none"], False)),
        *(("membership", ["pending"], False), ("node.label", ["none"], False)),
    ],
    "/networks": [
        *(("name", ["rich-network"], True), ("name", ["rich"], True), ("name", ["ich-net"], True)),
        *(("name", ["other"], False), ("id", ["<network>"], True), ("id", ["<network:9>"], True)),
        *(("driver", ["overlay"], True), ("driver", ["bridge"], False), ("scope", ["swarm"], True)),
        *(("scope", ["local"], False), ("type", ["custom"], True), ("type", ["builtin"], False)),
        *(("label", ["kind=rich"], True), ("label", ["kind=poor"], False)),
    ],
    "/secrets": [
        *(("name", ["rich-secret"], True), ("name", ["rich"], True), ("name", ["secret"], False)),
        *(("id", ["<secret>"], True), ("id", ["<secret:9>"], True), ("label", ["kind"], True)),
        *(("label", ["kind=poor"], False), ("names", ["rich-secret"], True), ("names", ["rich"], False)),
    ],
    "/configs": [
        *(("name", ["rich-config"], True), ("name", ["rich"], True), ("name", ["config"], False)),
        *(("id", ["<config>"], True), ("label", ["kind=rich"], True), ("label", ["kind=poor"], False)),
    ],
    "/volumes": [
        *(("name", ["rich-volume"], True), ("name", ["rich"], True), ("name", ["ich-vol"], True)),
        *(("name", ["other"], False), ("driver", ["local"], True), ("driver", ["other"], False)),
        *(("label", ["v=1"], True), ("label", ["v=2"], False), ("dangling", ["true"], False)),
        *(("dangling", ["false"], True), ("dangling", ["0"], True)),
    ],
    "/containers/json": [
        *(("id", ["<container>"], True), ("id", ["<container:9>"], True), ("name", ["rich.1"], True)),
        *(("name", ["ich"], True), ("name", ["other"], False), ("label", ["inner=yes"], True)),
        *(("label", ["inner=no"], False), ("label", ["com.docker.swarm.service.name=rich"], True)),
        *(("status", ["running"], True), ("status", ["exited"], False), ("health", ["healthy"], True)),
        *(("health", ["starting"], False), ("health", ["none"], False), ("is-task", ["true"], True)),
        *(("is-task", ["false"], False), ("ancestor", ["t/well:1"], True), ("ancestor", ["t/well:2"], False)),
        *(("network", ["rich-network"], True), ("network", ["proxy"], False), ("volume", ["rich-volume"], True)),
        *(("volume", ["/v"], True), ("volume", ["other"], False), ("exited", ["0"], False)),
    ],
}
ROWS = [
    pytest.param(target, name, values, found, id=f"{target}-{name}={','.join(values)}")
    for target, rows in LISTS.items()
    for name, values, found in rows
]
OWN = {
    **{"/services": "service", "/tasks": "task", "/nodes": "node", "/networks": "network", "/secrets": "secret"},
    **{"/configs": "config", "/volumes": "volume", "/containers/json": "container"},
}


@pytest.fixture(scope="module")
def ids(swarm: Swarm) -> Iterator[dict[str, str]]:
    """The ids of what is looked for."""
    made = rich.make(swarm)
    names = ("service", "task", "container", "network", "secret", "config")
    found = {name: str(getattr(made, name)) for name in names}
    yield {**found, "node": swarm.api.get("/nodes")[0]["ID"], "volume": "rich-volume"}
    rich.unmake(swarm)


def listed(answer: Any) -> set[str]:
    """The ids of a list; volumes have names."""
    items = answer["Volumes"] or [] if isinstance(answer, dict) else answer
    return {item.get("ID") or item.get("Id") or item["Name"] for item in items}


def filled(value: str, ids: dict[str, str]) -> str:
    """A value with ids, or their beginnings, in place of their names."""
    for name, one in ids.items():
        value = value.replace(f"<{name}>", one).replace(f"<{name}:9>", one[:9])
    return value


@pytest.mark.parametrize(("target", "name", "values", "found"), ROWS)
def test_a_filter_finds_what_fits(
    swarm: Swarm, ids: dict[str, str], target: str, name: str, values: list[str], found: bool
) -> None:
    """An object must be listed if and only if the filter fits, whichever of the two forms the filter has."""
    wanted = [filled(value, ids) for value in values]
    as_list = listed(swarm.api.get(target, filters={name: wanted}))
    as_map = listed(swarm.api.get(target, filters={name: dict.fromkeys(wanted, True)}))

    assert (ids[OWN[target]] in as_list) is found
    assert as_list == as_map


def test_filters_must_all_fit(swarm: Swarm, ids: dict[str, str]) -> None:
    """Of several filters each must fit."""
    both = {"name": ["rich"], "label": ["kind=poor"]}

    assert listed(swarm.api.get("/services", filters=both)) == set()


@pytest.mark.parametrize("kind", ["services", "networks", "secrets", "configs", "tasks", "nodes"])
def test_an_object_is_found_by_its_id_and_its_beginning(swarm: Swarm, ids: dict[str, str], kind: str) -> None:
    """The whole id and a long beginning must give the same object."""
    one = ids[kind[:-1]]

    assert swarm.api.get(f"/{kind}/{one}") == swarm.api.get(f"/{kind}/{one[:12]}")


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        *(("/services/rich", "service"), ("/networks/rich-network", "network"), ("/secrets/rich-secret", "secret")),
        *(("/configs/rich-config", "config"), ("/nodes/node1", "node")),
    ],
)
def test_an_object_is_found_by_its_name(swarm: Swarm, ids: dict[str, str], target: str, kind: str) -> None:
    """The whole name must do, and its beginning not."""
    found = swarm.api.get(target)

    assert (found.get("ID") or found.get("Id")) == ids[kind]
    assert swarm.api.call("GET", target[:-1]).status == 404


def test_a_container_is_found_by_name_and_beginning(swarm: Swarm, ids: dict[str, str]) -> None:
    """Its name with or without the slash, and the beginning of its id."""
    name = f"rich.1.{ids['task']}"

    for reference in (name, ids["container"][:12], ids["container"]):
        assert swarm.api.get(f"/containers/{reference}/json")["Id"] == ids["container"]


@pytest.mark.parametrize("kind", ["secret", "config"])
def test_a_beginning_of_several_ids_is_ambiguous(swarm: Swarm, kind: str) -> None:
    """A beginning that several ids have must be refused, with their number."""
    made = [swarm.api.post(f"/{kind}s/create", {"Name": f"twin{at}", "Data": "eA=="})["ID"] for at in range(40)]
    every = listed(swarm.api.get(f"/{kind}s"))
    letter, count = max(((one[0], sum(two[0] == one[0] for two in every)) for one in made), key=lambda item: item[1])
    said = swarm.api.call("GET", f"/{kind}s/{letter}")
    for one in made:
        swarm.api.delete(f"/{kind}s/{one}")

    assert count > 1
    assert said.refusal == (400, f"{kind} {letter} is ambiguous ({count} matches found)")


def test_the_numbers_of_tasks_come_when_asked_for(swarm: Swarm, ids: dict[str, str]) -> None:
    """With ``status`` a list must say how many tasks run, should and have completed; without it, nothing."""
    (plain,) = swarm.api.get("/services", filters={"name": ["rich"]})
    (status,) = swarm.api.get("/services", status=True, filters={"name": ["rich"]})

    assert "ServiceStatus" not in plain
    assert status["ServiceStatus"] == {"RunningTasks": 1, "DesiredTasks": 1, "CompletedTasks": 0}
