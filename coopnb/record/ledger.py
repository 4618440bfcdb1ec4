"""The ledger: one JSON line before every act and one with its result, on the disk before the act is made."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coopnb.errors import LedgerCutOff, LedgerError, WorkspaceError
from coopnb.model.ledger import Entry
from coopnb.record.lines import LEDGER_NAME as LEDGER_NAME
from coopnb.record.lines import LedgerText, parse_ledger, read_ledger, write_line
from coopnb.redaction import Redactor

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the time of this machine, in UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """Write a moment as a ledger does.

    >>> timestamp(datetime(2026, 11, 23, 2, 13, 40, 123456, UTC))
    '2026-11-23T02:13:40.123Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class _End:
    """Where a ledger ends: bytes, the last number given, and whether the last line is whole."""

    size: int
    seq: int
    whole: bool


class Ledger:
    """One run's ledger, open for appending. Several processes may append to the same one.

    Attributes:
        folder: the run's folder. run: the run's number within its workspace.
    """

    def __init__(self, folder: Path, run: int, *, redactor: Redactor | None = None, clock: Clock = utc_now) -> None:
        self.folder = folder
        self.run = run
        self._redactor = redactor
        self._clock = clock
        self._end: _End | None = None
        self._has_acts = False

    def __repr__(self) -> str:
        return f"<Ledger of run {self.run} in {self.folder}>"

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / LEDGER_NAME

    @classmethod
    def create(
        cls,
        folder: Path,
        run: int,
        facts: Mapping[str, Any],
        *,
        redactor: Redactor | None = None,
        clock: Clock = utc_now,
    ) -> Ledger:
        """Begin a ledger in an existing folder; its first entry is ``opened`` with these facts.

        Raises:
            LedgerError: there is one already, or it cannot be written.
        """
        ledger = cls(folder, run, redactor=redactor, clock=clock)
        with _as_ledger_error(ledger.path):
            os.close(os.open(ledger.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            _sync_folder(folder)
        ledger.append("", "opened", facts)
        return ledger

    @classmethod
    def open(cls, folder: Path, *, redactor: Redactor | None = None, clock: Clock = utc_now) -> Ledger:
        """Open the ledger of a run that was begun before.

        Raises:
            LedgerError: there is none, or none of its lines can be read.
        """
        found = read_ledger(folder)
        if found is None or not found.entries:
            raise LedgerError(
                "there is no ledger of a run here",
                where=str(folder / LEDGER_NAME),
                hint="begin a new run; a run without its ledger is not continued",
            )
        return cls(folder, found.entries[0].run, redactor=redactor, clock=clock)

    def append(self, step: str, event: str, facts: Mapping[str, Any]) -> Entry:
        """Write one entry and have it on the disk before returning.

        Raises:
            LedgerError: it could not be written whole; the act it should precede must not be made.
            LedgerCutOff: likewise, after acts were announced here that may be made by now.
        """
        return self._write(step, [(event, facts)])[0]

    def append_all(self, step: str, acts: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Write several entries, (event, facts) each, with one write, and have them on the disk before returning.

        Raises:
            LedgerError: they could not be written whole; the acts they should precede must not be made.
        """
        if acts:
            self._write(step, acts)

    def _write(self, step: str, acts: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Entry]:
        errors = _as_ledger_error(self.path, cut_off=self._has_acts)
        with errors, _locked(self.path, os.O_RDWR | os.O_APPEND) as descriptor:
            size = os.fstat(descriptor).st_size
            if self._end is None or self._end.size != size:
                self._end = _end_of(_read_all(descriptor))
            entries = [
                Entry(
                    run=self.run,
                    seq=seq,
                    at=timestamp(self._clock()),
                    step=step,
                    event=event,
                    facts=self._redactor.mask_json(facts) if self._redactor else dict(facts),
                )
                for seq, (event, facts) in enumerate(acts, start=self._end.seq + 1)
            ]
            data = (b"" if self._end.whole else b"\n") + b"".join(map(write_line, entries))
            before, self._end = self._end, None
            written = os.write(descriptor, data)
            if written < len(data):
                raise OSError(f"only {written} of {len(data)} bytes were written")
            os.fsync(descriptor)
            self._end = _End(before.size + written, entries[-1].seq, whole=True)
            self._has_acts = self._has_acts or any(entry.event == "operation" for entry in entries)
        return entries

    def entries(self) -> tuple[Entry, ...]:
        """Give the entries that can be read, in order."""
        return self._text().entries

    def torn(self) -> tuple[int, ...]:
        """Give the numbers of the lines whose writing was cut short."""
        return self._text().torn

    def _text(self) -> LedgerText:
        return read_ledger(self.folder) or LedgerText((), ())


def next_run_id(workspace_dir: Path) -> int:
    """Take the next run number of a workspace; two processes never take the same.

    Raises:
        WorkspaceError: the workspace cannot be written.
    """
    home = workspace_dir / "coopnb"
    counter = home / "run-id"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(home / "run-id.lock", os.O_RDWR | os.O_CREAT):
            number = _last_run(counter, home / "runs") + 1
            fresh = home / "run-id.new"
            with fresh.open("w", encoding="ascii") as file:
                file.write(f"{number}\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(counter)
            _sync_folder(home)
    except OSError as error:
        raise WorkspaceError(
            f"the workspace cannot be written: {error.strerror or error}; nothing was done",
            where=str(home),
            hint="make room or mend the rights there, or choose another with --workspace",
        ) from error
    return number


def open_run(
    runs_dir: Path,
    runbook: str,
    app: str,
    date: str,
    facts: Mapping[str, Any],
    *,
    redactor: Redactor | None = None,
    clock: Clock = utc_now,
) -> Ledger:
    """Begin a run: make ``<date>_<runbook>_<app>`` in ``<workspace>/coopnb/runs`` and its ledger.

    The app is left out of the name where it is not chosen yet.

    The folder is new in every case: ``-2``, ``-3`` follow the name when it is taken.

    Raises:
        WorkspaceError, LedgerError: it cannot be written.
    """
    number = next_run_id(runs_dir.parent.parent)
    name = "_".join(_safe(part) for part in (date, runbook, app) if part)
    with _as_ledger_error(runs_dir / name):
        runs_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = _new_folder(runs_dir, name)
        _sync_folder(runs_dir)
    return Ledger.create(folder, number, facts, redactor=redactor, clock=clock)


def _new_folder(parent: Path, name: str) -> Path:
    taken = 1
    while True:
        folder = parent / (name if taken == 1 else f"{name}-{taken}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            taken += 1
        else:
            return folder


def _safe(part: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", part).lstrip(".")[:80] or "unnamed"


def _last_run(counter: Path, runs: Path) -> int:
    try:
        return int(counter.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        # A counter that was lost is found again in the ledgers, so that no number is given twice.
        found = (parse_ledger(ledger.read_bytes()).entries for ledger in runs.glob(f"*/{LEDGER_NAME}"))
        return max((entry.run for entries in found for entry in entries[:1]), default=0)


def _end_of(data: bytes) -> _End:
    last = max((entry.seq for entry in parse_ledger(data).entries), default=0)
    return _End(len(data), last, whole=not data or data.endswith(b"\n"))


def _read_all(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    data = b""
    while len(data) < size:
        piece = os.pread(descriptor, size - len(data), len(data))
        if not piece:
            break
        data += piece
    return data


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _as_ledger_error(path: Path, *, cut_off: bool = False) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if cut_off:
            raise LedgerCutOff(
                f"the ledger can be written no longer: {error.strerror or error}",
                what="the changes it announces may be made; no further one was",
                where=str(path),
                hint="make room or mend the rights there, then plan again: the plan shows what is missing",
            ) from error
        raise LedgerError(
            f"the ledger cannot be written: {error.strerror or error}; nothing was done",
            where=str(path),
            hint="make room or mend the rights there, then run this step again",
        ) from error
