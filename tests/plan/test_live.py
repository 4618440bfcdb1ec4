"""Changes of services as they run: what is said of them, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from coopnb.errors import InputError
from coopnb.model.origin import Origin
from coopnb.model.plan import LiveChange, Plan, UpdateService
from coopnb.model.stack import Stack
from coopnb.plan.live import live_plan
from tests.nouns import container, running, seen, spec, stack, wanted


def scaled(count: int, files: Stack | None = None, **changes: Any) -> Plan:
    """The plan of another number of tasks for a service with this spec."""
    return live_plan(seen(running(spec(**changes))), LiveChange({"app": count}), "wiki.example.org", files)


def with_replicas(count: int, *settings: str) -> Stack:
    """What the files ask for, with the settings that give the number."""
    body = spec(Mode={"Replicated": {"Replicas": count}})
    return stack(wanted(body, replicas=Origin("compose.yml", 12, settings)))


def test_only_the_number_of_tasks_is_written() -> None:
    """The spec that is sent must be the one that was read, but for its mode."""
    before = spec()
    [update] = scaled(3).operations
    assert isinstance(update, UpdateService)
    assert update.spec == {**before, "Mode": {"Replicated": {"Replicas": 3}}}
    assert [(change.before, change.after) for change in update.changes] == [("1", "3")]
    assert scaled(3).new_state is None


def test_the_setting_that_would_hold_the_number_is_named() -> None:
    """Where the recipe takes the number from a setting, the warning must name it and the value."""
    [finding] = scaled(3, with_replicas(1, "STACK_NAME", "REPLICAS")).findings
    assert "sets 1 again" in finding.text
    assert finding.hint == "To make it last, write REPLICAS=3 into the app's .env file."


def test_a_number_that_the_files_ask_for_is_a_note() -> None:
    """Going back to what the recipe says must not be warned of."""
    [finding] = scaled(3, with_replicas(3)).findings
    assert finding.severity == "note"


def test_a_volume_is_warned_of_when_tasks_become_more() -> None:
    """Each node has a volume of its own, so more than one task must be warned of, and one must not."""
    body = container(spec(), Mounts=[{"Type": "volume", "Source": "wiki_db", "Target": "/var/lib/mysql"}])
    for count, warned in ((2, True), (1, False)):
        now = {**body, "Mode": {"Replicated": {"Replicas": 3}}}
        found = live_plan(seen(running(now)), LiveChange({"app": count}), "wiki.example.org", None).findings
        assert ("volume-is-not-shared" in {finding.rule for finding in found}) is warned


def test_a_global_service_has_no_number() -> None:
    """A task a node is not a number that can be set."""
    with pytest.raises(InputError, match="one task a node"):
        scaled(2, Mode={"Global": {}})


def test_a_restart_counts_on_from_what_was_forced_before() -> None:
    """Swarm replaces tasks when the counter differs, so it must be one more than what is there."""
    body = spec()
    body["TaskTemplate"] = {**body["TaskTemplate"], "ForceUpdate": 4}
    plan = live_plan(seen(running(body)), LiveChange(restarts=("app",)), "wiki.example.org", None)
    [update] = plan.operations
    assert isinstance(update, UpdateService)
    assert update.spec["TaskTemplate"]["ForceUpdate"] == 5
    assert (update.restarts, update.interrupts) == (True, True)
