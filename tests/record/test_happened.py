"""The swarm's own events must stand in the timeline once, at their time, and what is not known of them must be told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.record import made
from tests.record.test_incident import NARROWED, REPORTED, _told, decided, gathered, run

__all__ = ["run"]
AT = "2026-11-23T02:13:52.000Z"


def happened(*events: tuple[str, str, str], step: str = "gather", at: str = AT, **more: Any) -> made.Act:
    """The entry of a reading that was made at ``at``; an event is its time of that day, its subject and its text."""
    facts = {
        "at": at,
        "since": "2026-11-23T01:11:00.000Z",
        "known_since": "2026-11-23T01:11:00.000Z",
        "left_out": 0,
        "whole": True,
        "events": [
            {
                "at": f"2026-11-23T{time}Z",
                "subject": subject,
                "text": text,
                "update": "updating" if text == "an update begins" else "",
                "bad": text.endswith("down"),
            }
            for time, subject, text in events
        ],
    }
    return (step, "happened", facts | more)


CHANGED = ("02:09:59.900", "service wiki_example_org_app", "image mediawiki:1.39.8 -> mediawiki:1.39.17")
BEGINS = ("02:10:00.200", "service wiki_example_org_app", "an update begins")
DOWN = ("02:12:00.000", "node node2", "ready -> down")
LATER = ("02:13:57.000", "node node2", "down -> ready")


def _timeline(run: Path, *acts: made.Act) -> str:
    return _told(run, acts).text.split(" Timeline ")[1].split(" Evidence ")[0]


def test_each_event_stands_once_at_its_time(run: Path) -> None:
    """Events read twice, and updates that are told elsewhere, must be one line; all must be in the order of time."""
    again = happened(DOWN, LATER, step="verify", at="2026-11-23T02:14:04.000Z")
    text = _timeline(run, REPORTED, gathered(), happened(CHANGED, BEGINS, DOWN), NARROWED, decided("none"), again)
    order = [
        "02:09:59 service wiki_example_org_app: image mediawiki:1.39.8 -> mediawiki:1.39.17",
        "02:10:00 wiki_example_org_app: an update begins",
        "02:11:00 wiki_example_org_app.2 on node3: failed: exit 1",
        "02:12:00 node node2: ready -> down",
        "02:13:48 gathers the facts",
        "02:13:57 node node2: down -> ready",
        "02:14:00 ana@laptop decides: none",
    ]
    places = [text.index(one) for one in order]
    assert places == sorted(places)
    assert text.count("ready -> down") == text.count("an update begins") == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            happened(DOWN, known_since="2026-11-23T02:11:30.000Z"),
            "02:11:30 (what swarm's own events told before this, it has forgotten)",
        ),
        (happened(DOWN, left_out=7), "02:12:00 (7 events before this are left out)"),
        (happened(DOWN, whole=False), "02:13:52 (not all of swarm's own events were read: later ones than these"),
        (
            ("gather", "happened", {"unread": "the swarm's own events: forbidden"}),
            "02:13:52 not read: the swarm's own events: forbidden",
        ),
    ],
    ids=["forgotten", "left out", "cut off", "unread"],
)
def test_what_is_not_known_is_told(run: Path, told: made.Act, words: str) -> None:
    """Events that were forgotten, left out, or could not be read must be owned up to where they are missing."""
    assert words in _timeline(run, REPORTED, gathered(), told)


def test_clocks_of_another_pace(run: Path) -> None:
    """On a swarm whose time moves when it is read, an event must stand between the readings that it lies between."""
    last = happened(
        ("02:20:00.000", "service wiki_example_org_app", "removed"), step="verify", at="2026-11-23T02:30:00.000Z"
    )
    text = _timeline(run, REPORTED, gathered(), happened(DOWN), NARROWED, decided("none"), last)
    assert "02:13:56 narrows them down" in text
    assert "02:13:56 service wiki_example_org_app: removed" in text
    assert text.index("gathers the facts") < text.index("removed")


@pytest.mark.parametrize("strange", [5, "x", [1], {"at": 1}, [{"at": AT, "subject": 5}], None])
def test_strange_facts_are_no_error(run: Path, strange: object) -> None:
    """Facts of any shape must be exported."""
    entry = (
        "gather",
        "happened",
        dict.fromkeys(("at", "since", "known_since", "left_out", "whole", "events"), strange),
    )
    assert "gathers the facts" in _timeline(run, REPORTED, gathered(), entry)


def test_what_acts_unseen_is_visible(run: Path) -> None:
    """A name that somebody chose to lie with must not act in the record."""
    text = _timeline(run, REPORTED, gathered(), happened(("02:12:00.000", "service wiki_<b>\u202e", "created")))
    assert r"service wiki_<b>\u202e: created" in text
