"""The fields for settings that an upgrade lacks: what counts as decided, and what is told of each."""

from __future__ import annotations

import pytest

from coopnb.model.upgrade import NewSetting
from coopnb.show.lacking_form import LackingForm
from coopnb.show.settings_form import PREFIX

FILE = "servers/practice/hello.example.org.env"


def lacking(name: str, sample: str = "", comment: str = "") -> NewSetting:
    """A setting that is demanded and not there."""
    return NewSetting(name, comment, sample, 3, optional=False, there=False)


@pytest.mark.parametrize(
    ("sample", "typed", "ticked", "answers"),
    [
        ("https://example.com", None, False, {}),
        ("https://example.com", None, True, {"A": "https://example.com"}),
        ("https://example.com", " mine ", False, {"A": "mine"}),
        ("https://example.com", "mine", True, {"A": "mine"}),
        ("https://example.com", "", False, {}),
        ("https://example.com", "", True, {}),
        ("", None, False, {}),
        ("", None, True, {"A": ""}),
        ("", " mine ", False, {"A": "mine"}),
    ],
)
def test_only_what_was_decided_counts(sample: str, typed: str | None, ticked: bool, answers: dict[str, str]) -> None:
    """A field that nobody touched must count by its box only, and one that was emptied not at all."""
    form = LackingForm([lacking("A", sample)], FILE, {})
    if typed is not None:
        form.fields["A"].value = typed
    form.boxes["A"].value = ticked
    assert form.answers == {PREFIX + name: value for name, value in answers.items()}


def test_what_was_decided_before_stands_again() -> None:
    """A form that is shown anew must have the same answers as the one before it."""
    decided = {"A": "mine", "B": "", "C": "as it is"}
    form = LackingForm([lacking("A", "x"), lacking("B"), lacking("C", "as it is"), lacking("D", "x")], FILE, decided)
    assert form.answers == {PREFIX + name: value for name, value in decided.items()}


def test_every_field_and_box_has_a_label_of_its_own() -> None:
    """Whoever cannot see where a control stands must know what it is for."""
    form = LackingForm([lacking("A", "x"), lacking("B")], FILE, {})
    labels = [each.description for each in (*form.fields.values(), *form.boxes.values())]
    assert labels == ["A", "B", "use A as it is proposed", "leave B blank"]


def test_what_a_sample_says_is_harmless() -> None:
    """Comments of a sample must not act in HTML, and a secret's proposed value must not be shown."""
    said = "<img src=x onerror=a>\x1b[2J\u202e"
    form = LackingForm([lacking("A", "1", said), lacking("DB_PASSWORD", "tr0ub4dor", said)], FILE, {})
    html = "".join(part.value for part in form.view.children if type(part).__name__ == "HTML")
    assert "<img" not in html and "\x1b" not in html and "\u202e" not in html
    assert "&lt;img" in html and FILE in html
    assert "DB_PASSWORD looks like a secret" in html and "tr0ub4dor" not in html
    assert list(form.fields) == ["A"]
