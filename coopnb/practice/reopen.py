"""Opens a saved state again, by repeating what led to it."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from coopnb.practice.clock import MODES, Clock, ClockError, RealClock
from coopnb.practice.faults import FaultError
from coopnb.practice.journal import FORMAT, NAME, JournalError
from coopnb.practice.routes import answer, read_request
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.world import NodeSeed, World, WorldError, read_world

_START_ANEW = "start a new practice swarm, or open an earlier copy of the file"

MakeClock = Callable[[str, int, float], Clock]
"""Makes a clock that stands still, from its mode, the time it begins at, and its speed."""


def reopen_file(path: Path, **options: Any) -> PracticeSwarm:
    """Open the state in a file; options are those of ``reopen``.

    Raises:
        JournalError: it cannot be read, or is no state that can be opened.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise JournalError(f"{path}: the state cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise JournalError(f"{path}: this is no {NAME}: it is no text; {_START_ANEW}") from error
    return reopen(text, str(path), **options)


def reopen(
    text: str, where: str = "state", *, clock: str = "", speed: float = 0.0, make_clock: MakeClock | None = None
) -> PracticeSwarm:
    """Make a swarm from what ``PracticeSwarm.save`` gave: it is in the state that was saved, and goes on from there.

    While a swarm is closed its time stands still. A real clock then goes on at the machine's time: what was pending
    comes as much later as the swarm was closed.

    Args:
        text: the state.
        where: names it in complaints.
        clock: another mode for the clock; empty for the saved one.
        speed: another speed of a real clock; 0 for the saved one.
        make_clock: makes the clock; for tests.

    Raises:
        JournalError: the text is damaged, cut off, of another format or of another program, or the calls in it do
            not lead where they led; with the number of the line.
    """
    lines = _Lines(text, where)
    head = lines.head()
    mode, pace = clock or str(head["clock"]), speed or float(head.get("speed", 1.0))
    if mode not in MODES:
        raise lines.wrong(f"there is no clock {mode!r}", "the clocks are " + ", ".join(MODES))
    stopped = (make_clock or _stopped_clock)(mode, int(head["began"]), pace)
    swarm = PracticeSwarm(lines.world(head), stopped, int(head["seed"]))
    for entry in lines.entries():
        _repeat(swarm, entry, lines)
    if isinstance(stopped, RealClock):
        stopped.go_on()
    return swarm


def _stopped_clock(mode: str, now: int, speed: float) -> Clock:
    return RealClock(now=now, speed=speed, stopped=True) if mode == "real" else Clock(mode=mode, now=now)


def _repeat(swarm: PracticeSwarm, entry: dict[str, Any], lines: _Lines) -> None:
    """Let one thing happen again."""
    try:
        swarm.clock.repeat(int(entry["at"]), int(entry["events"]))
        if "call" in entry:
            _call_again(swarm, entry, lines)
        elif "jump" in entry:
            swarm.clock.jump(int(entry["jump"]))
        elif "fault" in entry:
            swarm.faults.apply(entry["fault"], entry["target"], **entry["settings"])
        elif swarm.fingerprint() != {key: entry["end"][key] for key in swarm.fingerprint()}:
            raise lines.differs("the calls in it lead to another state than the one that was saved")
        else:
            swarm.pace.remember(entry["end"]["seen"])
    except (ClockError, FaultError) as error:
        raise lines.differs(str(error)) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, JournalError):
            raise
        raise lines.damaged() from error


def _call_again(swarm: PracticeSwarm, entry: dict[str, Any], lines: _Lines) -> None:
    body = base64.b64decode(entry["body64"]) if "body64" in entry else entry.get("body", "").encode()
    response = answer(swarm, read_request(entry["call"], entry["target"], body, engine=entry.get("engine", "")))
    if response.hijack is not None:
        response.hijack(lambda _data: None, lambda: None).gone()
    if response.status >= 400:
        call = f"{entry['call']} {entry['target']}"
        raise lines.differs(f"{call} was accepted when it was noted, and is refused ({response.status})")


class _Lines:
    """A state file, line by line; it knows where it is for complaints."""

    def __init__(self, text: str, where: str) -> None:
        self._where = where
        self._all = text.removesuffix("\n").split("\n")
        self._number = 1

    def head(self) -> dict[str, Any]:
        """The first line.

        Raises:
            JournalError: the file is another one, or of another format.
        """
        try:
            head = json.loads(self._all[0])
        except (IndexError, ValueError, RecursionError):
            head = None
        if not isinstance(head, dict) or head.get("file") != NAME:
            raise self.wrong(f"this is no {NAME}", _START_ANEW)
        if head.get("format") != FORMAT:
            text = f"this is a {NAME} of format {head.get('format')}, and format {FORMAT} is read here"
            raise self.wrong(text, f"open it with the version of coopnb that wrote it, or {_START_ANEW}")
        kinds = {"seed": int, "clock": str, "began": int, "world": str}
        if any(not isinstance(head.get(key), kind) for key, kind in kinds.items()):
            raise self.damaged()
        return head

    def world(self, head: dict[str, Any]) -> World:
        """The world of the first line.

        Raises:
            JournalError: it is none.
        """
        try:
            world = read_world(head["world"], "its world")
            if head.get("nodes") is not None:
                nodes = tuple(NodeSeed(**{**node, "paths": tuple(node["paths"])}) for node in head["nodes"])
                world = dataclasses.replace(world, nodes=nodes)
        except WorldError as error:
            raise self.wrong(str(error), _START_ANEW) from error
        except (KeyError, TypeError) as error:
            raise self.damaged() from error
        return world

    def entries(self) -> Iterator[dict[str, Any]]:
        """The lines after the first, to the end.

        Raises:
            JournalError: a line is damaged, the last one is missing, or there are lines after it.
        """
        ended = False
        for number, line in enumerate(self._all[1:], 2):
            self._number = number
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                raise (self._cut_off() if number == len(self._all) else self.damaged()) from None
            if not isinstance(entry, dict) or ended:
                raise self.damaged()
            ended = "end" in entry
            yield entry
        if not ended:
            raise self._cut_off()

    def wrong(self, what: str, then: str) -> JournalError:
        """A complaint about the present line."""
        return JournalError(f"{self._where}:{self._number}: {what}; {then}")

    def damaged(self) -> JournalError:
        """The present line makes no sense."""
        return self.wrong("the line is damaged", _START_ANEW)

    def differs(self, what: str) -> JournalError:
        """What is repeated goes another way than it went."""
        return self.wrong(what, f"the file was changed, or written by another version of coopnb; {_START_ANEW}")

    def _cut_off(self) -> JournalError:
        return self.wrong("the file ends here without its last line: it was cut off", _START_ANEW)
