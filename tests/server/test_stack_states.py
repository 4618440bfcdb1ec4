"""Stack files on a practice swarm: planned from Python, kept in the swarm, and gone back to without any file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import coopnb as co
from coopnb.errors import NotApproved, StalePlan
from coopnb.model.kept import KeptState
from coopnb.model.plan import Approval, Plan
from coopnb.runbook.look_after import look_after
from coopnb.runbook.pinning import pin_of
from coopnb.server import Server, with_accepted
from coopnb.server.kept import stack_of
from coopnb.server.loading import app_name
from coopnb.workspace import Workspace
from tests.nouns import START
from tests.recipe.reading import write
from tests.server.apps import applied

FILES = {
    "choir/stack.yml": """\
services:
  web:
    image: nginx:1.27
    env_file: ../shared/web.env
    environment: {GREETING: $GREETING}
    configs: [page]
    secrets: [s]
    deploy: {update_config: {monitor: 100ms}}
configs: {page: {file: ../shared/page.html}}
secrets: {s: {file: s.txt}}
""",
    "more/more.yml": "services:\n  web: {user: nobody}\n",
    "shared/web.env": "FROM_FILE=yes\n",
    "shared/page.html": "<p>songs</p>",
    "choir/s.txt": "c0rrecth0rse",
}
SETTINGS = {"GREETING": "hi", "NOT_NAMED": "x"}
OUTSIDE = "file-outside-the-recipe"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A swarm of this module's own; each test has a stack of its own name."""
    with co.practice_swarm() as lent:
        yield lent


def planned(server: Server, root: Path, name: str, settings: Mapping[str, str] = SETTINGS) -> Plan:
    """What a deploy of the two files would do, with what leads out of their folder accepted."""
    stack = co.load_stack([root / "choir/stack.yml", root / "more/more.yml"], name, settings)
    return with_accepted(server.plan(stack), OUTSIDE)


def specs(server: Server, name: str) -> list[Any]:
    """What the services are like, without what moves by itself."""
    return [service.spec for service in server.snapshot(name).services]


def test_a_stack_is_gone_back_to_without_any_file(server: Server, tmp_path: Path) -> None:
    """The state must bring back the same services, files from outside of the folder included, and no secret."""
    write(tmp_path, FILES)
    first = planned(server, tmp_path, "back")
    assert (first.app, first.blocked) == ("back", ())
    assert applied(server, first).wait().outcome == "converged"
    before = specs(server, "back")
    write(tmp_path, {"choir/stack.yml": FILES["choir/stack.yml"].replace("nginx:1.27", "nginx:1.28")})
    second = planned(server, tmp_path, "back", {**SETTINGS, "GREETING": "ho"})
    assert applied(server, second).wait().outcome == "converged"
    assert specs(server, "back") != before
    shutil.rmtree(tmp_path)

    newest, oldest = server.states("back")
    assert [(each.runs, each.trouble, each.version) for each in (newest, oldest)] == [
        (True, "", "stack.yml, ../more/more.yml"),
        (False, "", "stack.yml, ../more/more.yml"),
    ]
    assert "c0rrecth0rse" not in str(oldest.content) and "NOT_NAMED" not in str(oldest.content)
    plan = server.plan_state("back", oldest.name)
    assert plan.blocked == () and plan.digest == server.replan(plan).digest
    assert applied(server, plan).wait().outcome == "converged"
    assert specs(server, "back") == before
    assert [check.ok for check in look_after(plan, server.snapshot("back"))] == [True] * 3
    assert pin_of(server.workspace, "practice", "back", plan) is None


def test_binds_begin_where_they_began(tmp_path: Path) -> None:
    """Paths that depend on where the files lay, or on a home, must be in the state, wherever it is gone back from."""
    binds = "    volumes: ['./data:/data', '../far:/far', '~/songs:/songs']\n"
    write(tmp_path, {"stack.yml": f"services:\n  web:\n    image: nginx:1.27\n{binds}"})
    stack = co.load_stack([tmp_path / "stack.yml"], "binds", {"HOME": "/home/choir"})
    images: dict[str, str] = {}
    state = KeptState("coopnb_1", "binds", "binds", "", "", "", images, None, START, content=stack.state)
    assert [service.spec for service in stack_of(state, {}).services] == [service.spec for service in stack.services]
    mounts = stack.services[0].spec["TaskTemplate"]["ContainerSpec"]["Mounts"]
    assert {mount["Source"] for mount in mounts} == {f"{tmp_path}/data", f"{tmp_path.parent}/far", "/home/choir/songs"}


