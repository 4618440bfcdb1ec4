"""What may be fetched from, and what is refused before git is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.commons import Address, address_of, is_name
from coopnb.errors import CommonsError


@pytest.mark.parametrize(
    ("given", "url", "name"),
    [
        ("https://git.example.org/coop-cloud/wiki.git", None, "wiki"),
        ("https://git.example.org:8443/coop-cloud/wiki", None, "wiki"),
        ("https://ana@git.example.org/coop-cloud/wiki", None, "wiki"),
        ("ssh://git@git.example.org:2222/coop-cloud/wiki.git", None, "wiki"),
        ("git@git.example.org:coop-cloud/wiki.git", None, "wiki"),
        ("forge:wiki", None, "wiki"),
        ("file:///srv/recipes/wiki", None, "wiki"),
        ("/srv/recipes/wiki.git", None, "wiki"),
        (
            "git.example.org/ana/cool-wiki",
            "https://git.example.org/ana/cool-wiki",
            "git_example_org_ana_cool-wiki",
        ),
    ],
)
def test_the_fields_addresses_are_read(given: str, url: str | None, name: str) -> None:
    """https, ssh in both spellings, folders and git paths must give what git takes and where it lies here."""
    assert address_of(given) == Address(url or given, name)


def test_a_folder_is_taken_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder must become its whole path, for it is remembered as the recipe's source."""
    (tmp_path / "wiki").mkdir()
    monkeypatch.chdir(tmp_path)

    assert address_of("./wiki") == Address(str(tmp_path.resolve() / "wiki"), "wiki")


@pytest.mark.parametrize(
    "hostile",
    [
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=x",
        "ext::sh -c 'touch x'",
        "ext::sh",
        "fd::17",
        "ssh://-oProxyCommand=touch%20x/wiki",
        "ssh://git@-oProxyCommand=x/wiki",
        "ssh://git@git.example.org/-wiki",
        "git@git.example.org:-wiki",
        "-git.example.org:wiki",
        "http://git.example.org/wiki",
        "git://git.example.org/wiki",
        "ftp://git.example.org/wiki",
        "https://git.example.org/wiki\n--upload-pack=x",
        "https://git.example.org/wi\x1b[2Jki",
        "https:///wiki",
        "https://git.example.org/..",
        "/srv/recipes/..hidden",
        "",
        " ",
    ],
)
def test_what_git_could_take_for_a_command_is_refused(hostile: str) -> None:
    """Options, transport helpers, unencrypted ways and names that are none must never reach git."""
    with pytest.raises(CommonsError) as refused:
        address_of(hostile)
    assert "nothing was fetched" in str(refused.value) and refused.value.hint
    assert "\x1b" not in str(refused.value)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    """A password must not get into a configuration, a process list or an error."""
    with pytest.raises(CommonsError) as refused:
        address_of("https://ana:hunter2secret@git.example.org/wiki")
    assert "hunter2secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "name"), [("wiki", True), ("cool-wiki.2", True), ("../x", False), ("a/b", False), ("-x", False)]
)
def test_a_name_is_no_address(text: str, name: bool) -> None:
    """What is looked up in the catalogue must be a plain name."""
    assert is_name(text) is name
