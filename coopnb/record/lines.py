"""A ledger's lines: how an entry is written and how a file of them is read, whatever is in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from coopnb.errors import LedgerError
from coopnb.model.ledger import Entry

LEDGER_NAME = "ledger.jsonl"


@dataclass(frozen=True, slots=True)
class LedgerText:
    """A ledger as it was found.

    Attributes:
        entries: in the order of the file.
        torn: numbers (from 1) of lines that are not a whole entry: a write was cut short there.
    """

    entries: tuple[Entry, ...]
    torn: tuple[int, ...]


def parse_ledger(data: bytes) -> LedgerText:
    """Read the bytes of a ledger; a line that is not an entry is reported, never an error."""
    entries: list[Entry] = []
    torn: list[int] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        entry = _parse_line(line)
        if entry is None:
            torn.append(number)
        else:
            entries.append(entry)
    return LedgerText(tuple(entries), tuple(torn))


def read_ledger(folder: Path) -> LedgerText | None:
    """Read the ledger in a folder, or give ``None`` if there is none.

    Raises:
        LedgerError: it is there and cannot be read.
    """
    try:
        return parse_ledger((folder / LEDGER_NAME).read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(
            f"the ledger cannot be read: {error.strerror or error}", where=str(folder / LEDGER_NAME)
        ) from error


def write_line(entry: Entry) -> bytes:
    """Write an entry as its line."""
    body = {
        "run": entry.run,
        "seq": entry.seq,
        "at": entry.at,
        "step": entry.step,
        "event": entry.event,
        "facts": entry.facts,
    }
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone surrogate of a container's log becomes its JSON escape.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _parse_line(line: bytes) -> Entry | None:
    try:
        body = json.loads(line)
        facts = body["facts"]
        if not isinstance(facts, dict):
            return None
        return Entry(
            run=int(body["run"]),
            seq=int(body["seq"]),
            at=str(body["at"]),
            step=str(body["step"]),
            event=str(body["event"]),
            facts=facts,
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
