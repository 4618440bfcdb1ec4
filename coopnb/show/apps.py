"""Apps, as a terminal shows them: which there are, what one is set to, what its tasks wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coopnb.model.app import Setting
from coopnb.model.app_live import AppLive
from coopnb.model.finding import Finding
from coopnb.show.findings import finding_rows, summary
from coopnb.show.hidden import shown_value
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Line, Table, output_of
from coopnb.show.text import counted, shorten, surplus

_VERSIONS = 8


@dataclass(frozen=True, slots=True)
class AppHere:
    """An app of the workspace, as its settings file says; ``problem`` if that cannot be read."""

    server: str
    domain: str
    recipe: str = ""
    version: str = ""
    problem: str = ""


def apps_output(apps: Sequence[AppHere], live: Mapping[tuple[str, str], AppLive] | None = None) -> Output:
    """Show all apps, by server; with how they stand, if the servers were asked."""
    if not apps:
        text = "No apps yet. Make one: coopnb app new RECIPE --server practice --domain wiki.example.org"
        return output_of([Line(text)])
    servers = len({app.server for app in apps})
    head = ("server", "app", "recipe", "version", *(("now",) if live is not None else ()))
    rows = tuple(_row(app, live) for app in apps)
    blocks: list[Block] = [Line(f"{counted(len(apps), 'app')} on {counted(servers, 'server')}", head=True)]
    blocks.append(Table(rows, head=head))
    if live is None:
        blocks.append(Line("What runs: coopnb app list --live asks the servers"))
    return output_of(blocks)


def app_output(
    app: AppHere, path: str, settings: Sequence[Setting], versions: Sequence[str], findings: Sequence[Finding]
) -> Output:
    """Show one app: its settings without what is secret, the versions there are, what is to be said of it."""
    pinned = app.version or "no version pinned"
    newer = versions.index(app.version) if app.version in versions else 0
    told = f"; {counted(newer, 'newer version')} of the recipe" if newer else ""
    blocks: list[Block] = [
        Line(f"{app.domain} on {app.server}: {app.recipe} {pinned}{told}", head=True),
        Line(f"settings: {path}"),
        Table(tuple((Cell(item.name), Cell(shown_value(item.name, item.value), code=True)) for item in settings)),
    ]
    if versions:
        more = f", and {len(versions) - _VERSIONS} older" if len(versions) > _VERSIONS else ""
        blocks.append(Line(f"versions: {', '.join(versions[:_VERSIONS])}{more}"))
    blocks.append(Line(f"{summary(findings)} in its files" if findings else "No findings in its files."))
    if findings:
        blocks.append(Table(finding_rows(findings)))
    return output_of(blocks)


def _row(app: AppHere, live: Mapping[tuple[str, str], AppLive] | None) -> tuple[Cell, ...]:
    if app.problem:
        version = Cell(shorten(app.problem, 60), sign="✗", tone="bad")
    else:
        version = Cell(app.version or "not pinned", code=bool(app.version))
    row = (Cell(app.server), Cell(app.domain), Cell(app.recipe), version)
    return row if live is None else (*row, _now(app, live.get((app.server, app.domain), AppLive())))


def _now(app: AppHere, live: AppLive) -> Cell:
    if live.problem:
        return Cell(f"unknown: {shorten(live.problem, 80)}", sign="?", tone="bad")
    if not live.version and not live.wanted:
        return Cell("not deployed", sign="○", tone="quiet")
    tasks = f"{live.running} of {counted(live.wanted, 'task')}"
    if live.running > live.wanted:
        tasks = f"{counted(live.running, 'task')}{surplus(live.running, live.wanted)}"
    other = f", runs {live.version}" if live.version and live.version != app.version else ""
    if live.running < live.wanted:
        return Cell(f"{tasks} running{other}", sign="◐", tone="busy")
    return Cell(f"running, {tasks}{other}", sign="●", tone="good")
