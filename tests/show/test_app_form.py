"""The form that chooses an app that is there, and one thing more."""

from __future__ import annotations

from collections.abc import Sequence

from coopnb.show.app_form import AppForm, More

BLANK = {"server": "", "domain": "", "version": ""}


def versions(server: str, domain: str) -> Sequence[str]:
    """The versions that are offered for one app of one server."""
    return ("1.3.0", "1.2.0") if (server, domain) == ("practice", "wiki.example.org") else ()


def form(preset: dict[str, str]) -> AppForm:
    """A form over one server with one app."""
    more = More("version", "Version", "blank: the newest", versions)
    return AppForm(("practice",), {"practice": ("wiki.example.org",)}, more, preset)


def test_a_blank_form_answers_with_blanks() -> None:
    """Nothing may be chosen by itself."""
    assert form(BLANK).answers == BLANK


def test_apps_follow_the_server_and_versions_the_app() -> None:
    """What is offered must be what the chosen server and app have."""
    choose = form(BLANK)
    assert choose.domain.options == ("wiki.example.org",)
    assert choose.more.options == ()
    choose.server.value = "practice"
    choose.domain.value = "wiki.example.org"
    assert choose.more.options == ("1.3.0", "1.2.0")
    choose.more.value = " 1.2.0 "
    assert choose.answers == {"server": "practice", "domain": "wiki.example.org", "version": "1.2.0"}


def test_a_preset_that_is_not_offered_is_kept() -> None:
    """A URL or a version from the parameters cell must stand in the form as it was given."""
    preset = {"server": "ssh://ops@node1", "domain": "a.example.org", "version": "9.9.9"}
    assert form(preset).answers == preset
