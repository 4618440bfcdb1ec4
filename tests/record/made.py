"""Run folders made for tests: a notebook as executed, and the ledger that lies beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat

from coopnb.record.digests import digest_of
from coopnb.record.ledger import Ledger

V4: Any = nbformat.v4

RUN = 7
DIGEST = "4f1c9a02" + "0123456789abcdef" * 3 + "01234567"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 60" width="300" height="60" role="img"'
    ' aria-label="tasks over time"><rect width="300" height="60" fill="white"/>'
    '<path d="M0,50L100,50L100,10L300,10" stroke="#0072b2" fill="none" stroke-width="2"/></svg>'
)
SERVER = {
    "name": "practice",
    "endpoint": "unix:///tmp/practice.sock",
    "swarm_id": "x1k9m2p4q6r8s0t1u3v5w7y9z",
    "practice": True,
    "engine": "28.2.2",
}
OPERATIONS = [
    {
        "verb": "create",
        "kind": "secret",
        "name": "wiki_example_org_smtp_password_v1",
        "cause": "wanted by compose.smtp.yml:14",
    },
    {
        "verb": "update",
        "kind": "service",
        "name": "wiki_example_org_app",
        "cause": "recipe 1.3.0+1.39.17, compose.yml:6",
    },
]

Act = tuple[str, str, Mapping[str, Any]]


def opened(runbook: str = "deploy-app") -> dict[str, Any]:
    """The facts of a run's first entry."""
    return {
        "runbook": runbook,
        "model_commit": "abc1234",
        "who": "ana",
        "host": "laptop",
        "coopnb": "0.1.0",
        "headless": False,
    }


def planned(**more: Any) -> Act:
    """The entry of a plan with two operations."""
    return (
        "plan",
        "planned",
        {
            "digest": DIGEST,
            "server": SERVER,
            "app": "wiki.example.org",
            "recipe": "wiki",
            "version_before": "1.2.0+1.39.8",
            "version_after": "1.3.0+1.39.17",
            "operations": OPERATIONS,
            "findings": ["warning  compose.yml:31  `depends_on` has no effect in a swarm"],
            "nothing_to_do": False,
        }
        | more,
    )


CHOSEN: Act = (
    "take",
    "chosen",
    {"server": "practice", "recipe": "wiki", "version": "1.3.0+1.39.17", "domain": "wiki.example.org"},
)
APPROVED: Act = (
    "gate",
    "approved",
    {"digest": DIGEST, "by": "ana@laptop", "reason": "security fix, announced on Monday"},
)
APPLYING: Act = (
    "apply",
    "applying",
    {"digest": DIGEST, "previous_state": "coopnb_wiki_9c1e", "new_state": "coopnb_wiki_77ab"},
)


def operation(n: int) -> Act:
    """The entry before a write."""
    one = OPERATIONS[n - 1]
    return ("apply", "operation", {"n": n, "of": 2} | {key: one[key] for key in ("verb", "kind", "name")})


def done(n: int) -> Act:
    """The entry after a write that the engine took."""
    return ("apply", "operation_done", {"n": n, "id": f"id{n}"})


def event(seconds: float, subject: str, text: str, node: str = "") -> Act:
    """An event of the swarm."""
    facts = {"at": "2026-11-23T02:14:00.000Z", "seconds": seconds, "kind": "task", "subject": subject, "text": text}
    return ("watch", "event", facts | {"node": node})


EVENTS: list[Act] = [
    event(0.0, "wiki_example_org_app", "updating, start-first"),
    event(1.2, "wiki_example_org_app.1", "preparing mediawiki:1.39.17", "node2"),
    event(9.0, "wiki_example_org_app.1", "starting", "node2"),
    event(21.4, "wiki_example_org_app.1", "running, healthy", "node2"),
    event(26.0, "wiki_example_org_app", "update completed"),
]
CONVERGED: list[Act] = [
    CHOSEN,
    planned(),
    APPROVED,
    APPLYING,
    operation(1),
    done(1),
    operation(2),
    done(2),
    *EVENTS,
    ("watch", "outcome", {"outcome": "converged", "seconds": 31.2, "watched": 5.0, "evidence": []}),
    (
        "check",
        "checked",
        {
            "checks": [
                {"name": "replicas", "ok": True, "text": "2 of 2 tasks run mediawiki:1.39.17"},
                {"name": "page", "ok": True, "text": "the page answers 200"},
            ]
        },
    ),
    ("", "ended", {"exit_status": 0}),
]
FAILED: list[Act] = [
    CHOSEN,
    planned(),
    APPROVED,
    APPLYING,
    operation(1),
    done(1),
    operation(2),
    done(2),
    *EVENTS[:3],
    event(14.0, "wiki_example_org_app.1", "failed, exit 1", "node3"),
    (
        "watch",
        "outcome",
        {
            "outcome": "rolled back",
            "seconds": 48.0,
            "watched": 0.0,
            "evidence": [
                {
                    "service": "wiki_example_org_app",
                    "task": "wiki_example_org_app.2",
                    "node": "node3",
                    "what": "exit 1 within 20 s of its start",
                    "failures": 3,
                    "log": ["connecting to db", "<b>database</b> refused the password \x1b[2J\u202e"],
                }
            ],
        },
    ),
    ("watch", "failed", {"error": "NotConverged", "text": "wiki_example_org_app did not become healthy\n  what ..."}),
    ("", "ended", {"exit_status": 1}),
]
KILLED: list[Act] = [CHOSEN, planned(), APPROVED, APPLYING, operation(1), done(1), operation(2)]


