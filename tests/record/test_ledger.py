"""A ledger must hold every act before it is made, and say so when it cannot."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from coopnb.errors import LedgerCutOff, LedgerError, WorkspaceError
from coopnb.record.ledger import Ledger, next_run_id, open_run
from coopnb.record.lines import LEDGER_NAME, read_ledger
from coopnb.redaction import Redactor

OPENED = {"runbook": "deploy-app", "model_commit": "abc1234", "who": "ana", "host": "laptop", "headless": True}


def _at() -> datetime:
    return datetime(2026, 11, 23, 3, 13, 40, 123000, timezone(timedelta(hours=1)))


def test_entries_are_lines_in_order(tmp_path: Path) -> None:
    """A ledger must hold what was appended: numbered, in UTC, one JSON line each."""
    ledger = Ledger.create(tmp_path, 7, OPENED, clock=_at)
    entry = ledger.append("apply", "operation", {"n": 1, "of": 2, "verb": "create", "kind": "service", "name": "é\n"})
    assert (entry.run, entry.seq, entry.at) == (7, 2, "2026-11-23T02:13:40.123Z")
    assert Ledger.open(tmp_path).entries() == ledger.entries()
    assert [found.event for found in ledger.entries()] == ["opened", "operation"]
    assert ledger.entries()[0].facts == OPENED
    lines = (tmp_path / LEDGER_NAME).read_bytes().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2]


def test_several_entries_are_written_at_once(tmp_path: Path) -> None:
    """Entries written together must each be a line with a number of its own; none must write nothing."""
    ledger = Ledger.create(tmp_path, 1, OPENED)
    ledger.append_all("apply", [("operation", {"n": 1}), ("operation", {"n": 2})])
    before = ledger.path.read_bytes()
    ledger.append_all("apply", [])
    assert ledger.path.read_bytes() == before
    Ledger.open(tmp_path).append("apply", "operation_done", {"n": 1})
    ledger.append("apply", "operation_done", {"n": 2})
    assert [(entry.seq, entry.event) for entry in ledger.entries()[1:]] == [
        (2, "operation"),
        (3, "operation"),
        (4, "operation_done"),
        (5, "operation_done"),
    ]


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    """A ledger must not be readable by others, whatever the umask."""
    before = os.umask(0)
    try:
        Ledger.create(tmp_path, 1, OPENED)
    finally:
        os.umask(before)
    assert (tmp_path / LEDGER_NAME).stat().st_mode & 0o777 == 0o600


def test_a_second_ledger_in_a_folder_is_refused(tmp_path: Path) -> None:
    """A ledger must never take another's place."""
    Ledger.create(tmp_path, 1, OPENED)
    with pytest.raises(LedgerError, match="the ledger cannot be written: File exists; nothing was done"):
        Ledger.create(tmp_path, 2, OPENED)
    assert [entry.run for entry in Ledger.open(tmp_path).entries()] == [1]


def test_opening_nothing_is_an_error(tmp_path: Path) -> None:
    """A run without a ledger must not be continued."""
    with pytest.raises(LedgerError, match="no ledger of a run here"):
        Ledger.open(tmp_path)
    (tmp_path / LEDGER_NAME).write_text("not json\n")
    with pytest.raises(LedgerError, match="no ledger of a run here"):
        Ledger.open(tmp_path)


def test_a_torn_line_is_reported_and_left_behind(tmp_path: Path) -> None:
    """A line that was cut short must be reported, and the next entry must start on a line of its own."""
    ledger = Ledger.create(tmp_path, 1, OPENED)
    with ledger.path.open("ab") as file:
        file.write(b'{"run":1,"seq":2,"at":"2026')
    assert ledger.torn() == (2,)
    entry = ledger.append("apply", "applying", {})
    assert entry.seq == 2
    assert ledger.torn() == (2,)
    assert [found.event for found in ledger.entries()] == ["opened", "applying"]


@pytest.mark.parametrize("line", [b"[]", b'"x"', b"null", b'{"run":1}', b"[" * 100_000, b"\xff\xfe", b'{"facts":[]}'])
def test_any_bytes_can_be_read(tmp_path: Path, line: bytes) -> None:
    """A foreign line in a ledger must be reported as torn, never raised."""
    ledger = Ledger.create(tmp_path, 1, OPENED)
    with ledger.path.open("ab") as file:
        file.write(line + b"\n")
    assert ledger.torn() == (2,)
    assert len(ledger.entries()) == 1


def test_facts_are_masked(tmp_path: Path) -> None:
    """A known value must not reach the file, however it stands in the facts."""
    redactor = Redactor()
    redactor.add("db_password", "Zk3mQ9vT1xLr8WbN")
    ledger = Ledger.create(tmp_path, 1, OPENED, redactor=redactor)
    entry = ledger.append("watch", "outcome", {"evidence": [{"log": ["auth Zk3mQ9vT1xLr8WbN failed"]}]})
    assert entry.facts["evidence"][0]["log"] == ["auth [masked db_password] failed"]
    assert b"Zk3mQ9vT" not in ledger.path.read_bytes()


