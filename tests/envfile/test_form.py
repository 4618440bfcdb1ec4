"""A sample as a form, and back: what is not changed keeps every byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopnb.envfile import chosen, fields, fill, parse
from coopnb.errors import SettingsError
from coopnb.model.settings_form import Filled
from coopnb.samples import RECIPES

SAMPLES = sorted(RECIPES.glob("*/*/.env.sample"))
WIKI = (RECIPES / "wiki/1.3.0+1.39.17/.env.sample").read_text()
ODD = (
    "\ufeffTYPE=x\r\n"
    "# ==== Mail ====\r\n"
    "# Who sends.\r\n"
    "# Members see it.\r\n"
    "  #   SMTP_FROM='a@example.com'  # ^ an address length=3\r\n"
    "# uncomment the COMPOSE_FILE line above = it is off\r\n"
    "\r\n"
    "PLAIN=a b # why\r\n"
    'MULTI="one\r\ntwo"\r\n'
    "#LAST="
)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_nothing_changed_is_every_byte_kept(path: Path) -> None:
    """A form that was not touched must give the sample itself, also when every field is said as it is."""
    text = path.read_text()
    assert fill(text, {}) == text
    assert fill(text, {field.key: Filled(field.value, field.on) for field in fields(text)}) == text


def test_the_samples_comments_are_the_help() -> None:
    """Help, section, kind and switch of each field must come from what the sample says."""
    found = {field.key: field for field in fields(WIKI)}
    assert "TYPE" not in found
    assert found["TIMEOUT"].help.startswith("Seconds a deployment may take") and found["TIMEOUT"].section == ""
    assert (found["EXTRA_DOMAINS"].section, found["EXTRA_DOMAINS"].on) == ("Domain aliases", False)
    assert (found["SMTP_HOST"].section, found["SMTP_HOST"].optional) == ("Mail", True)
    assert found["SECRET_DB_PASSWORD_VERSION"].kind == "secret" and found["SECRET_DB_PASSWORD_VERSION"].help == ""
    assert [key for key, field in found.items() if field.kind == "files"] == [
        "COMPOSE_FILE",
        "COMPOSE_FILE#2",
        "COMPOSE_FILE#3",
    ]


def test_an_odd_sample_is_read_and_written_back() -> None:
    """Indented options, ruled headings, comments behind values, a mark at the beginning, no newline at the end."""
    found = {field.key: field for field in fields(ODD)}
    assert list(found) == ["SMTP_FROM", "PLAIN", "MULTI", "LAST"]
    mail = found["SMTP_FROM"]
    assert (mail.section, mail.help, mail.on) == ("Mail", "Who sends. Members see it.\n^ an address", False)
    assert (found["PLAIN"].value, found["PLAIN"].help, found["PLAIN"].section) == ("a b", "why", "")

    filled = fill(ODD, {"SMTP_FROM": Filled("b@example.com"), "MULTI": Filled("three"), "LAST": Filled("it's")})

    assert filled == ODD.replace("  #   SMTP_FROM='a@example.com'", "SMTP_FROM='b@example.com'").replace(
        '"one\r\ntwo"', '"three"'
    ).replace("#LAST=", 'LAST="it\'s"')


def test_an_option_is_switched_on_as_it_is_written() -> None:
    """Switching on must take the # away and nothing else, so that the option still builds on what is before it."""
    filled = fill(WIKI, {"COMPOSE_FILE#2": Filled(), "SMTP_HOST": Filled("mail.choir.example.org")})
    assert 'COMPOSE_FILE="$COMPOSE_FILE:compose.smtp.yml"\nSMTP_HOST=mail.choir.example.org\n#SMTP_PORT' in filled
    assert parse(filled, ".env").values["COMPOSE_FILE"] == "compose.yml:compose.smtp.yml"
    assert len(filled.splitlines()) == len(WIKI.splitlines())


def test_an_option_that_stays_off_stays_as_it_is() -> None:
    """A value typed beside a switch that is off must not change the file."""
    assert fill(WIKI, {"SMTP_HOST": Filled("typed", on=False)}) == WIKI


def test_a_setting_is_meant_by_its_name_and_value() -> None:
    """NAME=value must switch the option on that is written so, else be the setting that counts, else an option."""
    assert chosen(WIKI, "COMPOSE_FILE", "$COMPOSE_FILE:compose.port.yml") == (
        "COMPOSE_FILE#3",
        Filled("$COMPOSE_FILE:compose.port.yml"),
    )
    assert chosen(WIKI, "COMPOSE_FILE", "compose.yml:x.yml") == ("COMPOSE_FILE", Filled("compose.yml:x.yml"))
    assert chosen(WIKI, "HTTP_PORT", "80") == ("HTTP_PORT", Filled("80"))
    assert chosen(WIKI, "NONESUCH", "80") is None


@pytest.mark.parametrize("key", ["NONESUCH", "COMPOSE_FILE#9", "TYPE"])
def test_a_field_that_is_not_there_is_refused(key: str) -> None:
    """A key that no field has must be an error that names those there are."""
    with pytest.raises(SettingsError, match="no setting") as refused:
        fill(WIKI, {key: Filled("x")})
    assert "WIKI_NAME" in str(refused.value)


@given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_any_value_reads_back_as_itself(value: str) -> None:
    """Whatever is typed must come out of the file as it was typed, and every other line must stay."""
    for key in ("WIKI_NAME", "SMTP_FROM", "TIMEOUT"):
        filled = fill(WIKI, {key: Filled(value)})
        assert parse(filled, ".env").values[key] == value
        before, after = WIKI.split("\n"), filled.split("\n")
        assert sum(line not in after for line in before) <= 1
