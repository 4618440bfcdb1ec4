"""A rollout that nobody watches to its end: what was done is told, what was not is planned anew."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.runbook.begun import alive, begun
from tests.runbook.headless import coopnb
from tests.runbook.holding import holding_up
from tests.runbook.places import Place, assert_told, objects, practice_place, record_text

pytestmark = pytest.mark.timeout(300)

WIKI = {"recipe": "wiki", "domain": "wiki.example.org", "version": "1.3.0+1.39.17"}
NEVER_HEALTHY = {**WIKI, "version": "1.4.0+1.43.0"}


def test_ctrl_c_stops_the_watch_and_not_the_swarm(tmp_path: Path) -> None:
    """Ctrl-C while a rollout is watched must end with status 130, tell what goes on, and leave no kernel behind."""
    with practice_place(tmp_path, clock="real") as place:
        digest = place.digest(**NEVER_HEALTHY)
        with begun(tmp_path, server="practice", **NEVER_HEALTHY, approve=digest, reason="a try") as run:
            run.wait_for_event("event")
            kernel = run.kernel
            run.press_ctrl_c()
            ran = run.end()

        assert_told(
            ran,
            130,
            "Interrupted",
            "the watch over wiki.example.org was stopped after",
            "the swarm goes on by itself",
            "Run the watch cell again, or plan again",
        )
        assert ran.facts("outcome")["outcome"] == "interrupted"
        assert "interrupted" in record_text(ran)
        assert not alive(kernel)
        assert objects(place.engine)["services"] == ["wiki_example_org_app", "wiki_example_org_db"]


def test_ctrl_c_before_anything_was_written_says_so(tmp_path: Path) -> None:
    """Ctrl-C before the first step must end with status 130, and say that nothing was written."""
    with practice_place(tmp_path, clock="real") as place:
        before = objects(place.engine)
        with begun(tmp_path, server="practice", **WIKI) as run:
            run.press_ctrl_c()
            ran = run.end()

        assert ran.status == 130, ran.out + ran.err
        assert ran.err.startswith("Interrupted: "), ran.err
        assert "  next   Run it again" in ran.err
        assert "Nothing was changed on the server." in ran.out
        assert "Traceback" not in ran.out + ran.err
        assert ran.entries[-1]["facts"] == {"exit_status": 130}
        assert objects(place.engine) == before


def test_a_killed_kernel_is_told_and_the_rest_is_planned_anew(place: Place, tmp_path: Path) -> None:
    """When the kernel is killed between two writes, the ledger must tell what was done, and a new plan the rest."""
    engine = Path(place.engine.url.removeprefix("unix://"))
    with holding_up(tmp_path / "way.sock", engine, b"/services/create") as way:
        server = f"unix://{way.path}"
        approved = place.digest(server=server, **WIKI)
        with begun(place.root, server=server, **WIKI, approve=approved, reason="first wiki") as run:
            run.wait_for(way.held.is_set)
            kernel = run.kernel
            os.kill(kernel, signal.SIGKILL)
            ran = run.end()

        assert ran.status == 1, ran.out + ran.err
        assert ran.err.startswith("KernelDied: the notebook's kernel died in the apply step\n"), ran.err
        assert "6 of 8 operations had been made; the result of 2 operations is not known" in ran.err
        assert f"{ran.folder}/ledger.jsonl" in ran.err
        assert "Run the runbook again: its plan starts from what is there" in ran.err
        assert "Traceback" not in ran.out + ran.err
        assert "Nothing was changed" not in ran.out
        assert not alive(kernel)
        text = record_text(ran)
        assert "The record ends here: what came after is not known." in text
        assert "the result is not known of: create service wiki_example_org_app" in text
        done = objects(place.engine)
        assert done["services"] == []
        assert len(done["secrets"]) == 2

        way.stop_at = b""
        again = coopnb(place.root, "run", "deploy-app", server=server, **WIKI, approve=approved, reason="first wiki")
        assert_told(again, 3, "StalePlan", "the swarm changed after plan", "approve=")
        operations = again.facts("planned")["operations"]
        assert [item["name"] for item in operations if item["kind"] != "config"] == [
            "wiki_example_org_app",
            "wiki_example_org_db",
        ]
        digest = again.facts("planned")["digest"][:8]
        assert objects(place.engine) == done

        last = coopnb(place.root, "run", "deploy-app", server=server, **WIKI, approve=digest, reason="the rest of it")
        assert last.status == 0, last.out + last.err
        assert last.facts("outcome")["outcome"] == "converged"
        assert objects(place.engine)["services"] == ["wiki_example_org_app", "wiki_example_org_db"]
