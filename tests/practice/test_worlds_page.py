"""The page on worlds and faults: its tables are those of the code, its examples load, run and do what they say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from coopnb.practice.fault_table import FAULTS
from coopnb.practice.world import read_world
from tests.practice.driver import Driver
from tools.practice_worlds import PAGE, rewritten, tables

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = {found[1]: found[0] for found in re.findall(r"```yaml\n(# ([^\n]+)\n.*?)```", TEXT, re.DOTALL)}
NEVER = {"RestartPolicy": {"Condition": "none"}}


def _driver(title: str) -> Driver:
    return Driver(read_world(EXAMPLES[title], title))


def _lines(driver: Driver, service: str) -> list[str]:
    body = driver.ask("GET", f"/services/{service}/logs?stdout=1&stderr=1").body
    return re.findall(r"office: [\w ]+", body.decode(errors="replace"))


def test_the_tables_are_those_of_the_code() -> None:
    """The page must have every table, as the code makes it (python -m tools.practice_worlds writes them anew)."""
    assert rewritten(TEXT) == TEXT
    assert set(re.findall(r"<!-- table: ([\w-]+) -->", TEXT)) == set(tables())
    seen = TEXT.split("What an operator sees of them:")[1]
    troubles = [fault.name for at, fault in enumerate(FAULTS) if not fault.inverse or fault.inverse not in _names(at)]
    assert [name for name in troubles if f"`{name}`" not in seen] == []


def _names(count: int) -> list[str]:
    return [fault.name for fault in FAULTS[:count]]


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_is_short_and_loads(title: str) -> None:
    """Each example must be a world of at most ten lines beside its title."""
    lines = EXAMPLES[title].strip().splitlines()[1:]
    assert 3 <= len(lines) <= 10
    assert read_world(EXAMPLES[title], title).nodes


def test_the_broken_upgrade_is_rolled_back() -> None:
    """Version 1 must run, version 2 fail its healthcheck, and version 3 not exist."""
    driver = _driver("a broken upgrade")
    update = {"FailureAction": "rollback", "Monitor": 20 * SECOND}
    driver.create("shop", "shop:1.0", UpdateConfig=update, RollbackConfig={"Monitor": SECOND})
    driver.advance(5)
    assert driver.states("shop") == ["running"]
    driver.update("shop", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image="shop:2.0"))
    driver.advance(60)
    service = driver.get("/services/shop")
    assert service["UpdateStatus"]["State"] == "rollback_completed"
    assert service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == "shop:1.0"
    assert driver.call("GET", "/distribution/shop:3.0/json").status == 404


def test_the_power_cut_takes_a_node_and_gives_it_back() -> None:
    """The node must be down some time after 60 s, and ready again after 300 s."""
    driver = _driver("a night with a power cut")
    driver.advance(76)
    assert driver.get("/nodes/cellar")["Status"]["State"] == "down"
    driver.advance(230)
    assert driver.get("/nodes/cellar")["Status"]["State"] == "ready"
    assert driver.get("/nodes/cellar")["Spec"]["Labels"] == {"disk": "fast"}


def test_the_small_troubles_come() -> None:
    """The office must be killed below 900 MiB, talk at its times above; the mailer end with 3 after 40 s."""
    driver = _driver("small troubles")
    limited: dict[str, Any] = {**NEVER, "Resources": {"Limits": {"MemoryBytes": 512 * 2**20}}}
    driver.create("small", "office:1", template=limited)
    driver.create("office", "office:1")
    driver.create("mail", "mailer:1", template=NEVER)
    driver.advance(30)
    assert driver.tasks("small")[0]["Status"]["Err"] == "task: non-zero exit (137)"
    assert _lines(driver, "office") == [
        "office: starting",
        "office: saved 3 documents",
        "office: queue is long",
        "office: saved 3 documents",
    ]
    driver.advance(15)
    assert driver.tasks("mail")[0]["Status"]["Err"] == "task: non-zero exit (3)"


def test_the_database_is_alone() -> None:
    """Its image must be pulled for 20 s and answer commands; no other image must exist."""
    driver = _driver("a database and nothing else")
    driver.create("db", "postgres:17.2")
    driver.create("other", "nginx:1", template=NEVER)
    driver.advance(15)
    assert driver.states("db") == ["preparing"]
    assert driver.tasks("other")[0]["Status"]["Err"] == "No such image: nginx:1"
    driver.advance(10)
    assert driver.states("db") == ["running"]
