"""coopnb and ``docker stack deploy`` make the same of the corpus on a real engine: every object as the API tells it.

In ``make test`` a spread of the corpus, on the machine's own engine; in ``make soak`` all of it, on three engines. See
``tests/convert/bench.py`` for how, and ``tests/convert/told.py`` for what no file decides and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.convert.bench import ITS, MINE, Bench, Refused, bench, stack_of
from tests.convert.everything import compared, deployable, mixed, spread
from tests.convert.running import running
from tests.convert.told import objects
from tests.recipe.corpus import Case
from tests.testbed.cli import docker_cli, major_version
from tests.testbed.fixtures import engine_with_busybox
from tests.testbed.requirements import require_real

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

MIXTURES = 24

COMING_TO_REST = (
    "recipes/blog",
    "recipes/cloud",
    "recipes/forum",
    "recipes/gitea",
    "recipes/mail",
    "recipes/matrix",
    "recipes/monitoring",
    "recipes/proxy",
    "recipes/wiki",
    "credential_spec/config",
    "networks/host",
    "healthcheck/test-list",
)


@pytest.fixture(scope="module")
def drained() -> Iterator[Bench]:
    """An engine of this module's own, for its node is drained."""
    require_real("a real engine")
    with engine_with_busybox() as engine, bench(engine) as made:
        yield made


def test_both_deploy_the_same(drained: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """All objects must be equal field by field, both must refuse the same files, and then coopnb must plan nothing."""
    assert major_version(docker_cli()) >= 28
    asked = spread()
    result = compared(drained, asked)
    with capsys.disabled():
        print(f"\ncorpus deployed: {result}")
    assert result.different == ()
    undeployable = {case.name for case in asked if case.undeployable}
    rejected = {case.name for case in asked if case.rejected}
    assert undeployable <= set(result.refused) <= undeployable | rejected
    assert result.deployed > 110


def test_both_deploy_the_same_of_mixtures(drained: Bench) -> None:
    """Three small files merged must be deployed alike, whatever their keys have to do with each other."""
    result = compared(drained, mixed(MIXTURES))
    assert result.different == ()
    assert result.deployed > MIXTURES // 4


@pytest.mark.parametrize("name", COMING_TO_REST)
def test_docker_changes_no_task_of_what_coopnb_deployed(name: str, drained: Bench) -> None:
    """After coopnb's apply, a ``docker stack deploy`` of the same files must leave every task as it is."""
    case = _case(name)
    with drained.outside(case):
        drained.by_coopnb(case, MINE)
        before = drained.tasks()
        drained.by_docker(case, MINE)
        assert drained.tasks() == before
        assert drained.planned(case, MINE) == ()


def test_changed_labels_of_what_is_there_become_those_of_the_files(drained: Bench, tmp_path: Path) -> None:
    """docker and coopnb must leave secrets and configs with the same labels, and coopnb must then plan nothing."""
    first = _labelled(tmp_path, "first", "a: '1', b: '2'")
    then = _labelled(tmp_path, "then", "b: '3', c: ''")
    with drained.outside(then):
        for case in (first, then):
            drained.by_docker(case, ITS)
            drained.by_coopnb(case, MINE)
            its, mine = objects(drained.api, ITS), objects(drained.api, MINE)
            assert its == mine
            assert (drained.planned(case, ITS), drained.planned(case, MINE)) == ((), ())
        assert its["secret STACK_s"]["Labels"] == {"b": "3", "c": "", "com.docker.stack.namespace": "STACK"}
        assert its["config STACK_c"]["Labels"] == its["secret STACK_s"]["Labels"]


def test_a_secret_whose_file_has_another_value_is_kept(drained: Bench, tmp_path: Path) -> None:
    """docker must refuse it, as nobody can tell beforehand; coopnb must keep what is there, with a word in the plan."""
    case = _labelled(tmp_path, "first", "a: '1'")
    with drained.outside(case):
        drained.by_docker(case, ITS)
        (tmp_path / "secret").write_text("another", encoding="utf-8")
        with pytest.raises(Refused, match="only updates to Labels are allowed"):
            drained.by_docker(case, ITS)
        plan = drained.plan(stack_of(case, ITS))
        assert plan.nothing_to_do
        assert [finding.rule for finding in plan.findings] == ["secret-value-kept"]


def test_a_template_that_comes_later_is_passed_over_by_both(drained: Bench, tmp_path: Path) -> None:
    """docker must end well and change nothing of what is there; coopnb must plan nothing, and say that it stays."""
    case = _labelled(tmp_path, "first", "a: '1'")
    with drained.outside(case):
        drained.by_docker(case, ITS)
        before = objects(drained.api, ITS)
        file = tmp_path / "first.yml"
        file.write_text(file.read_text(encoding="utf-8").replace("{file:", "{template_driver: golang, file:"))
        drained.by_docker(case, ITS)
        assert objects(drained.api, ITS) == before
        plan = drained.plan(stack_of(case, ITS))
        assert plan.nothing_to_do
        assert sorted(finding.rule for finding in plan.findings) == ["driver-kept"] * 2 + ["secret-value-kept"]


def _labelled(folder: Path, name: str, labels: str) -> Case:
    """A stack of a secret and a config with labels."""
    for kind in ("secret", "config"):
        (folder / kind).write_text("value", encoding="utf-8")
    text = (
        "version: '3.8'\nservices: {a: {image: x, secrets: [s], configs: [c]}}\n"
        f"secrets: {{s: {{file: ./secret, labels: {{{labels}}}}}}}\n"
        f"configs: {{c: {{file: ./config, labels: {{{labels}}}}}}}\n"
    )
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return Case(f"labels/{name}", folder, (f"{name}.yml",), {})


def test_a_dozen_runs_and_neither_disturbs_the_other(drained: Bench, tmp_path: Path) -> None:
    """Where tasks really run, a plan after docker's deploy must be empty, and docker after coopnb's restart nothing."""
    cases = running(tmp_path)
    assert len(cases) == 12
    drained.availability("active")
    try:
        for number, case in enumerate(cases):
            drained.by_docker(case, f"its{number}")
        drained.await_running()
        assert [drained.planned(case, f"its{number}") for number, case in enumerate(cases)] == [()] * len(cases)
        drained.sweep()
        for number, case in enumerate(cases):
            drained.by_coopnb(case, f"mine{number}")
        drained.await_running()
        before = drained.tasks()
        for number, case in enumerate(cases):
            drained.by_docker(case, f"mine{number}")
        assert drained.tasks() == before
    finally:
        drained.availability("drain")
        drained.sweep()


def _case(name: str) -> Case:
    return next(case for case in deployable() if case.name == name)
