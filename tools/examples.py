"""The worked examples: which there are, how their swarm is prepared, and how they are executed."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from typing import Any

import yaml

from coopnb import connect, load_app
from coopnb.commons import recipe_folder
from coopnb.model.choice import Choice
from coopnb.model.plan import Approval, Plan
from coopnb.practice import process
from coopnb.record.ledger import utc_now
from coopnb.runbook.apps import take
from coopnb.runbook.books import PROCEDURES
from coopnb.runbook.deciding import DECISION, decision_of
from coopnb.runbook.narrowing import narrow, suggestion
from coopnb.runbook.pinning import pin
from coopnb.runbook.procedure import Here, unnoted
from coopnb.runbook.reporting import Reported
from coopnb.runner.models import find_model, read_model, with_parameters
from coopnb.server import Server, find_practice, practice_home
from coopnb.workspace import Workspace
from tools import executing

EXAMPLES = Path(__file__).resolve().parents[1] / "notebooks" / "examples"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PRACTICE = "practice"
_SOMEBODY = {"NAME": "ana", "EMAIL": "ana@example.org", "DATE": "2026-01-01T00:00:00Z"}


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a recipe: the newest one, with more in its ``.env.sample``, and with notes."""

    recipe: str
    version: str
    sample: str
    notes: str


@dataclass(frozen=True, slots=True)
class Case:
    """One worked example.

    Attributes:
        parameters: what its injected cell sets, the approval left out.
        before: choices that are deployed first. published: versions of recipes that come out after that.
        troubles: what is broken after these, in order: a server, and either a fault with its target and settings, or
            how many seconds go by (``advance``).
        approved: whether the plan's digest is injected too.
        fails: the id of the cell that fails, if this is an example of a failure.
    """

    runbook: str
    name: str
    parameters: Mapping[str, str]
    before: tuple[Choice, ...]
    published: tuple[Published, ...]
    approved: bool
    fails: str
    troubles: tuple[Mapping[str, Any], ...] = ()

    @property
    def swarms(self) -> tuple[str, ...]:
        """The practice swarms it needs, by name."""
        others = (*(choice.server for choice in self.before), *(trouble["server"] for trouble in self.troubles))
        return tuple(dict.fromkeys((PRACTICE, *others)))

    @property
    def path(self) -> Path:
        """The example's notebook."""
        return EXAMPLES / f"{self.runbook}.{self.name}.ipynb"


def cases() -> tuple[Case, ...]:
    """All worked examples, in the order of the file."""
    listed = yaml.safe_load((EXAMPLES / "cases.yaml").read_text(encoding="utf-8"))
    return tuple(
        Case(
            runbook=runbook,
            name=name,
            parameters={key: str(value) for key, value in facts["parameters"].items()},
            before=tuple(Choice(**{"server": PRACTICE, **choice}) for choice in facts.get("before", ())),
            published=tuple(Published(**version) for version in facts.get("published", ())),
            approved=bool(facts.get("approve")),
            fails=facts.get("fails", ""),
            troubles=tuple(facts.get("troubles", ())),
        )
        for runbook, of_runbook in listed.items()
        for name, facts in of_runbook.items()
    )


@contextmanager
def prepared(case: Case, root: Path) -> Iterator[Workspace]:
    """A workspace with fresh practice swarms on which everything that comes before the example has happened."""
    workspace = Workspace(root)
    homes = [practice_home(workspace, name=name) for name in case.swarms]
    try:
        for home in homes:
            process.start(workspace.make(home), clock="auto")
        for choice in case.before:
            deploy(workspace, choice)
        for trouble in case.troubles:
            break_something(workspace, **trouble)
        for version in case.published:
            publish(workspace, version)
        yield workspace
    finally:
        for home in homes:
            process.stop(home)


def break_something(
    workspace: Workspace, server: str, fault: str = "", target: str = "", advance: float = 0, **settings: Any
) -> None:
    """Put a fault in, or let time go by."""
    controls = find_practice(practice_home(workspace, name=server))
    assert controls is not None, f"no practice swarm {server} runs"
    if fault:
        controls.fault(fault, target, **settings)
    if advance:
        controls.advance(advance)


