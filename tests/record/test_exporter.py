"""A record must tell what happened, say what it does not know, load nothing and do nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

from coopnb.record import fingerprints
from coopnb.record.digests import ran_digest
from coopnb.record.exporter import RecordExporter, write_record
from coopnb.redaction import forms_of
from tests.record import made

ROOT = Path(__file__).resolve().parents[2]
SECRET = "Zk3mQ9vT1xLr8WbN4yHs6DfG2jKp7CqE"
NAME = "wiki_example_org_db_password_v1"


class _Page(HTMLParser):
    """The tags, the attributes and the visible text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.styles: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        self._part(tag)

    def _part(self, tag: str) -> None:
        if tag not in ("span", "strong", "b", "code", "em", "time"):
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        (self.styles if self._inside == "style" else self.words).append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Make the folder of a run in a workspace."""
    folder = tmp_path / "coopnb" / "runs" / "2026-11-23_deploy-app_wiki.example.org"
    folder.mkdir(parents=True)
    return folder


def _record(notebook: Path) -> _Page:
    page = _Page(write_record(notebook).read_text(encoding="utf-8"))
    _assert_inert(page)
    return page


def _assert_inert(page: _Page) -> None:
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "iframe", "object", "embed", "link", "base", "form", "input", "image", "use", "video"}
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert not re.search(r"https?:|javascript:|//", value) or name == "aria-label", (tag, name, value)
            if name in ("src", "href", "xlink:href", "srcset", "poster", "data", "action", "background"):
                assert (tag, name) == ("img", "src") and value.startswith("data:image/"), (tag, name, value)
    assert [attributes.get("http-equiv") for tag, attributes in page.tags if tag == "meta"].count(
        "Content-Security-Policy"
    ) == 1
    assert not re.search(r"@import|url\s*\(\s*[^#\s]", "".join(page.styles))


def _header(page: _Page) -> str:
    return page.text.split(" The notebook, as executed ")[0].split(" Timeline ")[0]


def test_a_run_that_converged(run: Path) -> None:
    """The first screen must say what, where, when, who, why, which versions, and how it ended."""
    made.write_ledger(run, made.CONVERGED)
    notebook = made.write_notebook(run, made.cells())
    fingerprints.remember(run.parents[1] / fingerprints.FINGERPRINTS_NAME, NAME, SECRET)
    page = _record(notebook)
    head = _header(page)
    for text in (
        "Practice: everything below happened on a practice swarm.",
        "deploy-app: wiki.example.org practice swarm x1k9m2p4q6r8s0t1u3v5w7y9z",
        "converged after 31 s. Every task was watched for 5 s.",
        "2026-11-23 02:13:40 - 02:14:44 UTC (1 min 4 s) by ana@laptop",
        "Server practice, unix:///tmp/practice.sock, swarm x1k9m2p4q6r8s0t1u3v5w7y9z, engine 28.2.2",
        "App wiki.example.org, wiki 1.2.0+1.39.8 -> 1.3.0+1.39.17",
        "Why “security fix, announced on Monday”",
        f"Approved by ana@laptop at 02:13:52 UTC, plan {made.DIGEST}",
        "Done 2 of 2 operations",
        "Verified 2 of 2 tasks run mediawiki:1.39.17; the page answers 200",
        "Runbook deploy-app, model abc1234, coopnb 0.1.0, no cell edited by hand",
        "Cells 8 of 8 cells ran",
        "Masked nothing; looked for 1 known value once more and found none; nothing was left unchecked",
        "`depends_on` has no effect in a swarm",
    ):
        assert text in head, text
    for text in (
        "02:14:08 2 of 2: update service wiki_example_org_app accepted",
        "+21 s wiki_example_org_app.1 on node2: running, healthy",
        "02:14:44 the run ends with exit status 0",
        "See the wiki (https://example.org/x).",
        "Tasks over time",
        "Cell 7, watch, ran book.watch()",
        "A live view stood here",
    ):
        assert text in page.text, text
    assert "Dropdown(" not in page.text
    assert ("svg", "tasks over time") in [(tag, attributes.get("aria-label")) for tag, attributes in page.tags]


def test_a_record_is_small_and_private(run: Path) -> None:
    """A record must be one small file that only its owner reads."""
    made.write_ledger(run, made.CONVERGED)
    record = write_record(made.write_notebook(run, made.cells()))
    assert record == run / "deploy-app.record.html"
    assert record.stat().st_mode & 0o777 == 0o600
    assert record.stat().st_size < 30_000
    assert sorted(path.name for path in run.iterdir()) == ["deploy-app.ipynb", "deploy-app.record.html", "ledger.jsonl"]


def test_a_run_that_was_rolled_back(run: Path) -> None:
    """A failure must stand in the first line, with its evidence, its failed cell and what was not run."""
    made.write_ledger(run, made.FAILED)
    cells = made.cells()
    cells[8] = made.code("book.watch()", [made.error("NotConverged", "x", "\x1b[31mNotConverged\x1b[0m: <it> did not")])
    cells[9] = made.code("book.check()", count=None)
    page = _record(made.write_notebook(run, cells))
    head = _header(page)
    assert "✗ rolled back after 48 s. wiki_example_org_app.2: exit 1 within 20 s of its start" in head
    assert "Cells 7 of 8 cells ran; not run: cell 8; ended with an error: cell 7" in head
    assert "Verified nothing was checked" in head
    assert (
        "wiki_example_org_app.2 on node3 exit 1 within 20 s of its start (3 tasks of the service failed)" in page.text
    )
    assert r"<b>database</b> refused the password \x1b[2J\u202e" in page.text
    assert "Cell 7, ended with an error book.watch() NotConverged: <it> did not" in page.text
    assert "Cell 8, not run book.check()" in page.text


def test_a_kernel_that_was_killed(run: Path) -> None:
    """A run that was cut off must say where the record ends and which results are not known."""
    made.write_ledger(run, made.KILLED)
    cells = made.cells()
    cells[7] = made.code("book.apply()")
    cells[8], cells[9] = (made.code(source, count=None) for source in ("book.watch()", "book.check()"))
    page = _record(made.write_notebook(run, cells))
    head = _header(page)
    assert "✗ cut off. The record ends here: what came after is not known. 1 of 2 operations had been made" in head
    assert "Done 1 of 2 operations; the result is not known of: update service wiki_example_org_app" in head
    assert "not run: 2 cells (7, 8)" in head
    assert "2 of 2: update service wiki_example_org_app no answer is recorded: its result is not known" in page.text
    assert "2 update service wiki_example_org_app unknown" in page.text


def test_a_kernel_that_died_under_its_runner(run: Path) -> None:
    """A run whose runner saw the kernel die must be told as cut off too, with the status it ended with."""
    made.write_ledger(run, [*made.KILLED, ("", "ended", {"exit_status": 1})])
    page = _record(made.write_notebook(run, made.cells()))
    assert "✗ cut off. The record ends here" in _header(page)
    assert "the result of 1 operation is not known" in _header(page)
    assert "the run ends with exit status 1" in page.text


def test_killed_after_the_last_answer(run: Path) -> None:
    """Operations that were answered but never watched must not pass for a success."""
    made.write_ledger(run, [*made.KILLED, made.done(2), *made.EVENTS])
    head = _header(_record(made.write_notebook(run, made.cells())))
    assert "✗ cut off. The record ends here" in head and "2 of 2 operations had been made" in head
    assert "converged" not in head


def test_a_second_attempt_that_was_killed(run: Path) -> None:
    """What was observed and checked before the last write must not speak for it."""
    made.write_ledger(run, [*made.CONVERGED, made.planned(), made.APPROVED, made.APPLYING, made.operation(1)])
    head = _header(_record(made.write_notebook(run, made.cells())))
    assert "✗ cut off" in head and "Verified nothing was checked" in head and "converged" not in head


def test_an_operation_that_was_refused(run: Path) -> None:
    """A refused write must be told with the engine's words."""
    refused = ("apply", "operation_failed", {"n": 2, "error": "the engine refused: update out of sequence"})
    ended = ("apply", "failed", {"error": "StalePlan", "text": "the swarm changed\nmore"})
    made.write_ledger(run, [*made.KILLED, refused, ended])
    page = _record(made.write_notebook(run, made.cells()))
    assert "✗ failed. 1 of 2 operations had been made. StalePlan: the swarm changed" in _header(page)
    assert "Done 1 of 2 operations, 1 refused" in _header(page)
    assert "refused: the engine refused: update out of sequence" in page.text