def clock() -> Callable[[], datetime]:
    """A clock that moves four seconds at every look."""
    moment = [datetime(2026, 11, 23, 2, 13, 36, tzinfo=UTC)]

    def now() -> datetime:
        moment[0] += timedelta(seconds=4)
        return moment[0]

    return now


def write_ledger(folder: Path, acts: Sequence[Act], run: int = RUN) -> Ledger:
    """Write a ledger of a run into its folder."""
    ledger = Ledger.create(folder, run, opened(), clock=clock())
    for step, name, facts in acts:
        ledger.append(step, name, facts)
    return ledger


def code(source: str, outputs: Sequence[Any] = (), count: int | None = 1, **metadata: Any) -> Any:
    """A code cell as executed; ``count=None`` for one that was not run."""
    return V4.new_code_cell(source, outputs=list(outputs), execution_count=count, metadata=metadata)


def shown(text: str, html: str | None = None, step: str = "", run: int | None = RUN) -> Any:
    """A displayed output, with the run and step it belongs to."""
    data = {"text/plain": text, "text/html": html if html is not None else f"<p>{text}</p>"}
    return V4.new_output("display_data", data=data, metadata={"coopnb": {"run": run, "step": step}})


def printed(text: str, name: str = "stdout") -> Any:
    """A stream output."""
    return V4.new_output("stream", name=name, text=text)


def error(name: str, text: str, *lines: str) -> Any:
    """An error output."""
    return V4.new_output("error", ename=name, evalue=text, traceback=list(lines) or [f"{name}: {text}"])


def live() -> Any:
    """A widget's view, as a live display leaves it."""
    data = {"application/vnd.jupyter.widget-view+json": {"model_id": "abc", "version_major": 2, "version_minor": 0}}
    return V4.new_output("display_data", data=data | {"text/plain": "Dropdown(description='Server')"})


def cells(run: int | None = RUN) -> list[Any]:
    """The cells of a run that went well."""
    plan = "<div class='coopnb'><style>.coopnb table{margin:0}</style><p>Plan for wiki.example.org</p><table>"
    plan += "<tr><td>~ update</td><td>service wiki_example_org_app</td></tr></table></div>"
    chart = f"<figure>{SVG}<figcaption>Tasks over time</figcaption></figure>"
    return [
        V4.new_markdown_cell(
            "# Deploy an app\n\nTakes a recipe to running containers. See [the wiki](https://example.org/x)."
        ),
        code('server = ""\nrecipe = ""', tags=["parameters"]),
        code('server = "practice"\nrecipe = "wiki"', tags=["injected-parameters"]),
        code("book = co.open_book(server=server)\nbook.choose()", [live()]),
        code("book.take()", [shown("wiki 1.3.0 on practice", step="take", run=run)]),
        V4.new_markdown_cell("## Plan"),
        code("book.plan()", [shown("Plan", plan, step="plan", run=run)]),
        code("book.apply()", [printed("2 of 2 operations made\n"), shown("applied", step="apply", run=run)]),
        code("book.watch()", [shown("Converged in 31 s", chart, step="watch", run=run)]),
        code("book.check()", [shown("2 of 2 checks", step="check", run=run)]),
    ]


def write_notebook(
    folder: Path, made: Sequence[Any], *, edited: Mapping[int, str] | None = None, name: str = "deploy-app"
) -> Path:
    """Write a notebook made from a model; ``edited`` gives cells (by place) the source they have after an edit."""
    notebook = V4.new_notebook(cells=list(made))
    injected = [cell for cell in made if "injected-parameters" in cell.metadata.get("tags", [])]
    notebook.metadata["coopnb"] = {
        "runbook": "deploy-app",
        "model_digest": {cell.id: digest_of(cell.source) for cell in made if cell not in injected},
    }
    for place, source in (edited or {}).items():
        notebook.cells[place].source = source
    path = folder / f"{name}.ipynb"
    write: Any = nbformat.write
    write(notebook, path)
    return path
