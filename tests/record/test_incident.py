"""The record of an incident must open with what happened and how it ended, and put everybody's acts in one order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from coopnb.record.ledger import Ledger
from tests.record import made
from tests.record.test_exporter import _header, _Page, _record

SERVICES = [
    {"name": "wiki_example_org_app", "running": 0, "desired": 2, "image": "mediawiki:1.39.17", "update": "paused"},
    {"name": "wiki_example_org_db", "running": 1, "desired": 1, "image": "mariadb:10.11", "update": ""},
]
EVIDENCE = {
    "service": "wiki_example_org_app",
    "task": "wiki_example_org_app.2",
    "node": "node3",
    "what": "task: non-zero exit (1)",
    "failures": 3,
    "log": ["connecting", "<b>refused</b> \x1b[2J\u202e"],
}
EVENTS = [
    {"at": "2026-11-23T02:10:00.000Z", "kind": "update", "subject": "wiki_example_org_app", "text": "an update begins"},
    {
        "at": "2026-11-23T02:11:00.000Z",
        "kind": "task",
        "subject": "wiki_example_org_app.2",
        "node": "node3",
        "text": "failed: exit 1",
    },
    {"at": "not a time", "kind": "task", "subject": "x", "text": "y"},
]
REPORTED: made.Act = (
    "take",
    "chosen",
    {"server": "practice", "domain": "wiki.example.org", "noticed": "since ten past two"},
)
NARROWED: made.Act = (
    "narrow",
    "narrowed",
    {
        "leads": [
            {"rule": "crashes", "text": "app crashed 3 times", "remedy": "roll back", "since": "2026-11-23T02:11:00Z"},
            {"rule": "node down", "text": "node2 is not reachable", "remedy": "none", "since": ""},
        ]
    },
)
CLOSED: made.Act = (
    "close",
    "closed",
    {"ending": "resolved", "cause": "a password was rotated", "changed": "roll back", "by": "ana@laptop"},
)


def gathered(**more: Any) -> made.Act:
    """The entry of what was found; the engine's clock is right when it is read at 02:13:48."""
    facts = {
        "app": "wiki.example.org",
        "stack": "wiki_example_org",
        "at": "2026-11-23T02:13:48.000Z",
        "server": made.SERVER,
        "services": SERVICES,
        "nodes": [{"name": "node2", "role": "worker", "state": "down", "availability": "active"}],
        "states": [{"name": "coopnb_wiki_example_org_9c1e", "version": "1.2.0", "runs": False}],
        "evidence": [EVIDENCE],
        "events": EVENTS,
        "unread": [],
    }
    return ("gather", "gathered", facts | more)


def decided(remedy: str = "roll back") -> made.Act:
    """The entry of a decision."""
    state = "coopnb_wiki_example_org_9c1e" if remedy == "roll back" else ""
    facts = {"remedy": remedy, "reason": "members cannot log in", "by": "ana@laptop", "state": state}
    return ("decide", "decided", facts | {"services": [], "replicas": {}})


def checked(ok: bool = True) -> made.Act:
    """The entry of a verification."""
    check = {
        "name": "wiki_example_org_app",
        "ok": ok,
        "text": "2 of 2 tasks run, healthy" if ok else "0 of 2 tasks run",
    }
    return ("verify", "checked", {"checks": [check], "watched": 60.0})