@pytest.mark.parametrize(
    ("acts", "texts"),
    [
        ([], ["○ no change was made", "Done nothing was written"]),
        (
            [("take", "failed", {"error": "NotChosen", "text": "choose a server"})],
            ["… stopped before any change. NotChosen: choose a server"],
        ),
        (
            [made.CHOSEN, made.planned(), ("gate", "failed", {"error": "NotApproved", "text": "x"})],
            ["stopped before any change. NotApproved", "Approved no", "Done none of 2 planned operations"],
        ),
        (
            [made.CHOSEN, made.planned(nothing_to_do=True, operations=[]), ("", "ended", {"exit_status": 0})],
            ["● nothing to do. The swarm already was as the files ask."],
        ),
        (
            [*made.CONVERGED[:-2], ("check", "checked", {"checks": [{"name": "page", "ok": False, "text": "502"}]})],
            ["✗ converged, but not all checks passed after 31 s", "Verified 1 of 1 check did not pass: 502"],
        ),
        (
            [*made.CONVERGED[:-2], ("check", "checked", {"checks": [{"name": "page", "ok": None, "text": "by hand"}]})],
            ["● converged after 31 s", "Verified not looked at: by hand"],
        ),
        (
            [made.CHOSEN, made.planned(version_before=None)],
            ["App wiki.example.org, wiki 1.3.0+1.39.17, where there was none before"],
        ),
        (
            [made.planned(), ("gate", "approved", {"digest": "0" * 64, "by": "eve", "reason": ""})],
            ["no reason was given", "this is not the plan that the ledger holds last"],
        ),
        ([("watch", "outcome", {"outcome": "interrupted", "seconds": 3})], ["… interrupted after 3 s"]),
    ],
)
def test_other_endings(run: Path, acts: list[made.Act], texts: list[str]) -> None:
    """Every ending must have its own words, and none may look better than it was."""
    made.write_ledger(run, acts)
    head = _header(_record(made.write_notebook(run, made.cells())))
    for text in texts:
        assert text in head, head


