"""Settings that an upgrade lacks: given or filled in, written whole and alone, or refused with nothing written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb.errors import CoopError, InputError, SettingsError
from coopnb.record.ledger import Ledger
from coopnb.redaction import Redactor
from coopnb.runbook.book import Book
from coopnb.runbook.procedures.upgrade import UpgradeApp
from coopnb.show.lacking_form import LackingForm
from coopnb.workspace import Workspace
from tests.runbook.bringing import bring, publish, take_upgrade
from tests.runbook.places import Place, practice_place

pytestmark = pytest.mark.timeout(300)

OLD, NEW = "1.1.0+1.28.0", "2.0.0+1.28.0"
DOMAIN = "hello.example.org"
APP = {"server": "practice", "domain": DOMAIN}
FILE = f"servers/practice/{DOMAIN}.env"
SAMPLE = """
# Who answers for this page
IMPRINT=https://$DOMAIN/imprint
# May stay blank
FOOTER=
#BANNER=hello
"""
KEY = "# Signs links\nSIGNING_KEY=tr0ub4dor\n"


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Two pages, with a newer version that demands two settings; no test of them changes the swarm."""
    with practice_place(tmp_path_factory.mktemp("lacking")) as found:
        for domain in (DOMAIN, "other.example.org"):
            bring(found.root, "hello", OLD, domain)
        publish(found.root, "hello", NEW, SAMPLE)
        yield found


@pytest.fixture
def settings(lacking: Place) -> Iterator[Path]:
    """The settings of the page, which are put back afterwards."""
    path = lacking.root / FILE
    before = path.read_bytes()
    yield path
    path.write_bytes(before)


def book_of(root: Path) -> Book:
    """The book of an upgrade whose choice comes from its parameters, with a ledger of its own."""
    workspace = Workspace(root)
    folder = workspace.make(workspace.runs / f"r{len(list(workspace.make(workspace.runs).iterdir()))}")
    ledger = Ledger.create(folder, 1, {"runbook": "upgrade-app"})
    return Book(workspace, ledger, Redactor(), UpgradeApp(), APP)


def form_of(book: Book) -> LackingForm:
    """The form that the take cell shows."""
    assert book._more is not None
    form = book._more[1]
    assert isinstance(form, LackingForm)
    return form


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        ("IMPRINT=https://$DOMAIN/us\nFOOTER=", f"IMPRINT=https://{DOMAIN}/us\nFOOTER=\n"),
        ('FOOTER="a b"\n# why\nIMPRINT=x', "FOOTER='a b'\nIMPRINT=x\n"),
        ("IMPRINT=x\nFOOTER=y\nBANNER=z", "IMPRINT=x\nFOOTER=y\nBANNER=z\n"),
    ],
)
def test_what_is_given_is_appended_and_noted_first(lacking: Place, settings: Path, given: str, lines: str) -> None:
    """All that is given must be at the end of the file, in its order, no other byte changed, after it was noted."""
    before = settings.read_text()
    taken, noted = take_upgrade(lacking.root, {**APP, "settings": given})
    assert taken.refusal is None
    assert settings.read_text() == before + lines
    assert [event for event, _ in noted] == ["settings"]
    assert noted[0][1]["file"] == FILE
    again, noted = take_upgrade(lacking.root, {**APP, "settings": given})
    assert (again.refusal, dict(again.written), noted) == (None, {}, [])


def test_a_ledger_that_cannot_be_written_leaves_the_settings_alone(lacking: Place, settings: Path) -> None:
    """What could not be noted must not be written."""
    book = book_of(lacking.root)
    with pytest.raises(SettingsError):
        book.take()
    form = form_of(book)
    form.boxes["IMPRINT"].value = form.boxes["FOOTER"].value = True
    before = settings.read_text()
    book.ledger.path.unlink()
    with pytest.raises(CoopError, match="ledger"):
        book.take()
    assert settings.read_text() == before


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ("IMPRINT", SettingsError, "a line is neither a setting nor a comment; nothing was written"),
        ("IMPRINT='x", SettingsError, "is never closed; nothing was written"),
        ("IMPRINT=$NOBODY\nFOOTER=", SettingsError, "uses NOBODY, which no line before it sets"),
        ("SIGNING_KEY=tr0ub4dor", InputError, "SIGNING_KEY looks like a secret"),
        ("IMPRINT=x\nFOOTER=\nTIMEOUT=1", InputError, "TIMEOUT is no setting that is new in 2.0.0"),
        ("IMPRINT=x\nFOOTER=\nTYPE=wiki", InputError, "TYPE is no setting that is new in 2.0.0"),
    ],
)
def test_what_must_not_be_given_writes_nothing(
    lacking: Place, settings: Path, given: str, error: type[CoopError], says: str
) -> None:
    """Broken lines, secrets and settings that are not new must be refused whole, and no value be repeated."""
    before = settings.read_text()
    with pytest.raises(error, match=says) as refused:
        take_upgrade(lacking.root, {**APP, "settings": given})
    assert "tr0ub4dor" not in str(refused.value)
    assert settings.read_text() == before


