"""A full disk under the ledger: what cannot be written down first is not done."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from coopnb.errors import LedgerCutOff, LedgerError
from coopnb.model.plan import Approval, Plan
from coopnb.plan.facts import planned_facts
from coopnb.record.exporter import write_record
from coopnb.record.ledger import Ledger, utc_now
from coopnb.runner.models import find_model
from coopnb.server import connect, load_app
from tests.runbook.headless import coopnb
from tests.runbook.places import Place, objects
from tests.runbook.spliced import spliced
from tests.runbook.tiny_disk import FILLER, fill, leave, tiny_disk

pytestmark = pytest.mark.timeout(300)

HELLO = {"server": "practice", "recipe": "hello", "domain": "hello.example.org"}
FULL = """\
from pathlib import Path
from tests.runbook.tiny_disk import fill, leave

leave(Path("ledger.jsonl"), 0)
_ = fill(Path.cwd().parent)
"""
"""The disk runs full between two cells: the kernel's folder is the run's, the disk's is that of all runs."""


@pytest.mark.parametrize("folder", ["runs", ""])
def test_on_a_full_disk_no_run_begins(tmp_path: Path, folder: str) -> None:
    """With no room for a ledger, `coopnb run` must end with status 2 before anything is begun, and say where."""
    own = tmp_path / "coopnb"
    with tiny_disk(own / folder) as disk:
        fill(disk)

        ran = coopnb(tmp_path, "run", "deploy-app", **HELLO)

        assert ran.status == 2, ran.out + ran.err
        error, what = ("LedgerError", "the ledger") if folder else ("WorkspaceError", "the workspace")
        assert ran.err.startswith(f"{error}: {what} cannot be written: No space left on device; nothing was done\n")
        assert str(disk) in ran.err
        assert "make room or mend the rights there" in ran.err
        assert "Traceback" not in ran.out + ran.err
        assert not list(disk.glob("**/*.ipynb"))
    assert not (own / "practice").exists()


def test_a_disk_that_fills_after_the_plan_stops_the_approved_writes(place: Place, tmp_path: Path) -> None:
    """When the ledger cannot take the approval, nothing may be written to the swarm, and the command must say so."""
    runbook = spliced(find_model("deploy-app"), tmp_path / "deploy-app.ipynb", before="apply", source=FULL)
    with tiny_disk(place.root / "coopnb" / "runs") as disk:
        digest = place.digest(**HELLO)
        before = objects(place.engine)

        ran = coopnb(place.root, "run", str(runbook), **HELLO, approve=digest, reason="first page")

        assert ran.status == 2, ran.out + ran.err
        assert ran.err.startswith(
            "LedgerError: the ledger cannot be written: No space left on device; nothing was done\n"
        )
        lost = "the notebook with its outputs, the last line of the ledger, the record"
        assert f"of this run could not be kept: {lost}" in ran.err
        assert "Make room there, then write the record: jupyter nbconvert --to record" in ran.err
        assert "Nothing was changed on the server." in ran.out
        assert "Traceback" not in ran.out + ran.err
        assert objects(place.engine) == before
        # that a cell ran may still have found room; nothing was announced after the plan
        assert [entry.event for entry in Ledger.open(ran.folder).entries() if entry.event != "ran"][-1] == "planned"

        (disk / FILLER).unlink()
        record = write_record(ran.folder / "deploy-app.ipynb").read_text()
        assert "no change was made" in record
        again = coopnb(place.root, "run", "deploy-app", **HELLO, approve=digest, reason="first page")
        assert again.status == 0, again.out + again.err


def test_wherever_the_disk_fills_the_ledger_knows_more_than_the_swarm(place: Place) -> None:
    """At whatever byte a ledger ends, everything that was made must be announced in it, and told as made."""
    outcomes = []
    with (
        tiny_disk(place.root / "coopnb" / "runs") as disk,
        closing(connect("practice", workspace=place.root)) as server,
    ):
        for room in range(0, 4096, 160):
            domain = f"w{room}.example.org"
            versions = "SECRET_DB_PASSWORD_VERSION=v1\nSECRET_DB_ROOT_PASSWORD_VERSION=v1\n"
            place.write_settings("practice", domain, f"TYPE=wiki\nDOMAIN={domain}\n{versions}")
            plan = server.plan(load_app(domain, workspace=place.root, version="1.3.0+1.39.17"))
            ledger = nearly_full(disk / f"run-{room}", room, plan)
            filler = fill(disk)
            error: LedgerError | None = None
            try:
                server.apply(plan, Approval(plan.digest, "ana@laptop", "a test", utc_now()), ledger=ledger)
            except LedgerError as caught:
                error = caught
            filler.unlink()
            announced = {entry.facts["name"] for entry in ledger.entries() if entry.event == "operation"}
            made = {name for names in objects(place.engine).values() for name in names if f"w{room}_" in name}

            assert made <= announced
            if error is None:
                outcomes.append("all made")
                break
            assert isinstance(error, LedgerCutOff) == bool(announced)
            assert made or "nothing was done" in str(error)
            outcomes.append(f"cut off after {bool(made) * 'the first'}" if announced else "nothing done")
    assert outcomes[0] == "nothing done"
    assert "cut off after the first" in outcomes
    assert outcomes[-1] == "all made"


def nearly_full(folder: Path, room: int, plan: Plan) -> Ledger:
    """The ledger of a planned run, with this many bytes left in its last page."""
    folder.mkdir()
    ledger = Ledger.create(folder, room + 1, {"runbook": "deploy-app"})
    ledger.append("plan", "planned", planned_facts(plan))
    leave(ledger.path, room)
    return ledger