@pytest.mark.parametrize(
    ("who", "host", "told"), [("ana", "laptop", "ana@laptop"), ("ana@home", "laptop", "ana@home"), ("ana", "", "ana")]
)
def test_who_did_it_is_said_once(run: Path, who: str, host: str, told: str) -> None:
    """The operator must stand in the first screen with the machine, and the machine only once."""
    made.write_ledger(run, [("", "opened", made.opened() | {"who": who, "host": host})])
    assert f" by {told} " in _header(_record(made.write_notebook(run, made.cells())))


def test_strange_facts_are_told_as_they_are(run: Path) -> None:
    """Facts of any JSON shape must be exported without an error."""
    strange: list[made.Act] = []
    names = "chosen planned approved applying operation operation_done event outcome checked failed ended odd"
    for name in names.split():
        for value in (None, [], {}, "x", 3, [None, 1, "x"], {"a": 1}):
            keys = ("n", "server", "operations", "checks", "evidence", "outcome", "seconds", "findings", "text", "log")
            strange.append(("s", name, dict.fromkeys(keys, value)))
    made.write_ledger(run, strange)
    assert "s odd" in _record(made.write_notebook(run, made.cells())).text


def test_without_a_ledger(run: Path) -> None:
    """Without a ledger the record must say so, claim nothing, and show the notebook all the same."""
    page = _record(made.write_notebook(run, made.cells()))
    head = _header(page)
    assert "No ledger beside this notebook: what follows is only what the notebook says." in head
    assert "○ not known. No ledger tells how this ended." in head
    assert "converged" not in head and "Timeline" not in page.text
    assert "2 of 2 operations made" in page.text