def test_a_setting_that_is_there_is_not_changed(lacking: Place, settings: Path) -> None:
    """A value beside the one that the file has must be refused: this is no way to change settings."""
    settings.write_text(settings.read_text() + "IMPRINT=mine")
    before = settings.read_text()
    with pytest.raises(InputError, match="IMPRINT is set already, to something else; nothing was written"):
        take_upgrade(lacking.root, {**APP, "settings": "IMPRINT=x\nFOOTER="})
    assert settings.read_text() == before
    take_upgrade(lacking.root, {**APP, "settings": "FOOTER="})
    assert settings.read_text() == f"{before}\nFOOTER="


def test_half_of_it_writes_nothing_yet(lacking: Place, settings: Path) -> None:
    """Where something is still lacking, the refusal must name it alone, and what was given must wait with it."""
    before = settings.read_text()
    taken, noted = take_upgrade(lacking.root, {**APP, "settings": "IMPRINT=x"})
    assert "demands FOOTER, and" in str(taken.refusal)
    assert "IMPRINT is given, and written once nothing is lacking" in str(taken.refusal)
    assert (settings.read_text(), noted) == (before, [])


def test_settings_written_for_an_older_version_lack_what_came_between(place: Place) -> None:
    """What another admin's newer version knows already must be asked for, if the settings here are older than it."""
    bring(place.root, "hello", OLD, DOMAIN)
    settings = place.root / FILE
    before = settings.read_text()
    publish(place.root, "hello", NEW, SAMPLE)
    settings.write_text(f"{before}IMPRINT=x\nFOOTER=\n")
    bring(place.root, "hello", NEW, DOMAIN)
    publish(place.root, "hello", "2.1.0+1.28.0", "# more\n")
    settings.write_text(before)
    taken, _ = take_upgrade(place.root, APP)
    assert (taken.news.before, taken.news.pinned) == (NEW, OLD)
    assert [each.name for each in taken.news.lacking] == ["IMPRINT", "FOOTER"]


def test_filled_in_below_the_take_cell(lacking: Place, settings: Path) -> None:
    """Only what was decided must count, a blank one by its box, and the next take of this app must write it all."""
    before = settings.read_text()
    book = book_of(lacking.root)
    with pytest.raises(SettingsError, match="demands IMPRINT, FOOTER"):
        book.take()
    form = form_of(book)
    assert {name: field.value for name, field in form.fields.items()} == {
        "IMPRINT": f"https://{DOMAIN}/imprint",
        "FOOTER": "",
    }
    with pytest.raises(SettingsError, match="demands IMPRINT, FOOTER"):
        book.take()  # nothing was touched
    form = form_of(book)
    form.fields["IMPRINT"].value = " https://example.org/us "
    with pytest.raises(SettingsError, match="demands FOOTER, and"):
        book.take()
    assert settings.read_text() == before
    form = form_of(book)
    assert form.fields["IMPRINT"].value == "https://example.org/us"
    form.boxes["FOOTER"].value = True
    book.take()
    assert settings.read_text() == f"{before}IMPRINT=https://example.org/us\nFOOTER=\n"
    [entry] = [entry for entry in book.ledger.entries() if entry.event == "settings"]
    assert entry.facts == {"file": FILE, "set": {"IMPRINT": "https://example.org/us", "FOOTER": ""}}


def test_what_was_filled_in_for_one_app_is_nothing_to_another(lacking: Place, settings: Path) -> None:
    """After another choice the fields must be asked anew, and nothing of the first be written anywhere."""
    before = settings.read_text()
    other = lacking.root / "servers" / "practice" / "other.example.org.env"
    untouched = other.read_text()
    book = book_of(lacking.root)
    book.choose()
    with pytest.raises(SettingsError):
        book.take()
    form = form_of(book)
    form.fields["IMPRINT"].value = "https://example.org/us"
    form.boxes["FOOTER"].value = True
    assert book._form is not None
    book._form.domain.value = "other.example.org"  # type: ignore[attr-defined]  # the form of this procedure has it
    with pytest.raises(SettingsError, match=r"other\.example\.org does not set them"):
        book.take()
    assert form_of(book).answers == {}
    assert (settings.read_text(), other.read_text()) == (before, untouched)


def test_a_secret_has_no_field(place: Place) -> None:
    """What looks like a secret must be told to be written by hand, while the rest can be filled in."""
    bring(place.root, "hello", OLD, DOMAIN)
    publish(place.root, "hello", NEW, SAMPLE + KEY)
    taken, _ = take_upgrade(place.root, APP)
    form = taken.more()
    assert form is not None
    assert set(form.fields) == {"IMPRINT", "FOOTER"}
    said = "".join(part.value for part in form.view.children if type(part).__name__ == "HTML")
    assert "SIGNING_KEY looks like a secret" in said and "tr0ub4dor" not in said
    refused = str(taken.refusal)
    assert "tr0ub4dor" not in refused and "SIGNING_KEY=..." in refused
    assert "-p settings=$'IMPRINT=...\\nFOOTER=...'" in refused

    settings = place.root / FILE
    settings.write_text(settings.read_text() + "IMPRINT=x\nFOOTER=\n")
    taken, _ = take_upgrade(place.root, APP)
    assert taken.more() is None
    assert "Write into that file, with a value of yours" in str(taken.refusal)
    assert "-p settings" not in str(taken.refusal)
