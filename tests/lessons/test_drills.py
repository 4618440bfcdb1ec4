"""A drill hides what it broke, lets it be mended with a plan, and counts from facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb.errors import InputError
from coopnb.lessons import DRILLS, Drill, open_drill
from coopnb.lessons.faults import FAULTS, drawn, hints
from coopnb.model.lesson import Score
from coopnb.model.plan import Approval
from coopnb.record.ledger import utc_now
from coopnb.server import load_app
from coopnb.workspace import Workspace
from tools.lessons import prepared

NAME = "1-the-page-is-gone"
SERVICE = "hello_example_org_app"
SEEDS = {at: next(seed for seed in range(500) if drawn(seed, [SERVICE])[1] is FAULTS[at]) for at in range(len(FAULTS))}


@pytest.fixture
def root(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a drill is opened; its name tells nothing of the test."""
    folder = tmp_path_factory.mktemp("drill")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def workspace(root: Path) -> Iterator[Workspace]:
    """A workspace there, which ends with its practice swarms."""
    with prepared(NAME, root) as there:
        yield there


def mend(drill: Drill) -> None:
    """Plan, apply and watch, as the runbook does."""
    plan = drill.server.plan(load_app("hello.example.org", workspace=drill.workspace))
    drill.server.apply(plan, Approval(plan.digest, "ana", "mended", utc_now())).wait()


@pytest.mark.headless
@pytest.mark.parametrize("at", SEEDS)
def test_each_fault(at: int, root: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault must take the page away, stay hidden, and be mended by one plan; the hint is in the ledger."""
    drill = open_drill(NAME, seed=SEEDS[at], workspace=workspace)
    secret = [FAULTS[at].told.format(service=SERVICE), FAULTS[at].hint]
    ledgers = "".join(path.read_text() for path in root.rglob("ledger.jsonl"))
    shown = capsys.readouterr().out
    for text in secret:
        assert text not in f"{vars(drill)} {drill!r} {dir(drill)} {ledgers} {shown}"
    drill.check()
    checked = capsys.readouterr().out
    assert "not yet" in checked
    assert "there    0 of 1 service serve" in checked
    assert "missing  hello.example.org does not serve as its files want it" in checked
    drill.hint()
    mend(drill)
    drill.check()
    told = capsys.readouterr().out
    noted = "".join(path.read_text() for path in root.rglob("ledger.jsonl"))

    assert f"is mended: {90} of 100" in told or f"is mended: {89} of 100" in told
    assert secret[0] in told
    assert "1 service written, by the ledgers of this drill; the shortest way writes 1" in told
    assert hints(SERVICE, FAULTS[at])[0] in noted


@pytest.mark.headless
def test_a_score_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What was scored must not change by what comes after; a reset must begin a drill that works like the first."""
    monkeypatch.chdir(tmp_path)
    with prepared(NAME, tmp_path) as workspace:
        drill = open_drill(NAME, seed=SEEDS[0], workspace=workspace)
        mend(drill)
        drill.check()
        first = capsys.readouterr().out
        drill.hint()
        drill.server.practice.advance(500)
        capsys.readouterr()
        drill.check()
        assert capsys.readouterr().out.strip() in first
        with pytest.raises(InputError, match="'abc' is no seed"):
            drill.reset(seed="abc")
        drill.reset(seed=SEEDS[1])
        for _ in hints(SERVICE, FAULTS[1]):
            drill.hint()
        assert "(10 points)" in capsys.readouterr().out
        drill.hint()
        assert "(the last there is; it costs nothing more)" in capsys.readouterr().out
        mend(drill)
        drill.check()
        second = capsys.readouterr().out

    assert "hello.example.org is mended: " in first
    assert FAULTS[1].told.format(service=SERVICE) in second
    assert "hints            3" in second


@pytest.mark.headless
@pytest.mark.parametrize("at", SEEDS)
def test_giving_up(at: int, root: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Giving up must tell the fault and what the runbooks really show of it, change nothing, and leave no points."""
    drill = open_drill(NAME, seed=SEEDS[at], workspace=workspace)
    down = drill.open_book("app-is-down", server="practice", domain="hello.example.org")
    for step in (down.take, down.gather, down.narrow):
        step()
    book = drill.open_book("deploy-app", server="practice", recipe="hello", domain="hello.example.org")
    for step in (book.take, book.plan):
        step()
    means = capsys.readouterr().out
    before = drill.server.snapshot("hello_example_org").services
    drill.give_up()
    drill.give_up()
    told = capsys.readouterr().out
    assert drill.server.snapshot("hello_example_org").services[0].spec == before[0].spec
    mend(drill)
    drill.give_up()
    mended = capsys.readouterr().out
    noted = "".join(path.read_text() for path in root.rglob("ledger.jsonl"))

    fault = FAULTS[at].told.format(service=SERVICE)
    assert told.count("hello.example.org is given up: no points") == 2
    assert told.count(fault) == 2 and FAULTS[at].found in told
    quoted = re.findall("“([^”]+)”", FAULTS[at].found)
    assert quoted and [words for words in quoted if words not in means] == []
    assert "hello.example.org is mended, after it was given up: no points" in mended
    assert fault in mended and "Points: none, for the answer was told." in mended
    assert noted.count('"given up"') == 1 and '"points":0' in noted.replace(" ", "")


@pytest.mark.headless
def test_what_is_mended_is_not_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever gives up what serves again already must have the score that it earned."""
    monkeypatch.chdir(tmp_path)
    with prepared(NAME, tmp_path) as workspace:
        drill = open_drill(NAME, seed=SEEDS[0], workspace=workspace)
        mend(drill)
        capsys.readouterr()
        drill.give_up()
        told = capsys.readouterr().out

    assert "hello.example.org is mended: 100 of 100 points" in told or "is mended: 99 of 100 points" in told


def test_points() -> None:
    """Hints, needless changes and time must cost what the drill says they cost, and never less than nothing is left."""
    score = Score("a", "f", restored=95, unserved=95, changes=3, needed=1, hints=2)

    assert score.points == 100 - 9 - 10 - 20
    assert Score("a", "f", 9000, 9000, 30, 1, 3).points == 0
    assert Score("a", "f", 5, 5, 1, 1, 0, given_up=True).points == 0


def test_a_seed_draws_the_same() -> None:
    """A seed must stand for one fault, and the seeds together for all of them."""
    assert {drawn(seed, ["a", "b"])[0] for seed in range(40)} == {"a", "b"}
    assert all(drawn(seed, ["a", "b"]) == drawn(seed, ["b", "a"]) for seed in range(40))
    assert len(DRILLS) == 2