@pytest.mark.parametrize("newer", [True, False])
def test_a_ledger_of_another_run_is_not_used(run: Path, newer: bool) -> None:
    """A ledger whose run is not the outputs' must not be used, however new it is."""
    made.write_ledger(run, made.CONVERGED, run=made.RUN + (1 if newer else -1))
    page = _record(made.write_notebook(run, made.cells()))
    assert re.search(r"is of run [68], and the outputs here are of run 7: it was not used", _header(page))
    assert "○ not known" in _header(page) and "security fix" not in page.text


def test_a_ledger_elsewhere_is_not_looked_for(run: Path) -> None:
    """A ledger in a neighbouring folder must not be found, even with the right run."""
    other = run.with_name("other")
    other.mkdir()
    made.write_ledger(other, made.CONVERGED)
    assert "No ledger beside this notebook" in _header(_record(made.write_notebook(run, made.cells())))


def test_what_is_odd_about_a_ledger_is_said(run: Path) -> None:
    """Torn lines, outputs of two runs and outputs of none must be told in the first screen."""
    ledger = made.write_ledger(run, made.CONVERGED)
    with ledger.path.open("ab") as file:
        file.write(b'{"run": 7, "se')
    cells = made.cells()
    cells[4].outputs[0].metadata["coopnb"]["run"] = 3
    head = _header(_record(made.write_notebook(run, cells)))
    assert "The ledger was cut short in line 18: an entry could not be written whole there." in head
    assert "Some outputs here are of run 3, of which this ledger says nothing." in head
    head = _header(_record(made.write_notebook(run, made.cells(run=None))))
    assert "No output here names its run; the ledger of run 7 was taken because it lies beside the notebook." in head


def test_an_empty_ledger_is_none(run: Path) -> None:
    """A ledger that holds nothing readable must not be taken for a run."""
    (run / "ledger.jsonl").write_bytes(b"\x00\xff\n[]\n")
    assert "holds no entry: what follows is only what the notebook says" in _header(
        _record(made.write_notebook(run, made.cells()))
    )


def test_edits_are_counted_and_marked(run: Path) -> None:
    """Cells that differ from the model must be counted, named and marked; given parameters are no edit."""
    made.write_ledger(run, made.CONVERGED)
    cells = made.cells()
    path = made.write_notebook(run, cells, edited={1: 'server = "practice"', 8: "book.watch(timeout=9)"})
    read: Any = nbformat.read
    write: Any = nbformat.write
    notebook = read(path, as_version=4)
    notebook.cells.append(made.code("print('mine')", [made.printed("mine\n")]))
    notebook.cells.append(made.V4.new_markdown_cell("I saw nothing odd."))
    del notebook.cells[9]
    write(notebook, path)
    page = _record(path)
    assert (
        "cell 7 (watch) edited by hand, cell 8 added by hand, 1 cell of the model removed,"
        " 1 text written or edited by hand" in _header(page)
    )
    assert "Cell 1, parameters given for this run, ran" in page.text
    assert "Cell 7, watch, edited by hand, ran book.watch(timeout=9)" in page.text
    assert "added by hand I saw nothing odd." in page.text


