"""The controls, driven from Python: there is no front end here, and nothing may need one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from coopnb.model.choice import Choice
from coopnb.model.server import ServerRow
from coopnb.show.live import LiveView
from coopnb.show.output import Output, display
from coopnb.show.widgets import WIDGET_VIEW, ChooseForm, GateForm
from tests.show.facts import ERROR, PLAN

RECIPES = {"hello": ("0.2.0+1.27", "0.1.0+1.26"), "wiki": ("1.3.0+1.39.17", "1.2.0+1.39.8")}
APPS = {"practice": ("wiki.example.org",), "node1.example.org": ("cloud.example.org",)}


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """A shell as in a kernel, taken away afterwards."""
    made = InteractiveShell.instance()
    yield made
    InteractiveShell.clear_instance()


def form(preset: Choice | None = None) -> ChooseForm:
    """A form over two servers and two recipes."""
    return ChooseForm(("practice", "node1.example.org"), RECIPES, APPS, preset)


def test_a_blank_form_has_chosen_nothing() -> None:
    """Nothing may be chosen by being first in a list."""
    assert form().value == Choice()
    assert form().value.missing == ("server", "recipe", "version", "domain")


def test_choosing_a_recipe_offers_its_versions() -> None:
    """The versions must follow the recipe, newest first, and one that it lacks must not stay chosen."""
    choose = form()
    choose.recipe.value = "wiki"
    assert [value for _, value in choose.version.options] == ["", *RECIPES["wiki"]]
    choose.version.value = "1.2.0+1.39.8"
    choose.recipe.value = "hello"
    assert choose.value.version == ""
    assert [value for _, value in choose.version.options] == ["", *RECIPES["hello"]]


def test_a_filled_form_is_a_choice() -> None:
    """Four answers must come out as they were given, without space around the domain."""
    choose = form()
    choose.server.value = "practice"
    choose.recipe.value, choose.version.value = "wiki", "1.3.0+1.39.17"
    choose.domain.value = " wiki.example.org "
    assert choose.value == Choice("practice", "wiki", "1.3.0+1.39.17", "wiki.example.org")
    assert choose.value.missing == ()


def test_a_field_that_is_typed_into_is_left_alone() -> None:
    """Domains of all servers must be offered from the start, and no text be told before it is whole."""
    choose = form()
    offered = choose.domain.options
    choose.server.value = "node1.example.org"
    assert choose.domain.options == offered
    assert "cloud.example.org" in offered
    assert not choose.domain.continuous_update


def test_parameters_preset_the_form_even_if_unknown() -> None:
    """What the parameters cell says must be the form's value, so that a mistake is told by the step that takes it."""
    preset = Choice("unix:///run/docker.sock", "nextcloud", "9.9.9+1", "cloud.example.org")
    assert form(preset).value == preset


def test_every_field_has_a_label_and_the_form_says_what_it_does() -> None:
    """No control without its label, and a sentence must say that choosing changes nothing."""
    choose = form()
    labelled = [field.description for field in choose.view.children if type(field).__name__ in ("Dropdown", "Combobox")]
    assert labelled == ["Server", "Recipe", "Version", "Domain"]
    assert "Choosing changes nothing" in choose.view.children[-1].value


def test_the_form_tells_how_each_server_stands() -> None:
    """Below the fields each server must have its row, in the order of the list; the choice stays as it is."""
    choose = form(Choice(server="node1.example.org"))
    choose.tell((None, None))
    assert choose.states.value.count("no answer yet") == 2
    choose.tell((None, ServerRow("node1.example.org", "ssh://node1.example.org", True, "26.1.5", 3, "manager")))
    assert choose.states.value.count("no answer yet") == 1
    assert "engine 26.1.5, 3 nodes, manager" in choose.states.value
    assert choose.value.server == "node1.example.org"


def test_an_empty_workspace_is_told_what_to_do() -> None:
    """Without a server or a recipe the form must say how to get one."""
    said = ChooseForm((), {}).view.children[-1].value
    assert "coopnb practice up" in said and "coopnb recipe list" in said


@pytest.mark.parametrize(
    ("typed", "reason", "said", "matches"),
    [
        ("", "", "waiting: type wiki.example.org", False),
        ("wiki.example.com", "security", "does not match", False),
        ("wiki.example.org", "", "a reason is missing", True),
        (" wiki.example.org ", "security", "✓ matches", True),
        (PLAN.short_digest, "security", "✓ matches", True),
    ],
)
def test_the_gate_tells_whether_it_matches(typed: str, reason: str, said: str, matches: bool) -> None:
    """The line under the fields must follow what is typed, in words."""
    gate = GateForm(PLAN)
    gate.typed_field.value, gate.reason_field.value = typed, reason
    assert said in gate.line.value
    assert (gate.matches, gate.typed, gate.reason) == (matches, typed.strip(), reason)


def test_the_gate_says_what_it_will_do_before_it_does() -> None:
    """Number of operations, server and practice in words must stand above the fields."""
    said = GateForm(PLAN).view.children[0].value
    assert "3 operations on practice (a practice swarm, 3 nodes): 1 to update, 2 to create" in said


@pytest.mark.parametrize(
    ("plan", "said"),
    [(replace(PLAN, findings=(ERROR,)), "cannot be approved"), (replace(PLAN, operations=()), "nothing to approve")],
)
def test_what_cannot_be_approved_has_no_fields(plan: Any, said: str) -> None:
    """A blocked plan, and one with nothing to do, must offer nothing to type into."""
    gate = GateForm(plan)
    assert said in gate.view.children[0].value
    assert gate.typed_field not in gate.view.children


@pytest.mark.usefixtures("shell")
def test_controls_are_displayed_as_views_only() -> None:
    """A control must leave nothing but its view in the notebook: no text that is random or cut off."""
    with capture_output() as captured:
        form().show()
        GateForm(PLAN).show()
        LiveView().show()
    assert [list(output.data) for output in captured.outputs] == [[WIDGET_VIEW]] * 3
    assert captured.stdout == ""


@pytest.mark.usefixtures("shell")
def test_outputs_are_displayed_with_their_metadata() -> None:
    """In a notebook an output must be displayed in both forms, with its place in the ledger."""
    with capture_output() as captured:
        display(Output("text", "<p>text</p>", run=3, step="plan"))
    (output,) = captured.outputs
    assert output.data == {"text/plain": "text", "text/html": "<p>text</p>"}
    assert output.metadata == {"coopnb": {"run": 3, "step": "plan"}}


def test_without_a_notebook_text_is_printed_and_controls_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """In a plain process an output must be its text, and a control nothing."""
    form().show()
    display(Output("text", "<p>text</p>"))
    assert capsys.readouterr().out == "text\n"


def test_a_live_view_is_throttled() -> None:
    """Rows may change four times a second and the chart once, however often they are set."""
    now = 100.0
    view = LiveView(clock=lambda: now)
    rows: list[str] = []
    view.rows.observe(lambda change: rows.append(change["new"]), names="value")
    drawn: list[float] = []

    def chart() -> str:
        drawn.append(now)
        return f"<p>{now}</p>"

    for step in range(201):
        now = 100.0 + step / 100
        view.update(f"<p>{step}</p>", chart)
    assert 7 <= len(rows) <= 9
    assert len(drawn) in (2, 3)
    assert rows[0] == "<p>0</p>"
    view.close()
    assert view.view.comm is None
