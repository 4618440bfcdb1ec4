"""What a runbook works on from here: an upgrade with its news, a state to go back to, a number of tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coopnb.model.choice import Choice
from coopnb.model.kept import KeptState
from coopnb.model.upgrade import ChangedDefault, NewSetting, UpgradeNews
from coopnb.redaction import looks_secret
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Fold, Line, Log, Table, output_of
from coopnb.show.state_form import state_stands
from coopnb.show.text import counted

_OWN = {
    "kept": "the app has the old one written down, and keeps it",
    "other": "the app has one of its own",
    "absent": "the app does not set it",
}


def upgrade_output(
    choice: Choice,
    stack: str,
    news: UpgradeNews,
    written: Mapping[str, str] | None = None,
    run: int | None = None,
    step: str = "take",
) -> Output:
    """Show what an upgrade brings, what must be decided first, and the notes of every version between.

    Args:
        written: the settings that were written into the app's file just now.
    """
    head = f"Upgrade of {choice.domain} on {choice.server}: {choice.recipe} {news.before} -> {news.after}"
    if not news.released:
        head = f"No newer version of {choice.recipe} for {choice.domain} on {choice.server}: it is at {news.before}"
    blocks: list[Block] = [
        Line(head, head=True),
        _facts(
            ("server", choice.server),
            ("stack", stack),
            ("settings", news.settings_file),
            ("versions", ", ".join(each.version for each in news.released) or "none between"),
            ("new settings", counted(len(news.new), "setting") if news.new else "none"),
            ("new defaults", counted(len(news.changed), "setting") if news.changed else "none"),
        ),
    ]
    if news.pinned not in ("", news.before):
        line = f"The settings name {news.pinned}, {news.before} runs: the upgrade starts from what runs."
        blocks.append(Line(line, sign="?", tone="busy"))
    if news.new:
        blocks.append(Table(tuple(_new_row(each) for each in news.new), ("", "new setting", "where", "says")))
    if news.changed:
        blocks.append(Table(tuple(_default_row(each) for each in news.changed), ("", "default", "was -> is", "")))
    blocks += [
        Line(f"Written into {news.settings_file}: {name}={value}", sign="✓", tone="good")
        for name, value in (written or {}).items()
    ]
    blocks += _lacking(news)
    for each in news.released:
        notes = each.notes or "none were published"
        blocks.append(Fold(f"Release notes of {each.version}:", (Log(tuple(notes.splitlines())),)))
    return output_of(blocks, run=run, step=step)


def states_output(
    choice: Choice,
    stack: str,
    states: Sequence[KeptState],
    chosen: str,
    differing: Sequence[str] | None,
    run: int | None = None,
    step: str = "take",
) -> Output:
    """Show the states that are kept of an app, newest first, and what going back does not bring back.

    Args:
        chosen: the name of the one that is gone back to; empty if none is chosen.
        differing: names of the settings that this machine's file has otherwise; ``None`` if there is no file.
    """
    head = f"Roll back {choice.domain} on {choice.server} to {choice.recipe} {choice.version}"
    if not chosen:
        head = f"{counted(len(states), 'state')} kept of {choice.domain} on {choice.server}; none is chosen"
    rows = tuple(_state_row(state, chosen) for state in states)
    blocks: list[Block] = [
        Line(head, head=True),
        _facts(("server", choice.server), ("stack", stack), ("state", chosen or "not chosen")),
        Table(rows, ("state", "version", "images", "stands")),
    ]
    if chosen:
        blocks.append(
            Line(
                "Services, their images, settings and configs go back. What does not: the app's data and what an "
                "upgrade did to it, volumes, and secrets, which are used as they are today."
            )
        )
        blocks.append(Line(_local(differing)))
    return output_of(blocks, run=run, step=step)


def scale_output(
    choice: Choice,
    stack: str,
    now: Mapping[str, int | None],
    wanted: Mapping[str, int],
    run: int | None = None,
    step: str = "take",
) -> Output:
    """Show the services of an app with the tasks they have and are to have.

    Args:
        now: service -> tasks; ``None`` for one that has a task a node.
    """
    asked = ", ".join(f"{name}={count}" for name, count in wanted.items())
    rows = tuple(
        (
            Cell(name, code=True),
            Cell("one a node" if count is None else str(count)),
            Cell(str(wanted[name]) if name in wanted else "stays"),
        )
        for name, count in now.items()
    )
    blocks: list[Block] = [
        Line(f"Scale {choice.domain} on {choice.server}: {asked}", head=True),
        _facts(("server", choice.server), ("stack", stack), ("version", choice.version)),
        Table(rows, ("service", "tasks", "wanted")),
    ]
    return output_of(blocks, run=run, step=step)


def _facts(*facts: tuple[str, str]) -> Table:
    return Table(tuple((Cell(name), Cell(value, code=name != "server")) for name, value in facts))


def _lacking(news: UpgradeNews) -> list[Block]:
    secret = [each.name for each in news.lacking if looks_secret(each.name)]
    others = [each.name for each in news.lacking if not looks_secret(each.name)]
    lines = []
    if others:
        lines.append(f"{', '.join(others)}: fill it in below, or write it into {news.settings_file}")
    if secret:
        lines.append(f"{', '.join(secret)}, which looks like a secret: write it into {news.settings_file} yourself")
    return [Line(f"Not without {line}, then run this cell again.", sign="✗", tone="bad") for line in lines]


def _new_row(setting: NewSetting) -> tuple[Cell, ...]:
    if setting.lacking:
        first = Cell("missing", sign="✗", tone="bad")
    elif setting.there:
        first = Cell("set", sign="✓", tone="good")
    elif setting.given:
        first = Cell("given", sign="…", tone="busy")
    else:
        first = Cell("optional", sign="○", tone="quiet")
    sample = f"{setting.name}={setting.sample}"
    return (first, Cell(sample, code=True), Cell(f".env.sample:{setting.line}"), Cell(setting.comment or "nothing"))


def _default_row(default: ChangedDefault) -> tuple[Cell, ...]:
    sign = Cell("changed", sign="…", tone="busy")
    return (sign, Cell(default.name, code=True), Cell(f"{default.before} -> {default.after}"), Cell(_OWN[default.own]))


def _state_row(state: KeptState, chosen: str) -> tuple[Cell, ...]:
    images = ", ".join(f"{ref} {digest.removeprefix('sha256:')[:12]}" for ref, digest in state.images.items())
    parts = [
        state_stands(state),
        "chosen" if state.name == chosen else "",
    ]
    stands = ", ".join(part for part in parts if part)
    return (Cell(state.name, code=True), Cell(state.version), Cell(images or "none told"), Cell(stands))


def _local(differing: Sequence[str] | None) -> str:
    if differing is None:
        return "This machine has no settings of the app; none are needed, and none are written."
    if not differing:
        return "The settings on this machine are those of the state; the version in them is written when it runs."
    names = ", ".join(differing)
    return (
        f"The settings on this machine are not those of the state: {names}. They stay as they are, but for the "
        "version, and count again at the next deploy."
    )