def test_an_unknown_model_is_said(run: Path) -> None:
    """Without the model's digests the record must not claim that nothing was edited."""
    path = run / "a.ipynb"
    write: Any = nbformat.write
    write(made.V4.new_notebook(cells=made.cells()), path)
    head = _header(_record(path))
    assert "Deploy an app" in head and "whether cells were edited by hand is not known" in head


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/x.png' alt='a chart'>",
    "<a href='javascript:alert(1)' onclick='x()'>t</a>",
    "<svg onload=alert(1)><script>1</script><image href='https://evil.example/'/><use href='https://e.example/#a'/>"
    "<rect fill='url(https://evil.example/)' style='fill:url(https://e.example)'/><foreignObject><p>x</p></foreignObject>"
    "<animate attributeName=href values='javascript:1'/></svg>",
    "<svg><p><style><g title='</style><img src onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>1</script>'></iframe><object data='https://e.example'></object><base href='//e.example'>",
    "<link rel=stylesheet href='https://evil.example/x.css'><meta http-equiv=refresh content='0;url=https://e.example'>",
    "<style>@import 'https://evil.example/x.css'; .record-header{display:none}"
    " .coopnb{background:url(https://evil.example)} .coopnb,.record-header{display:none}</style>",
    "<div class='record-header record-good' id='x' style='position:fixed;top:0;background:url(https://e.example)'>a</div>",
    "<p style='background-image:u\\72l(https://evil.example)'>b</p>",
    "</section></main></body><header class='record-header'><h1>fine</h1></header>",
    "<!--[if gte IE 4]><script>1</script><![endif]-->",
    "<form action='https://e.example'><input name=a><button formaction='javascript:1'>b</button></form>",
    "<video src='https://e.example'></video><audio src='https://e.example'></audio>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<p background='https://e.example'>c</p><td background='https://e.example'>",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_content_does_nothing(run: Path, hostile: str) -> None:
    """Whatever stands in an output, a text, a stream, an error or the ledger must neither act nor load."""
    escaped = [{"service": hostile, "task": hostile, "node": hostile, "what": hostile, "log": [hostile]}]
    outcome = ("watch", "outcome", {"outcome": hostile, "seconds": 1, "evidence": escaped})
    odd = made.planned(app=hostile, findings=[hostile], operations=[{"verb": hostile, "name": hostile}])
    made.write_ledger(run, [odd, ("gate", "approved", {"by": hostile, "reason": hostile}), made.APPLYING, outcome])
    cells = [
        made.V4.new_markdown_cell(hostile),
        made.V4.new_markdown_cell(f"a [b](javascript:alert(1)) ![c](https://evil.example/c.png) {hostile}"),
        made.V4.new_raw_cell(hostile),
        made.code(hostile, [made.shown(hostile, hostile), made.printed(hostile), made.error(hostile, hostile)]),
        made.code(
            "x",
            [
                made.V4.new_output("display_data", data={"image/svg+xml": hostile}),
                made.V4.new_output("display_data", data={"text/markdown": hostile}),
                made.V4.new_output("execute_result", data={"text/plain": hostile}, execution_count=1),
                made.V4.new_output("display_data", data={"image/png": hostile}),
                made.V4.new_output("display_data", data={"application/javascript": hostile}),
            ],
        ),
    ]
    page = _record(made.write_notebook(run, cells))
    assert [attributes.get("class") for tag, attributes in page.tags if tag == "header"] == ["record-header"]
    assert page.text.count("How to verify this file") == 1
    own = [attributes.get("class", "") for tag, attributes in page.tags if "record-good" in attributes.get("class", "")]
    assert own == []
    assert ".record-header{display:none}" not in "".join(page.styles).replace(" ", "")


PLANTED = {
    "plain": SECRET,
    "base64": base64.b64encode(b"user:" + SECRET.encode()).decode(),
    "hex": SECRET.encode().hex(),
    "coloured": f"\x1b[31m{SECRET}\x1b[0m",
}


@pytest.mark.parametrize("text", list(PLANTED.values()), ids=list(PLANTED))
def test_a_planted_secret_is_found_and_told(run: Path, text: str) -> None:
    """A value that slipped into the files must not reach the record, and the record must say that it was there."""
    fingerprints.remember(run.parents[1] / fingerprints.FINGERPRINTS_NAME, NAME, SECRET)
    made.write_ledger(run, [*made.FAILED, ("watch", "failed", {"error": "X", "text": text})])
    cells = [
        made.V4.new_markdown_cell(f"the password is {text}"),
        made.code(f"password = {text!r}", [made.shown(text, f"<b>{html.escape(text)}</b>"), made.printed(text)]),
        made.code("x", [made.error("E", text, f"E: {text}")], note=text),
        made.code("y", [made.V4.new_output("display_data", data={"image/svg+xml": f"<svg><text>{text}</text></svg>"})]),
    ]
    notebook = made.write_notebook(run, cells)
    page = _record(notebook)
    written = (run / "deploy-app.record.html").read_text(encoding="utf-8")
    assert not any(one in written for one in forms_of(SECRET))
    head = _header(page)
    assert f"at export, and masked here only: {NAME}" in head
    assert "Masked 1 value, " in head and "and found none" not in head
    assert page.text.count(f"[masked {NAME}]") >= 6