def test_after_going_back_the_files_of_then_are_nothing_to_do(server: Server, tmp_path: Path) -> None:
    """What a state brings back must be what a deploy of its files would send, to the field."""
    write(tmp_path, FILES)
    assert applied(server, planned(server, tmp_path, "same")).wait().outcome == "converged"
    other = planned(server, tmp_path, "same", {**SETTINGS, "GREETING": "ho"})
    assert applied(server, other).wait().outcome == "converged"
    back = server.plan_state("same", server.states("same")[1].name)
    assert applied(server, back).wait().outcome == "converged"
    assert planned(server, tmp_path, "same").nothing_to_do


def test_a_plan_of_a_stack_goes_stale_and_is_for_its_approval_only(server: Server, tmp_path: Path) -> None:
    """Another digest and a swarm that changed must be refused, as for an app."""
    write(tmp_path, FILES)
    plan = planned(server, tmp_path, "stale")
    with pytest.raises(NotApproved):
        server.apply(plan, Approval("0" * 64, "ana@laptop", "a test", START))
    assert applied(server, plan).wait().outcome == "converged"
    with pytest.raises(StalePlan):
        applied(server, plan)


@pytest.mark.parametrize(
    ("files", "settings", "said"),
    [
        ({"shared/page.html": "\x00"}, {**SETTINGS, "GREETING": "hi"}, ""),
        ({}, {**SETTINGS, "GREETING": "postgres://me:hunter2@db/x"}, "GREETING looks secret"),
        ({"shared/page.html": "x" * 999_900}, SETTINGS, "too large"),
    ],
)
def test_a_plan_says_before_the_deploy_that_there_is_no_going_back(
    files: dict[str, str], settings: dict[str, str], said: str, server: Server, tmp_path: Path
) -> None:
    """What cannot be kept must be a warning of the plan, and of nothing else."""
    write(tmp_path, {**FILES, **files})
    found = [each for each in planned(server, tmp_path, "lacking", settings).findings if "state" in each.rule]
    assert [each.rule for each in found] == ["state-cannot-be-kept"] * bool(said)
    assert all(said in each.text for each in found)


def test_a_file_that_is_no_text_is_told_before_the_deploy(server: Server, tmp_path: Path) -> None:
    """Bytes are not kept, so that must be said while it can still be helped."""
    write(tmp_path, FILES)
    (tmp_path / "shared/page.html").write_bytes(b"\xff\xfe")
    [found] = [each for each in planned(server, tmp_path, "bytes").findings if each.rule == "state-cannot-be-kept"]
    assert "../shared/page.html is no text" in found.text


def test_a_state_with_a_secret_s_file_in_a_second_place_is_trouble(server: Server, tmp_path: Path) -> None:
    """What is a secret and a config at once is not kept, and its stand-in must not become the config."""
    text = FILES["choir/stack.yml"].replace("../shared/page.html", "s.txt")
    write(tmp_path, {**FILES, "choir/stack.yml": text})
    assert applied(server, planned_plain(server, tmp_path, "twice")).wait().outcome == "converged"
    [state] = server.states("twice")
    assert "does not keep the file 's.txt'" in state.trouble


def planned_plain(server: Server, root: Path, name: str) -> Plan:
    """The same of the first file alone."""
    return with_accepted(server.plan(co.load_stack([root / "choir/stack.yml"], name, SETTINGS)), OUTSIDE)


def test_states_of_a_long_name_are_found(server: Server, tmp_path: Path) -> None:
    """Names of configs are short, so a stack with a long name must be kept, and found, all the same."""
    write(tmp_path, {"stack.yml": "services:\n  a: {image: 'nginx:1.27'}\n"})
    names = ["choir-" + "x" * 48 + end for end in "ab"]
    for name in names:
        plan = server.plan(co.load_stack([tmp_path / "stack.yml"], name))
        assert applied(server, plan).wait().outcome == "converged"
    assert [len(server.states(name)) for name in names] == [1, 1]


def test_a_stack_s_name_is_taken_whole_and_a_domain_s_is_not(tmp_path: Path) -> None:
    """Without settings here, a name with dots must be that of an app, and one without that of a stack."""
    place = Workspace(tmp_path)
    long = "choir-" + "x" * 50
    assert app_name(place, long, "practice").stack == long
    assert app_name(place, f"{long}.example.org", "practice").stack == f"{long}"[:45]


def test_a_name_that_swarm_refuses_blocks_the_plan(server: Server, tmp_path: Path) -> None:
    """docker takes a name with a dot and swarm refuses its services, which must be known before anything is made."""
    write(tmp_path, {"stack.yml": "services:\n  a: {image: 'nginx:1.27'}\n"})
    plan = server.plan(co.load_stack([tmp_path / "stack.yml"], "choir.org"))
    assert {each.rule for each in plan.blocked} == {"name-is-refused"}
