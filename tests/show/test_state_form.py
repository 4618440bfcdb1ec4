"""The form that chooses a kept state."""

from __future__ import annotations

from dataclasses import replace

from coopnb.errors import ConnectFailed
from coopnb.model.kept import KeptState
from coopnb.show.state_form import BLANK, StateForm
from tests.nouns import at

NEWEST = KeptState("coopnb_wiki_3", "wiki.example.org", "wiki", "wiki", "1.3.0", "", {}, None, at(9), runs=True)
CUT = replace(NEWEST, name="coopnb_wiki_2", version="1.4.0", runs=False)
OLD = replace(NEWEST, name="coopnb_wiki_1", version="1.2.0", runs=False, ran=True)
SPOILT = replace(NEWEST, name="coopnb_wiki_0", runs=False, trouble="its content is not what coopnb writes")
PRESET = {"server": "", "domain": "", "state": ""}


class Asked:
    """A server's answer, and how often it was asked."""

    def __init__(self, *states: KeptState) -> None:
        self.states = states
        self.times = 0

    def __call__(self, server: str, domain: str) -> tuple[KeptState, ...]:
        """The states of the one app there is."""
        self.times += 1
        if server != "practice":
            raise ConnectFailed("nobody answers")
        return self.states if domain == "wiki.example.org" else ()


def form(ask: Asked, **preset: str) -> StateForm:
    """A form over two servers, with one app on the first."""
    return StateForm(("practice", "gone"), {"practice": ("wiki.example.org",)}, ask, {**PRESET, **preset})


def test_states_are_offered_newest_first_with_what_runs_and_what_never_did() -> None:
    """Choosing an app must list its states in order, each with how it stands, and choose none of them."""
    ask = Asked(NEWEST, CUT, OLD, SPOILT)
    choose = form(ask)
    assert ask.times == 0
    choose.server.value = "practice"
    assert ask.times == 0
    choose.domain.value = "wiki.example.org"
    assert choose.more.options == (
        (BLANK, ""),
        ("1.3.0  3  runs now", "coopnb_wiki_3"),
        ("1.4.0  2  was not seen to run", "coopnb_wiki_2"),
        ("1.2.0  1", "coopnb_wiki_1"),
    )
    assert choose.answers == {"server": "practice", "domain": "wiki.example.org", "state": ""}
    assert "4 states kept, newest first; 1.3.0  3  runs now" in choose.told.value
    choose.more.value = "coopnb_wiki_1"
    assert choose.answers["state"] == "coopnb_wiki_1"


def test_a_server_that_cannot_be_asked_leaves_a_form_that_works() -> None:
    """What came of asking must be told in words, and a state from the parameters must stay."""
    choose = form(Asked(), server="gone", domain="wiki.example.org", state="coopnb_wiki_1")
    assert "The states cannot be listed now: nobody answers." in choose.told.value
    assert choose.answers == {"server": "gone", "domain": "wiki.example.org", "state": "coopnb_wiki_1"}


def test_a_state_may_be_preset_by_the_last_part_of_its_name() -> None:
    """The parameter's short form must select the state that it names."""
    choose = form(Asked(NEWEST, OLD), server="practice", domain="wiki.example.org", state="1")
    assert choose.answers["state"] == "coopnb_wiki_1"


def test_what_a_swarm_says_is_harmless_in_the_list() -> None:
    """A version in a config that anybody wrote must not reach the list with control characters."""
    hostile = replace(OLD, version="1.0\x1b[2J\u202e")
    choose = form(Asked(hostile), server="practice", domain="wiki.example.org")
    assert choose.more.options[1][0] == r"1.0\x1b[2J\u202e  1"