def test_masked_places_are_counted(run: Path) -> None:
    """Marks in the record must be counted by value and by place; what cannot be looked for must be said."""
    made.write_ledger(run, made.CONVERGED)
    fingerprints.remember(run.parents[1] / fingerprints.FINGERPRINTS_NAME, "pin", "1234")
    picture = base64.b64encode(b"\x89PNG").decode()
    png = made.V4.new_output("display_data", data={"image/png": picture}, metadata={"image/png": {"alt": "a <graph>"}})
    cells = [made.code("x", [made.printed("[masked a] [masked b] [masked a]\n"), png])]
    page = _record(made.write_notebook(run, cells))
    assert "Masked 2 values, 3 places" in _header(page)
    assert "too short to be looked for: pin; pictures are shown as they are, and were not searched" in _header(page)
    assert "nothing was left unchecked" not in _header(page)
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert images == [{"src": f"data:image/png;base64,{picture}", "alt": "a <graph>"}]


def test_outside_a_workspace_nothing_is_claimed(tmp_path: Path) -> None:
    """A notebook that lies in no workspace must be said to be unchecked."""
    head = _header(_record(made.write_notebook(tmp_path, made.cells())))
    assert "Unchecked the notebook lies in no workspace" in head


def test_the_files_can_be_verified(run: Path) -> None:
    """The record must name the files it was made from, so that sha256sum tells whether they still are."""
    ledger = made.write_ledger(run, made.CONVERGED)
    notebook = made.write_notebook(run, made.cells())
    page = _record(notebook)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.name}" for path in (notebook, ledger.path)]
    assert " ".join(sums) in page.text


def test_charts_keep_their_parts(run: Path) -> None:
    """An inline SVG must keep its clip path, under an id that no other chart has."""
    chart = (
        '<svg viewBox="0 0 9 9"><defs><clipPath id="c"><rect width="9" height="9"/></clipPath></defs>'
        '<g clip-path="url(#c)"><path d="M0,0L9,9"/></g></svg>'
    )
    page = _record(made.write_notebook(run, [made.code("x", [made.shown("a", chart), made.shown("b", chart)])]))
    ids = [attributes["id"] for tag, attributes in page.tags if tag == "clippath"]
    used = [attributes["clip-path"] for tag, attributes in page.tags if "clip-path" in attributes]
    assert len(set(ids)) == 2
    assert used == [f"url(#{one})" for one in ids]


def test_own_outputs_keep_their_stylesheet_once(run: Path) -> None:
    """The stylesheet that our outputs carry must be in the page, once, and only for them."""
    output = made.shown("a", "<div class='coopnb'><style>.coopnb td{margin:1px} p{margin:2px}</style></div>")
    page = _record(made.write_notebook(run, [made.code("x", [output]), made.code("y", [output])]))
    css = "".join("".join(page.styles).split())
    assert css.count(".coopnbtd{margin:1px}") == 1 and "margin:2px" not in css


def test_progress_and_colours_are_settled(run: Path) -> None:
    """A line that was overwritten must show its last state, and control characters must be visible."""
    cells = [made.code("x", [made.printed("10%\r50%\r100%\n\x1b[32mok\x1b[0m \x07\u202edone\n")])]
    text = _record(made.write_notebook(run, cells)).text
    assert "100% ok \\x07\\u202edone" in text and "50%" not in text


def test_the_notebook_is_left_alone(run: Path) -> None:
    """Exporting must change neither the notebook nor the ledger."""
    ledger = made.write_ledger(run, made.CONVERGED)
    path = made.write_notebook(run, made.cells())
    before = (path.read_bytes(), ledger.path.read_bytes())
    read: Any = nbformat.read
    notebook = read(path, as_version=4)
    written = repr(notebook)
    exporter: Any = RecordExporter
    exporter().from_notebook_node(notebook, resources={"metadata": {"path": str(run), "name": "deploy-app"}})
    assert repr(notebook) == written
    assert (path.read_bytes(), ledger.path.read_bytes()) == before