def publish(workspace: Workspace, version: Published) -> None:
    """Release a version, with the same commit id whenever it is done."""
    folder = recipe_folder(workspace, version.recipe)
    with (folder / ".env.sample").open("a", encoding="utf-8") as sample:
        sample.write(version.sample)
    (folder / "release" / version.version).write_text(f"{version.notes}\n", encoding="utf-8")
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _SOMEBODY.items()}
    for command in (["add", "-A"], ["commit", "-q", "-m", version.version], ["tag", "-a", "-m", "", version.version]):
        run(["git", "-c", "commit.gpgsign=false", *command], cwd=folder, env={**os.environ, **who}, check=True)


def deploy(workspace: Workspace, choice: Choice) -> None:
    """Deploy an app without a notebook."""
    folder = workspace.make(workspace.own / "versions")
    server = connect(choice.server, workspace=workspace)
    taken = take(workspace, choice, folder)
    app = load_app(choice.domain, version=taken.choice.version, server=choice.server, workspace=workspace)
    plan = server.plan(app)
    server.apply(plan, Approval(plan.digest, "tools/examples", "comes before the example", utc_now())).wait()
    pin(workspace, choice.server, choice.domain, plan, unnoted)
    server.close()


def planned(case: Case, workspace: Workspace) -> Plan:
    """The plan that an example's plan cell will show."""
    if case.runbook == "app-is-down":
        return planned_remedy(case, workspace)
    procedure = PROCEDURES[case.runbook]
    answers = {name: case.parameters.get(name, "") for name in procedure.parameters}
    with ExitStack() as connections:

        def connected(name: str) -> Server:
            server = connect(name, workspace=workspace)
            connections.callback(server.close)
            return server

        here = Here(workspace, workspace.make(workspace.own / "versions"), connected, unnoted)
        taken = procedure.take(here, answers)
        return taken.plan(connected(taken.server), prune=False)


def planned_remedy(case: Case, workspace: Workspace) -> Plan:
    """The plan of an incident's remedy."""
    given = {name: case.parameters.get(name, "") for name in DECISION}
    with closing(connect(PRACTICE, workspace=workspace)) as server:
        found = server.gather(case.parameters["domain"])
        decision = decision_of({**given, "reason": ""}, found, suggestion(narrow(found)), "tools/examples")
        return Reported(PRACTICE, case.parameters["domain"], "", True, decision).plan(server, prune=False)


def parameters_of(case: Case) -> dict[str, str]:
    """The parameters to inject; the approval is the digest of the plan, made on a swarm that is just like it.

    Reading moves the time of such a swarm, so the example's own is read by nobody before.
    """
    if not case.approved:
        return dict(case.parameters)
    with tempfile.TemporaryDirectory(prefix="coopnb-example-") as root, prepared(case, Path(root)) as workspace:
        return {**case.parameters, "approve": planned(case, workspace).short_digest}


def execute(case: Case, parameters: Mapping[str, str], workspace: Workspace) -> Any:
    """The example's notebook, executed; a case that is to fail must fail where it says, and nowhere else.

    Raises:
        AssertionError: it failed where it should not, or did not fail.
    """
    notebook = read_model(find_model(case.runbook))
    with_parameters(notebook, parameters, case.runbook)
    notebook.metadata["coopnb"] = {"kind": "example", "runbook": case.runbook, "case": case.name}
    failed = asyncio.run(executing.execute(notebook, workspace))
    assert failed == case.fails, f"{case.path.name}: failed at {failed or 'no cell'}, not at {case.fails or 'none'}"
    _declare_failure(notebook, case.fails)
    return tidied(notebook)


def _declare_failure(notebook: Any, fails: str) -> None:
    """Tag the cell that fails, and the cells after it that stay un-run; nbval knows both tags."""
    after = False
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if after:
            cell.metadata.setdefault("tags", []).append("nbval-skip")
        if cell.id == fails:
            cell.metadata.setdefault("tags", []).append("raises-exception")
            after = True


def tidied(notebook: Any) -> Any:
    """Without what differs from run to run: widget views, call stacks, the interpreter's version."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        cell.outputs = [output for output in cell.outputs if set(output.get("data", {"": ""})) != {WIDGET_VIEW}]
    return notebook
