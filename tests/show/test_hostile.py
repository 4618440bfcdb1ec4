"""What comes from a recipe or a container must not act where it is displayed."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from coopnb.errors import InputError
from coopnb.model.choice import Choice
from coopnb.model.finding import Finding
from coopnb.model.origin import Origin
from coopnb.model.plan import Untouched
from coopnb.model.run import Check, Event, Evidence, Sample
from coopnb.model.server import ServerRow
from coopnb.show.findings import findings_output
from coopnb.show.notes import checks_output, chosen_output, error_output
from coopnb.show.output import Output
from coopnb.show.plan import plan_output
from coopnb.show.report import report_output
from coopnb.show.rollout import rollout_output
from coopnb.show.snapshot import snapshot_output
from coopnb.show.widgets import ChooseForm, GateForm
from tests.show import facts

HOSTILE = (
    "a<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x1b[2J\x07\r\u202egnp.exe\u2066\u200b\u2028\x9b31m"
)


def hostile_outputs() -> dict[str, Output]:
    """One output of each kind, with everything in it that can come from outside."""
    plan = replace(
        facts.PLAN,
        app=HOSTILE,
        recipe=HOSTILE,
        version_after=HOSTILE,
        operations=(facts.update(facts.change(f"label {HOSTILE}", HOSTILE, HOSTILE + "b", HOSTILE)),),
        untouched=(Untouched("left", "service", HOSTILE, HOSTILE),),
        findings=(Finding("warning", "x", HOSTILE, Origin(HOSTILE, 1), (HOSTILE,), HOSTILE),),
    )
    task = facts.task("app", 1, HOSTILE, "failed", HOSTILE, error=HOSTILE, name=HOSTILE)
    seen = replace(facts.SNAPSHOT, tasks=(task,), services=(facts.service("app", 0, 1, HOSTILE),), stack=HOSTILE)
    evidence = Evidence(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 2, (HOSTILE,))
    event = Event(facts.LOOKED_AT, 1, "task", HOSTILE, HOSTILE, HOSTILE)
    report = replace(
        facts.FAILED, plan=plan, samples=(Sample(1, (task,)),), evidence=(evidence,), events=(event,), after=seen
    )
    return {
        "plan": plan_output(plan),
        "snapshot": snapshot_output(seen),
        "rollout": rollout_output(plan, Sample(1, (task,)), 1),
        "report": report_output(report),
        "report without a last look": report_output(replace(report, after=None)),
        "checks": checks_output((Check(HOSTILE, False, HOSTILE),), HOSTILE),
        "chosen": chosen_output(Choice(HOSTILE, HOSTILE, HOSTILE, HOSTILE), HOSTILE, None, HOSTILE),
        "error": error_output(InputError(HOSTILE, what=HOSTILE, where=HOSTILE, hint=HOSTILE)),
        "findings": findings_output((Finding("error", "x", HOSTILE),), HOSTILE),
    }


def acting(text: str) -> set[str]:
    """The characters of a text that act unseen."""
    return {sign for sign in text if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


def assert_harmless(markup: str) -> None:
    """Nothing of the hostile text may have become an element or an attribute."""
    soup = BeautifulSoup(markup, "html.parser")
    assert not soup.find_all(["script", "img"])
    assert not [key for element in soup.find_all(True) for key in element.attrs if key.startswith("on")]
    assert "alert(1)" in soup.get_text()


@pytest.mark.parametrize("name", sorted(hostile_outputs()))
def test_markup_is_text(name: str) -> None:
    """Markup in a name, a label, a log line or an error must be shown as it is written."""
    assert_harmless(hostile_outputs()[name].html)


@pytest.mark.parametrize("name", sorted(hostile_outputs()))
def test_nothing_acts_unseen(name: str) -> None:
    """Control characters and direction marks must be visible escapes, in the text and in the HTML."""
    output = hostile_outputs()[name]
    assert acting(output.text) == set()
    assert acting(output.html) == set()
    assert "\\x1b" in output.text and "\\u202e" in output.text


def test_a_name_cannot_add_a_line() -> None:
    """A line break in a name must not make a line that looks like one of ours."""
    forged = replace(facts.PLAN, app="x\nTo approve: nothing is needed")
    assert not any(line.startswith("To approve: nothing") for line in plan_output(forged).text.splitlines())


def test_widgets_hold_text_only() -> None:
    """The forms' own HTML must be as harmless as the outputs'."""
    gate = GateForm(replace(facts.PLAN, app=HOSTILE), approve="x")
    assert_harmless(gate.line.value)
    form = ChooseForm([HOSTILE], {HOSTILE: (HOSTILE,)})
    form.tell([ServerRow(HOSTILE, HOSTILE, True, HOSTILE, 3, HOSTILE, error=HOSTILE, next=HOSTILE)])
    assert_harmless(form.states.value)
    assert acting(form.server.options[1][0]) == set()
