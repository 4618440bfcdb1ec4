"""A plan, as it is read before it is approved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coopnb.model.plan import Untouched
from coopnb.show.plan import interrupted, plan_output
from tests.show.facts import ERROR, PLAN, REMOVAL, WARNING, change, update

LONG = "registry.example.org/team/" + "very-" * 20


@pytest.mark.parametrize("name", ["SMTP_PASSWORD", "API_KEY", "JWT_SECRET", "HCAPTCHA_TOKEN"])
@pytest.mark.parametrize("kind", ["env", "label"])
def test_secrets_in_the_open_are_hidden(kind: str, name: str) -> None:
    """A value under a name that says secret must stand in neither form, old or new."""
    output = plan_output(replace(PLAN, operations=(update(change(f"{kind} {name}", "tr0ub4dor", "c0rrect-h0rse")),)))
    assert "tr0ub4dor" not in output.text + output.html
    assert "c0rrect-h0rse" not in output.text + output.html
    assert f"{name}: (hidden) -> (hidden)" in output.text


def test_a_secrets_version_and_name_are_shown() -> None:
    """What only names a secret must be shown, or a rotation could not be reviewed."""
    text = plan_output(
        replace(
            PLAN,
            operations=(
                update(
                    change("env SECRET_DB_PASSWORD_VERSION", "v1", "v2"),
                    change("secret db_password", "wiki_db_password_v1", "wiki_db_password_v2"),
                ),
            ),
        )
    ).text
    assert "SECRET_DB_PASSWORD_VERSION: v1 -> v2" in text
    assert "db_password: wiki_db_password_v1 -> wiki_db_password_v2" in text


def test_a_password_in_a_url_or_an_option_is_hidden() -> None:
    """A password must not be shown because the field it stands in has a harmless name."""
    changes = (
        change("env DATABASE_URL", None, "postgres://wiki:tr0ub4dor@db/wiki"),
        change("command", "serve", "serve --admin-password=c0rrect"),
    )
    text = plan_output(replace(PLAN, operations=(update(*changes),))).text
    assert "postgres://wiki:(hidden)@db/wiki" in text and "tr0ub4dor" not in text
    assert "--admin-password=(hidden)" in text and "c0rrect" not in text


def test_long_values_are_cut_in_text_and_whole_in_html() -> None:
    """A value longer than a line must be cut in its middle in text and be there whole in HTML."""
    output = plan_output(replace(PLAN, operations=(update(change("image", LONG + "1", LONG + "2")),)))
    line = next(line for line in output.text.splitlines() if " image " in line)
    assert "…" in line and len(line) < 120
    assert LONG + "1" in output.html and LONG + "2" in output.html


def test_cut_values_still_differ() -> None:
    """Two long values that differ in their middle must not look equal when they are cut."""
    changes = (change("command", "a" * 60 + "1" + "b" * 60, "a" * 60 + "2" + "b" * 60),)
    line = next(
        line
        for line in plan_output(replace(PLAN, operations=(update(*changes),))).text.splitlines()
        if " command " in line
    )
    before, after = line.split(" -> ")
    assert before.split()[-1] != after.split()[0]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [(None, "x", "+ NAME=x"), ("x", None, "- NAME=x"), ("x", "y", "NAME: x -> y"), (None, "", "+ NAME")],
)
def test_a_field_that_comes_goes_or_changes(before: str | None, after: str | None, shown: str) -> None:
    """Each way a field can change must be told from the others by a sign, not by a colour."""
    assert shown in plan_output(replace(PLAN, operations=(update(change("env NAME", before, after)),))).text


def test_interruptions_are_counted_first() -> None:
    """The head must say how many services are interrupted: those removed, and those replaced without an overlap."""
    plan = replace(PLAN, operations=(update(interrupts=True), REMOVAL))
    assert interrupted(plan) == ("wiki_example_org_app", "wiki_example_org_old")
    assert "2 changes, 2 services interrupted" in plan_output(plan).text.splitlines()[1]


def test_a_blocked_plan_offers_no_approval() -> None:
    """A plan with an error must not print what would approve it."""
    output = plan_output(replace(PLAN, findings=(WARNING, ERROR)))
    assert "approve=" not in output.text + output.html
    assert output.text.index("compose.yml:12") < output.text.index("~ update")


def test_nothing_to_do_is_one_line_and_hides_no_finding() -> None:
    """Nothing to do must be one line; a finding still stands below it."""
    calm = replace(PLAN, operations=(), untouched=(), findings=())
    assert len(plan_output(calm).text.splitlines()) == 1
    assert "compose.yml:31" in plan_output(replace(calm, findings=(WARNING,))).text
    assert "cannot be approved" in plan_output(replace(calm, findings=(ERROR,))).text


def test_many_kept_objects_do_not_bury_a_change() -> None:
    """More than a few kept objects must stand after what changes and what was left, folded in HTML."""
    many = tuple(Untouched("keep", "service", f"wiki_{at}", "unchanged") for at in range(12))
    output = plan_output(replace(PLAN, untouched=(*many, *PLAN.untouched)))
    assert output.text.index("? left") < output.text.index("= keep: 13 services")
    assert "<details><summary>= keep: 13 services" in output.html
    assert all(f"wiki_{at}" in output.text for at in range(12))
