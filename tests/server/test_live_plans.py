"""More or fewer tasks, and restarts: plans over services as they run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import coopnb as co
from coopnb.errors import InputError
from coopnb.model.plan import UpdateService
from coopnb.model.snapshot import Snapshot
from coopnb.server import Server
from tests.server.apps import applied, deployed

DOMAIN = "hello.example.org"
STACK = "hello_example_org"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A swarm with one app; each test leaves one task of it."""
    with co.practice_swarm() as lent:
        deployed(lent, "hello", "1.1.0+1.28.0", DOMAIN)
        yield lent


def test_scaling_changes_the_number_of_tasks_and_nothing_else(server: Server) -> None:
    """Up and down again: each must converge, restart nothing, and keep no state."""
    before = server.states(DOMAIN)
    for count in (3, 1):
        plan = server.plan_scale(DOMAIN, {"app": count})
        [update] = plan.operations
        assert isinstance(update, UpdateService)
        assert [change.field for change in update.changes] == ["replicas"]
        assert not update.restarts
        assert server.replan(plan).digest == plan.digest
        assert applied(server, plan).wait().outcome == "converged"
        [service] = server.snapshot(STACK).services
        assert service.running == count
    assert server.states(DOMAIN) == before


def test_the_number_that_is_there_is_nothing_to_do(server: Server) -> None:
    """Asking for what is wanted already must be a plan without operations, and say so."""
    plan = server.plan_scale(DOMAIN, {"app": 1})
    assert plan.nothing_to_do
    assert [item.reason for item in plan.untouched] == ["1 tasks are wanted already"]


def test_scaling_says_that_the_next_deploy_sets_it_back(server: Server) -> None:
    """The operator must know how long it lasts, and what would make it last."""
    [finding] = server.plan_scale(DOMAIN, {"app": 2}).findings
    assert (finding.severity, finding.rule) == ("warning", "scaled-until-next-deploy")
    assert "sets 1 again" in finding.text
    assert "no setting for it" in str(finding.hint)


@pytest.mark.parametrize(
    ("replicas", "says"),
    [({"app": 0}, "out of service"), ({"web": 2}, "no service web"), ({"app": 5000}, "more than")],
)
def test_what_cannot_be_meant_is_refused(server: Server, replicas: dict[str, int], says: str) -> None:
    """No task at all, a service that is not there, and a slip of the finger must be input errors."""
    with pytest.raises(InputError, match=says):
        server.plan_scale(DOMAIN, replicas)


def test_an_app_that_is_not_there_is_refused(server: Server) -> None:
    """A mistyped domain must not become an empty plan."""
    with pytest.raises(InputError, match="nothing runs in the stack"):
        server.plan_scale("helo.example.org", {"app": 2})


def test_a_restart_replaces_every_task_and_changes_nothing(server: Server) -> None:
    """Other tasks must run the same spec afterwards, and an older plan must be void."""
    before = server.snapshot(STACK)
    plan = server.plan_restart(STACK)
    [update] = plan.operations
    assert isinstance(update, UpdateService)
    assert update.restarts
    assert applied(server, plan).wait().outcome == "converged"

    after = server.snapshot(STACK)
    assert {_running(before)}.isdisjoint({_running(after)})
    old, new = before.services[0].spec, after.services[0].spec
    assert new["TaskTemplate"]["ForceUpdate"] == 1
    assert {**new["TaskTemplate"], "ForceUpdate": 0} == {**old["TaskTemplate"], "ForceUpdate": 0}
    assert server.replan(plan).digest != plan.digest


def _running(snapshot: Snapshot) -> str:
    [task] = [task for task in snapshot.tasks if task.state == "running" and task.desired_state == "running"]
    return task.id
