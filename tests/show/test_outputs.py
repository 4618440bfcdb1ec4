"""Every output, as text and as HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from coopnb.show.output import Output
from tests.show.facts import outputs

CASES = Path(__file__).parent / "cases"
OUTPUTS = outputs()
FROM_PRACTICE = sorted(
    set(OUTPUTS) - {"plan_interrupts_and_removes", "findings", "findings_none", "servers", "servers_none"}
)


def words(text: str) -> list[str]:
    """The words of an output, without signs, indents and the bars beside a log."""
    return [word for word in re.split(r"\s+", text) if word and word != "|"]


def html_words(output: Output) -> list[str]:
    """The words a reader of the HTML sees, drawing and stylesheet left out."""
    soup = BeautifulSoup(output.html, "html.parser")
    for element in soup.find_all(["style", "figure"]):
        element.decompose()
    return words(soup.get_text(" "))


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_text_is_as_written_down(name: str) -> None:
    """The text of an output must be, to the letter, what is kept in its case."""
    assert OUTPUTS[name].text + "\n" == (CASES / f"{name}.txt").read_text(encoding="utf-8")


def test_no_case_is_forgotten() -> None:
    """Every case file must belong to an output that is made."""
    assert {path.stem for path in CASES.glob("*.txt")} == set(OUTPUTS)


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_html_says_the_same_in_the_same_order(name: str) -> None:
    """The HTML must hold the words of the text, in its order, and no others."""
    captions = {"report_converged", "report_failed", "report_interrupted"}
    found = " ".join(html_words(OUTPUTS[name]))
    if name in captions:
        assert "Tasks over time, by state second" in found
        found = found.replace("Tasks over time, by state second", "second")
    assert found == " ".join(words(OUTPUTS[name].text))


@pytest.mark.parametrize("name", FROM_PRACTICE)
def test_practice_is_said_in_words(name: str) -> None:
    """An output from a practice swarm must say so in its first line."""
    assert "a practice swarm" in OUTPUTS[name].text.splitlines()[0]


def test_a_real_server_is_never_called_practice() -> None:
    """An output from a real server must not hold the word."""
    assert "practice" not in OUTPUTS["plan_interrupts_and_removes"].text


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_equal_facts_give_equal_bytes(name: str) -> None:
    """Made a second time from the same facts, an output must be the same to the byte."""
    again = outputs()[name]
    assert (again.text, again.html) == (OUTPUTS[name].text, OUTPUTS[name].html)


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_html_is_alone_and_does_nothing(name: str) -> None:
    """The HTML must load nothing, run nothing, and carry no id that could meet another's."""
    soup = BeautifulSoup(OUTPUTS[name].html, "html.parser")
    assert not soup.find_all(["script", "link", "iframe", "img", "object", "form"])
    for element in soup.find_all(True):
        assert not [key for key in element.attrs if key.startswith("on") or key in ("href", "src", "id")]
    assert "url(" not in OUTPUTS[name].html


def test_a_notebook_gets_both_forms_and_the_place_in_the_ledger() -> None:
    """The bundle must hold text and HTML, and its metadata the run and the step that the exporter looks for."""
    data, metadata = Output("text", "<p>text</p>", run=7, step="plan")._repr_mimebundle_()
    assert data == {"text/plain": "text", "text/html": "<p>text</p>"}
    assert metadata == {"coopnb": {"run": 7, "step": "plan"}}


def test_the_run_is_not_shown() -> None:
    """A run's number must not change what is shown, or a worked example would differ each time."""
    one, other = Output("text", "<p>text</p>", run=1), Output("text", "<p>text</p>", run=2)
    assert (str(one), repr(one)) == (str(other), repr(other)) == ("text", "text")


def test_the_table_stays_where_the_drawing_cannot() -> None:
    """The figure must be hidden without our stylesheet, and the numbers stand in a table outside of it."""
    soup = BeautifulSoup(OUTPUTS["report_converged"].html, "html.parser")
    figure = soup.find("figure")
    assert figure is not None and figure.has_attr("hidden")
    numbers = soup.find("table", class_="cn-numbers")
    assert numbers is not None and numbers.find_parent("figure") is None
    assert [cell.get_text() for cell in numbers.find_all("td")][-4:] == ["31", "2", "1", "0"]
