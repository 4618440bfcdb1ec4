"""A notebook that is edited while it runs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.runbook.begun import begun
from tests.runbook.places import Place, record_text


def test_an_edit_during_a_headless_run_is_kept_and_told(place: Place, tmp_path: Path) -> None:
    """What a person saved meanwhile must be kept, what ran must be written, and the record must tell both."""
    with begun(tmp_path, server="practice", recipe="hello", domain="hello.example.org") as run:
        run.wait_for_event("chosen")
        path = run.folder / "deploy-app.ipynb"
        notebook = json.loads(path.read_text())
        notebook["cells"][-1]["source"] = "I saw nothing odd."
        path.write_text(json.dumps(notebook))
        ran = run.end()

    kept = ran.folder / "deploy-app.edited-meanwhile.ipynb"
    assert ran.status == 3
    assert f"The notebook was edited while it ran: that is kept in {kept}" in ran.out
    assert json.loads(kept.read_text())["cells"][-1]["source"] == "I saw nothing odd."
    assert "I saw nothing odd." not in path.read_text()
    told = record_text(ran)
    assert "edited while it ran; what was edited is kept in deploy-app.edited-meanwhile.ipynb, and did not run" in told
    assert "edited after it ran" not in told
    # Every cell that ran is in the ledger with its source, those before the ledger was opened included.
    counts = [cell["execution_count"] for cell in json.loads(path.read_text())["cells"] if cell.get("execution_count")]
    assert {entry["facts"]["count"] for entry in ran.entries if entry["event"] == "ran"} == set(counts)