@pytest.mark.parametrize("inside", [True, False])
def test_the_nbconvert_command(run: Path, inside: bool) -> None:
    """`jupyter nbconvert --to` must give the same page, from the run's folder and from elsewhere."""
    made.write_ledger(run, made.CONVERGED)
    path = made.write_notebook(run, made.cells())
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "nbconvert", "--to", "coopnb.record.exporter.RecordExporter"),
            path.name if inside else str(path),
        ],
        cwd=run if inside else ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    page = _Page((run / "deploy-app.html").read_text(encoding="utf-8"))
    _assert_inert(page)
    assert "converged after 31 s" in _header(page)
    assert "not able to be represented" not in ended.stderr


def _ran(cells: Sequence[Any]) -> list[made.Act]:
    """What a witness notes of these cells, in the order of their execution counts."""
    return [
        ("", "ran", {"count": cell.execution_count, "source": ran_digest(cell.source)})
        for cell in cells
        if cell.get("execution_count")
    ]


def _counted_cells() -> list[Any]:
    """Cells whose execution counts differ, as a kernel gives them."""
    cells = made.cells()
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
    return cells


def test_a_cell_edited_after_it_ran_is_told(run: Path) -> None:
    """A cell whose source is not the one that ran must be marked, in the first screen and at the cell."""
    cells = _counted_cells()
    made.write_ledger(run, [*_ran(cells), *made.CONVERGED])
    page = _record(made.write_notebook(run, cells, edited={7: "book.apply()  # as agreed"}))
    assert "8 of 8 cells ran; edited after it ran: cell 6 (apply)" in _header(page)
    assert "Cell 6, apply, edited by hand, edited after it ran: this is not the source that ran" in page.text
    assert page.text.count("edited after it ran: this is not") == 1


def test_cells_that_ran_as_they_stand_are_not_marked(run: Path) -> None:
    """A cell that was edited before it ran, or run again by a new kernel, must not pass for edited after."""
    cells = _counted_cells()
    cells[7].source = "book.apply()  # edited first\n"
    again = [("", "ran", {"count": 2, "source": ran_digest("something else, in the kernel before")})]
    made.write_ledger(run, [*again, *_ran(cells), *made.CONVERGED])
    page = _record(made.write_notebook(run, cells))
    assert "edited after it ran" not in page.text
    assert "not in the notebook" not in page.text


def test_outputs_that_were_taken_away_are_told(run: Path) -> None:
    """A cell that ran by the ledger must not pass for one that never ran, however empty it is in the file."""
    cells = _counted_cells()
    made.write_ledger(run, [*_ran(cells), *made.CONVERGED])
    cells[8] = made.code("book.watch()", count=None)
    cells.append(made.code("book.check()", count=None))
    page = _record(made.write_notebook(run, cells))
    assert "ran, and the result is not in the notebook: cell 7" in _header(page)
    assert "not run: cell 9" in _header(page)
    assert "Cell 7, ran, and its result is not in the notebook book.watch()" in page.text


def test_without_a_witness_nothing_is_claimed(run: Path) -> None:
    """A ledger that does not tell what ran must give no cell a mark."""
    made.write_ledger(run, made.CONVERGED)
    cells = _counted_cells()
    assert "edited after" not in _record(made.write_notebook(run, cells, edited={7: "book.apply( )"})).text


def test_an_edit_during_a_headless_run_is_told(run: Path) -> None:
    """The record of a headless run must name the file in which an edit made meanwhile was kept."""
    made.write_ledger(run, [*made.CONVERGED, ("", "edited", {"kept": "deploy-app.edited-meanwhile.ipynb"})])
    page = _record(made.write_notebook(run, made.cells()))
    assert "edited while it ran; what was edited is kept in deploy-app.edited-meanwhile.ipynb" in page.text