MENDED = [
    REPORTED,
    gathered(),
    NARROWED,
    decided(),
    made.planned(),
    made.APPROVED,
    made.APPLYING,
    made.operation(1),
    made.done(1),
    made.operation(2),
    made.done(2),
    *made.EVENTS[:2],
    ("watch", "outcome", {"outcome": "converged", "seconds": 31.2, "watched": 5.0, "evidence": []}),
    checked(),
    CLOSED,
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Make the folder of a run in a workspace."""
    folder = tmp_path / "coopnb" / "runs" / "2026-11-23_app-is-down_wiki.example.org"
    folder.mkdir(parents=True)
    return folder


def _told(run: Path, acts: Sequence[made.Act]) -> _Page:
    ledger = Ledger.create(run, made.RUN, made.opened("app-is-down"), clock=made.clock())
    for step, name, facts in acts:
        ledger.append(step, name, facts)
    return _record(made.write_notebook(run, made.cells()))


def test_an_incident_that_was_mended(run: Path) -> None:
    """The first screen must have what, where, when, who, why, what was changed, how it was verified and ended."""
    head = _header(_told(run, MENDED))
    for text in (
        "Incident: wiki.example.org was down practice swarm x1k9m2p4q6r8s0t1u3v5w7y9z",
        "● resolved. The app was seen to stay up for 1 min.",
        "2026-11-23 02:11:00 - 02:14:44 UTC (3 min 44 s); this runbook was begun after 2 min 40 s by ana@laptop",
        "Noticed “since ten past two”",
        "What app crashed 3 times; node2 is not reachable",
        "Why “a password was rotated” (the operator's words)",
        "Done roll back to coopnb_wiki_example_org_9c1e (approved 02:14:04 UTC by ana@laptop, “members cannot log in”):"
        " 2 of 2 operations",
        "Verified wiki_example_org_app: 2 of 2 tasks run, healthy; watched for 1 min",
        "Ended resolved, said by ana@laptop",
        "Cells 8 of 8 cells ran",
        "a secret never known in this workspace is not recognised there",
    ):
        assert text in head, (text, head)


def test_the_operators_acts_and_the_swarms_events_are_one_timeline(run: Path) -> None:
    """What swarm remembered must stand before the run that asked for it, and everything else in its order."""
    page = _told(run, MENDED).text
    timeline = page.split(" Timeline ")[1].split(" Evidence ")[0]
    order = [
        "02:10:00 wiki_example_org_app: an update begins",
        "02:11:00 wiki_example_org_app.2 on node3: failed: exit 1",
        "02:13:40 ana begins app-is-down",
        "02:13:44 looks at wiki.example.org on practice",
        "02:13:48 gathers the facts 1 of 2 services without all tasks",
        "narrows them down: crashes; node down",
        "ana@laptop decides: roll back: “members cannot log in”",
        "approves 4f1c9a02",
        "2 of 2: update service wiki_example_org_app accepted",
        "+1 s wiki_example_org_app.1 on node2: preparing",
        "ana@laptop closes the incident: resolved",
    ]
    places = [timeline.find(text) for text in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


def test_the_evidence_is_how_it_stood(run: Path) -> None:
    """State, errors and last log lines must be there, and do nothing."""
    evidence = _told(run, MENDED).text.split(" Evidence ")[1]
    for text in (
        "How it stood at 2026-11-23 02:13:48 UTC",
        "wiki_example_org_app 0 of 2 running mediawiki:1.39.17 paused",
        "node node2 worker, down, active",
        "state coopnb_wiki_example_org_9c1e 1.2.0, kept",
        "wiki_example_org_app.2 on node3 task: non-zero exit (1) (3 tasks of the service failed)",
        r"<b>refused</b> \x1b[2J\u202e",
    ):
        assert text in evidence, text


@pytest.mark.parametrize(
    ("acts", "texts"),
    [
        (
            [REPORTED, gathered(), NARROWED, decided("none"), checked(), CLOSED],
            ["● resolved", "Done nothing was changed, “members cannot log in”"],
        ),
        (
            [REPORTED, gathered(), NARROWED, decided("none"), checked(ok=False)],
            ["✗ not closed", "Verified 1 of 1 check did not pass", "Why nobody named a cause", "Ended not closed"],
        ),
        (
            [*MENDED[:-2], checked(ok=False), ("close", "closed", {"ending": "unresolved", "by": "ana@laptop"})],
            ["✗ unresolved. The app was not seen to stay up", "Ended unresolved"],
        ),
        ([*MENDED, gathered(), NARROWED], ["✗ not closed", "Ended not closed"]),
        ([*MENDED[:8]], ["✗ cut off", "the result of 1 operation is not known", "Ended not closed"]),
        ([REPORTED], ["Incident: wiki.example.org was down", "✗ not closed", "What nothing was narrowed down"]),
    ],
    ids=["none", "left open", "unresolved", "began again", "cut off", "only reported"],
)
def test_other_ends(run: Path, acts: list[made.Act], texts: list[str]) -> None:
    """However far an incident came, its record must say so, and never that it was resolved when nobody saw it."""
    head = _header(_told(run, acts))
    for text in texts:
        assert text in head, (text, head)


def test_another_clock_is_told(run: Path) -> None:
    """Times of an engine whose clock is off must be brought onto the ledger's clock, and the page must say so."""
    page = _told(run, [REPORTED, gathered(at="2026-11-23T02:11:48.000Z")]).text
    assert "The engine's clock was 120 s behind; its times were moved by that." in page
    assert "02:13:00 wiki_example_org_app.2 on node3: failed: exit 1" in page


def test_strange_facts_are_no_error(run: Path) -> None:
    """Facts of any shape must be exported."""
    strange = {name: 5 for name in ("services", "nodes", "states", "evidence", "events", "unread", "server")}
    odd = ("decide", "decided", {"remedy": "scale", "replicas": [1], "services": "x"})
    assert "Incident" in _header(_told(run, [REPORTED, gathered(**strange), ("narrow", "narrowed", {"leads": 1}), odd]))
