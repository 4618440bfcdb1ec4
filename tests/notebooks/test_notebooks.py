"""Models are blank, examples are models that were executed, and comparing them can fail."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

import coopnb
from tools.examples import EXAMPLES, WIDGET_VIEW, Case, cases

INDEX = EXAMPLES.parent / "runbooks" / "index.ipynb"
MODELS = sorted(path for path in INDEX.parent.glob("*.ipynb") if path != INDEX)
LESSONS = sorted((EXAMPLES.parent / "lessons").glob("*.ipynb"))
DRILLS = sorted((EXAMPLES.parent / "drills").glob("*.ipynb"))
EVERY_NOTEBOOK = [*MODELS, *LESSONS, *DRILLS, INDEX]
ROOT = EXAMPLES.parents[1]


def read(path: Path) -> Any:
    """A notebook."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def code_cells(notebook: Any) -> list[Any]:
    """Its code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def of_model(cell: Any) -> tuple[str, str, str, tuple[str, ...]]:
    """What a cell of an example must share with its model; the tags that declare a failure are the example's own."""
    tags = tuple(tag for tag in cell.metadata.get("tags", ()) if tag not in ("raises-exception", "nbval-skip"))
    return cell.cell_type, cell.id, cell.source, tags


@pytest.mark.parametrize("path", EVERY_NOTEBOOK, ids=lambda path: path.stem)
def test_a_model_is_blank(path: Path) -> None:
    """A model must have no outputs, no counts and blank parameters."""
    notebook = read(path)

    assert not [cell for cell in code_cells(notebook) if cell.outputs or cell.execution_count]
    if path in MODELS:
        assert notebook.metadata["coopnb"] == {"kind": "model"}
        [parameters] = [cell for cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", ())]
        values = [ast.literal_eval(statement.value) for statement in ast.parse(parameters.source).body]
        assert set(values) == {""}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_runbook_says_what_one_must_know_before_it_is_run(path: Path) -> None:
    """Its first cell must tell when to use it and when not, what it touches, how long it takes, how to undo it."""
    told = re.findall(r"^\*\*(.+?)\.\*\* \S", read(path).cells[0].source, re.MULTILINE)

    asked = ["When to use it", "When not", "What it touches", "How long it takes", "How to undo it"]
    assert [head for head in told if head in asked] == asked


@pytest.mark.parametrize("path", EVERY_NOTEBOOK, ids=lambda path: path.stem)
def test_a_notebook_is_cases_only(path: Path) -> None:
    """No definitions, no shell, no long cells, and nothing of coopnb but its public names."""
    for cell in code_cells(read(path)):
        tree = ast.parse(cell.source)
        assert len(cell.source.splitlines()) <= (12 if cell.id == "parameters" else 10)
        for node in ast.walk(tree):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "co":
                assert node.attr in coopnb.__all__


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_an_example_is_its_model_and_one_cell(case: Case) -> None:
    """All cells but the injected one must equal the model's."""
    example = [cell for cell in read(case.path).cells if cell.id != "injected-parameters"]
    model = read(EXAMPLES.parent / "runbooks" / f"{case.runbook}.ipynb").cells

    assert [of_model(cell) for cell in example] == [of_model(cell) for cell in model]
    assert len(read(case.path).cells) == len(example) + 1


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_an_example_was_run(case: Case) -> None:
    """Every cell must have run, but those after a declared failure; the failing one must show its error."""
    cells = code_cells(read(case.path))
    ids = [cell.id for cell in cells]
    last = ids.index(case.fails) if case.fails else len(ids) - 1

    assert all(cell.execution_count for cell in cells[: last + 1])
    assert not [cell.id for cell in cells[last + 1 :] if cell.execution_count or "nbval-skip" not in cell.metadata.tags]
    errors = [cell.id for cell in cells for output in cell.outputs if output.output_type == "error"]
    assert errors == ([case.fails] if case.fails else [])


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_an_example_holds_facts_only(case: Case) -> None:
    """No widget view, no memory address, no path of a machine, and nothing that is ignored by the comparison."""
    text = case.path.read_text(encoding="utf-8")

    assert WIDGET_VIEW not in text
    for noise in ("object at 0x", "/tmp/", "/home/", "/root/", "NBVAL_IGNORE_OUTPUT", "nbval-ignore-output"):
        assert noise not in text


def test_every_example_is_of_a_case() -> None:
    """A notebook that no case names would be compared with nothing."""
    assert sorted(EXAMPLES.glob("*.ipynb")) == sorted(case.path for case in cases())


def compare(folder: Path, case: Case, notebook: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Compare a changed example as ``make test`` does, in a folder of its own."""
    for source in (EXAMPLES.parent / "conftest.py", EXAMPLES / "cases.yaml"):
        shutil.copy(source, folder)
    changed = folder / case.path.name
    changed.write_text(json.dumps(notebook))
    program = (
        "import sys, pathlib, tools.examples as e\n"
        f"e.Case.path = property(lambda case: pathlib.Path({str(folder)!r}, f'{{case.runbook}}.{{case.name}}.ipynb'))\n"
        "import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    )
    options = ["--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}", str(changed)]
    command = [sys.executable, "-c", program, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.headless
def test_a_changed_output_fails(tmp_path: Path) -> None:
    """One other word in an output must fail the comparison, and nothing after it may run."""
    case = next(case for case in cases() if case.name == "nothing-to-do")
    notebook = json.loads(case.path.read_text())
    plan = next(cell for cell in notebook["cells"] if cell["id"] == "plan")
    [output] = plan["outputs"]
    output["data"]["text/plain"][0] = output["data"]["text/plain"][0].replace("hello", "hullo")
    done = compare(tmp_path, case, notebook)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 4 passed, 4 skipped" in done.stdout


@pytest.mark.headless
def test_a_cell_that_was_never_run_fails(tmp_path: Path) -> None:
    """An un-run reference must fail: it would compare nothing."""
    case = next(case for case in cases() if case.name == "nothing-to-do")
    notebook = json.loads(case.path.read_text())
    check = next(cell for cell in notebook["cells"] if cell["id"] == "check")
    check["outputs"], check["execution_count"] = [], None
    done = compare(tmp_path, case, notebook)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "was never run" in done.stdout
