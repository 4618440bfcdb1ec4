"""Past events are read within bounds, whoever answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coopnb.engine import connect
from coopnb.engine.events import REMEMBERED, read_events
from coopnb.errors import EngineError
from coopnb.observe.remembered import remembered
from tests.engine.test_hostile_answers import VERSION, answering, response

SINCE = datetime(2026, 11, 23, 1, tzinfo=UTC)
MOMENT = 1_795_400_000_000_000_000
INFO = response(b'{"SystemTime":"2026-11-23T02:13:48.000000001Z"}')


def line(**event: object) -> bytes:
    """One event, as an engine writes it."""
    return json.dumps(event).encode() + b"\n"


def test_events_come_in_any_pieces() -> None:
    """An event that is cut by the transport must be read whole, the last one without its line's end too."""
    text = line(Type="node", n=1) + line(Type="service", n=2).rstrip()
    for size in (1, 7, len(text)):
        past = read_events(text[at : at + size] for at in range(0, len(text), size))
        assert [event["n"] for event in past.events] == [1, 2]
        assert (past.forgotten, past.whole) == (False, True)


def test_reading_ends_at_a_bound() -> None:
    """Events without end must end the reading at the number, the bytes and the seconds that are allowed, and say so."""

    def endless() -> Iterator[bytes]:
        while True:
            yield line(n=1)

    for past in (
        read_events(endless(), most=REMEMBERED),
        read_events(endless(), limit=5_000),
        read_events(endless(), seconds=0),
    ):
        assert not past.whole
        assert 0 < len(past.events) <= 1_000
    assert read_events([line(n=1) * REMEMBERED]).forgotten
    assert not read_events([line(n=1) * (REMEMBERED - 1)]).forgotten


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (response(b"<html>not an engine</html>"), "not JSON"),
        (response(b"[1]\n"), "not JSON"),
        (response(b'{"message":"not for you"}', "403 Forbidden"), "not for you"),
    ],
    ids=["html", "a list", "refused"],
)
def test_only_our_errors_leave(tmp_path: Path, answer: bytes, words: str) -> None:
    """An answer that is none, or a proxy that keeps events to itself, must be an error of ours."""
    with answering(tmp_path, response(VERSION), INFO, answer) as url:
        engine = connect(url, timeout=5)
        with pytest.raises(EngineError) as raised:
            remembered(engine, "wiki", SINCE)
        engine.close()
    assert words in str(raised.value)


def test_strange_events_are_no_error(tmp_path: Path) -> None:
    """What is no event of a swarm must be left out, what acts unseen be made visible, and a secret be masked."""
    about = {"name": "wiki_\x1b[2J\u202e" + "x" * 999, "image.old": "a:1@sha256:1", "image.new": "a:s3cret@sha256:2"}
    service = {"Type": "service", "Action": "update", "scope": "swarm"}
    body = b"".join(
        (
            line(),
            line(**service, timeNano="now", Actor={"Attributes": about}),
            line(**service, timeNano=10**40, Actor={"Attributes": about}),
            line(**service, timeNano=MOMENT, Actor=5),
            line(**service, timeNano=MOMENT, Actor={"ID": 7, "Attributes": [1]}),
            line(**{**service, "Type": [1]}, timeNano=MOMENT, Actor={"Attributes": about}),
            line(**{**service, "scope": "local"}, timeNano=MOMENT, Actor={"Attributes": about}),
            line(**service, timeNano=MOMENT, Actor={"ID": "s", "Attributes": about}),
        )
    )
    with answering(tmp_path, response(VERSION), INFO, response(body)) as url:
        engine = connect(url, timeout=5)
        engine.mask = lambda text: text.replace("s3cret", "[masked key]")
        told = remembered(engine, "wiki", SINCE)
        engine.close()

    [event] = told.events
    assert event.name.startswith(r"wiki_\x1b[2J\u202ex")
    assert len(event.name) < 250
    assert event.text == "image a:1 -> a:[masked key]"
