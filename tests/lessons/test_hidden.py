"""A drill tells nothing of what it broke: not in its notebook, not in its files, not in what its forms hold."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbclient.exceptions import CellExecutionError

from coopnb.lessons import DRILLS
from coopnb.lessons.faults import FAULTS, Fault, drawn, hints
from coopnb.runner.kernel import client_for
from coopnb.runner.models import find_model, read_model
from coopnb.workspace import Workspace
from tools.lessons import filled, prepared

SERVICES = {
    "1-the-page-is-gone": ["hello_example_org_app"],
    "2-the-wiki-is-broken": ["wiki_example_org_app", "wiki_example_org_db"],
}
DRAWS = [
    (name, next(seed for seed in range(999) if drawn(seed, services) == (services[at % len(services)], fault)))
    for name, services in SERVICES.items()
    for at, fault in enumerate(FAULTS)
]


async def executed(notebook: Any, workspace: Workspace) -> dict[str, Any]:
    """Execute every cell, as often as one fails; what the widgets held at the end, which no notebook keeps."""
    with client_for(notebook, workspace.root) as client:
        client.store_widget_state = True
        async with client.async_setup_kernel(env={**os.environ, "COOPNB_WORKSPACE": str(workspace.root)}):
            for index, cell in enumerate(notebook.cells):
                try:
                    await client.async_execute_cell(cell, index)
                except CellExecutionError:
                    # Nobody approves in this story; what the steps after that say is looked at like all the rest.
                    continue
        return dict(client.widget_state)


def naming(service: str, fault: Fault) -> Iterator[str]:
    """Every text that names the fault, or leads to it, and is paid for."""
    yield fault.told.format(service=service)
    yield from hints(service, fault)
    yield fault.found
    yield fault.put.__name__


@pytest.mark.headless
@pytest.mark.parametrize(("name", "seed"), DRAWS)
def test_nothing_names_the_fault(name: str, seed: int, tmp_path: Path) -> None:
    """No output, metadata, widget or file may name the fault or hold a hint before the drill is solved."""
    service, fault = drawn(seed, SERVICES[name])
    notebook = read_model(find_model(name))
    notebook.metadata["coopnb"] = {"kind": "copy"}
    filled(notebook, {"open": f'import coopnb as co\n\ndrill = co.open_drill("{name}", seed={seed})\ndrill'})

    with prepared(name, tmp_path) as workspace:
        widgets = asyncio.run(executed(notebook, workspace))
        files = {path: path.read_bytes().decode(errors="replace") for path in tmp_path.rglob("*") if path.is_file()}

    shown = json.dumps(notebook, ensure_ascii=False)
    [checked] = [cell for cell in notebook.cells if cell.id == "drill-check"]
    assert "mended: not yet" in json.dumps(checked.outputs, ensure_ascii=False)
    assert "waits for an approval" in shown, "the plan, the gate and the forms were there to be looked at"
    assert widgets
    assert any(path.name == "drill.json" for path in files)
    for text in naming(service, fault):
        assert text not in shown
        assert text not in json.dumps(widgets, ensure_ascii=False)
        assert [str(path) for path, held in files.items() if text in held] == []


def test_every_fault_is_looked_at() -> None:
    """Both drills must be looked at with each fault that can be drawn."""
    assert set(SERVICES) == set(DRILLS)
    assert {(name, drawn(seed, SERVICES[name])[1].told) for name, seed in DRAWS} == {
        (name, fault.told) for name in DRILLS for fault in FAULTS
    }