def test_odd_text_survives(tmp_path: Path) -> None:
    """Text that is no valid Unicode, as a container's log can be, must be written and read back."""
    ledger = Ledger.create(tmp_path, 1, OPENED)
    ledger.append("watch", "event", {"text": "a\udc80\u2028b\x00"})
    assert ledger.entries()[1].facts["text"] == "a\udc80\u2028b\x00"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount 64 kB of disk, and take it away again."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=16", "coopnb-test", str(folder)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    if mounted.returncode != 0:
        message = f"no tmpfs can be mounted here, so a full disk cannot be tried: {mounted.stderr.strip()}"
        if os.environ.get("COOPNB_REQUIRE_REAL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], timeout=20, check=True)


def _fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return filler


def test_a_full_disk_stops_the_act(tiny_disk: Path) -> None:
    """On a full disk an append must fail before the act, and work again once there is room."""
    ledger = Ledger.create(tiny_disk, 1, OPENED)
    filler = _fill(tiny_disk)
    written = []
    with pytest.raises(LedgerError, match=r"the ledger cannot be written: .*; nothing was done") as caught:
        for number in range(200):
            ledger.append("plan", "planned", {"n": number, "name": "x" * 200})
            written.append(number)
    assert caught.value.hint and caught.value.exit_status == 2
    assert [entry.facts["n"] for entry in ledger.entries()[1:]] == written
    filler.unlink()
    ledger.append("apply", "operation", {"n": "after"})
    assert ledger.entries()[-1].facts == {"n": "after"}
    assert ledger.entries()[-1].seq == len(written) + 2


def test_a_disk_that_is_full_after_the_first_act_is_not_nothing(tiny_disk: Path) -> None:
    """Once an act was announced, a full disk must never be told as "nothing was done"."""
    ledger = Ledger.create(tiny_disk, 1, OPENED)
    ledger.append("apply", "operation", {"n": 1})
    _fill(tiny_disk)
    with pytest.raises(LedgerCutOff, match="the ledger can be written no longer") as caught:
        for _ in range(200):
            ledger.append("apply", "operation_done", {"n": 1, "id": "x" * 200})
    assert caught.value.exit_status == 1
    assert "nothing was done" not in str(caught.value)
    assert "may be made" in str(caught.value)


def test_a_full_disk_gives_no_run(tiny_disk: Path) -> None:
    """On a full disk no run must begin, and the message must say what to do."""
    runs = tiny_disk / "coopnb" / "runs"
    open_run(runs, "deploy-app", "wiki.example.org", "2026-11-23", OPENED)
    _fill(tiny_disk)
    with pytest.raises((LedgerError, WorkspaceError), match="nothing was done"):
        open_run(runs, "deploy-app", "wiki.example.org", "2026-11-23", OPENED)


def test_runs_have_folders_of_their_own(tmp_path: Path) -> None:
    """Two runs of a day must not share a folder, and their numbers count up."""
    runs = tmp_path / "coopnb" / "runs"
    first = open_run(runs, "deploy-app", "wiki.example.org", "2026-11-23", OPENED)
    second = open_run(runs, "deploy-app", "wiki.example.org", "2026-11-23", OPENED)
    assert first.folder.name == "2026-11-23_deploy-app_wiki.example.org"
    assert second.folder.name == "2026-11-23_deploy-app_wiki.example.org-2"
    assert (first.run, second.run) == (1, 2)


def test_a_hostile_name_stays_in_its_folder(tmp_path: Path) -> None:
    """An app's name must not lead out of the runs folder."""
    runs = tmp_path / "coopnb" / "runs"
    ledger = open_run(runs, "../..", "/etc/../x\n", "..", OPENED)
    assert ledger.folder.resolve().parent == runs.resolve()


def test_a_lost_counter_is_found_again(tmp_path: Path) -> None:
    """A run number must not be given twice, even if the counter was lost."""
    runs = tmp_path / "coopnb" / "runs"
    for _ in range(3):
        open_run(runs, "deploy-app", "a", "2026-11-23", OPENED)
    (tmp_path / "coopnb" / "run-id").unlink()
    assert next_run_id(tmp_path) == 4
    (tmp_path / "coopnb" / "run-id").write_text("")
    assert next_run_id(tmp_path) == 4


def _take(workspace: str) -> list[int]:
    return [next_run_id(Path(workspace)) for _ in range(10)]


def _append(folder: str) -> None:
    ledger = Ledger.open(Path(folder))
    for number in range(20):
        ledger.append("watch", "event", {"pid": os.getpid(), "n": number})


def test_many_processes_take_different_numbers(tmp_path: Path) -> None:
    """Run numbers taken at the same time by several processes must all differ."""
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        taken = [number for numbers in pool.map(_take, [str(tmp_path)] * 4) for number in numbers]
    assert sorted(taken) == list(range(1, 41))


def test_many_processes_append_to_one_ledger(tmp_path: Path) -> None:
    """Entries of several processes must neither mix nor share a number."""
    Ledger.create(tmp_path, 1, OPENED)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.map(_append, [str(tmp_path)] * 3)
    found = read_ledger(tmp_path)
    assert found is not None and found.torn == ()
    assert [entry.seq for entry in found.entries] == list(range(1, 62))


def test_times_are_utc(tmp_path: Path) -> None:
    """Without a clock of the caller's, entries must carry the present in UTC."""
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    entry = Ledger.create(tmp_path, 1, OPENED).entries()[0]
    assert before <= datetime.fromisoformat(entry.at) <= datetime.now(UTC)
