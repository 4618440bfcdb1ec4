"""The smaller outputs of a runbook: what was chosen, what was checked, what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from coopnb.errors import CoopError
from coopnb.model.choice import Choice
from coopnb.model.pin import Pin
from coopnb.model.run import Check
from coopnb.model.server import ServerIdentity
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Fold, Line, Log, Table, Tone, output_of
from coopnb.show.text import counted
from coopnb.show.words import place


def chosen_output(
    choice: Choice,
    stack: str,
    server: ServerIdentity | None = None,
    notes: str | None = None,
    settings: str = "",
    run: int | None = None,
    step: str = "take",
) -> Output:
    """Show what a runbook works on from here, with the release notes of the version if there are any."""
    where = place(server) if server else choice.server
    rows = (
        ("server", where),
        ("recipe", choice.recipe),
        ("version", choice.version),
        ("domain", choice.domain),
        ("stack", stack),
        *((("settings", settings),) if settings else ()),
    )
    blocks: list[Block] = [
        Line(f"Chosen: {choice.recipe} {choice.version} as {choice.domain} on {where}", head=True),
        Table(tuple((Cell(name), Cell(value, code=name != "server")) for name, value in rows)),
    ]
    if notes and notes.strip():
        blocks.append(Fold(f"Release notes of {choice.version}:", (Log(tuple(notes.strip().splitlines())),)))
    return output_of(blocks, run=run, step=step)


def checks_output(
    checks: Sequence[Check],
    app: str = "",
    server: ServerIdentity | None = None,
    run: int | None = None,
    step: str = "check",
) -> Output:
    """Show what was looked at afterwards; what could not be looked at is never counted as passed."""
    about = " ".join(part for part in (app, f"on {place(server)}" if server else "") if part)
    said = verdict(checks)
    head = Line(f"{about}: {said}" if about else said[:1].upper() + said[1:], head=True)
    order = sorted(checks, key=lambda check: {False: 0, None: 1, True: 2}[check.ok])
    return output_of([head, Table(tuple(check_row(check) for check in order))], run=run, step=step)


def pinned_output(pin: Pin, run: int | None = None, step: str = "watch") -> Output:
    """Show what became of the version in an app's settings, after the one that runs was seen to.

    Args:
        pin: as it was before.
    """
    if not pin.file:
        return output_of([Line(pin_sentence(pin))], run=run, step=step)
    named = f"they named {_spoken(pin.named)}" if pin.named else "they named none"
    text = f"The settings now name {_spoken(pin.runs)}, which runs; {named}. Written: {pin.file}"
    return output_of([Line(text)], run=run, step=step)


def pin_sentence(pin: Pin) -> str:
    """Say which version an app's settings name, and what follows from it if another runs."""
    runs = _spoken(pin.runs)
    if not pin.file:
        return (
            f"This machine has no settings of {pin.app} in which the version could be named: wherever they are, "
            f"they should name {runs}, or the next deploy brings another."
        )
    if pin.differs:
        named = _spoken(pin.named) or "no version"
        return f"{pin.file} names {named}, and {runs} runs: the next deploy brings another."
    return f"{pin.file} names {runs}, which runs."


def error_output(
    error: CoopError, server: ServerIdentity | None = None, run: int | None = None, step: str = ""
) -> Output:
    """Show an error: what, where, what next. The words are those of the error itself."""
    on = f" (on {place(server)})" if server else ""
    blocks: list[Block] = [Line(f"{type(error).__name__}: {error.headline}{on}", head=True)]
    rows = [
        (Cell(label if at == 0 else ""), Cell(line))
        for label, value in (("what", error.what), ("where", error.where), ("next", error.hint))
        if value
        for at, line in enumerate(value.splitlines())
    ]
    return output_of([*blocks, Table(tuple(rows))], run=run, step=step)


def verdict(checks: Sequence[Check]) -> str:
    """Say how many passed; what could not be made is not counted as passed."""
    if not checks:
        return "nothing was checked"
    failed = sum(1 for check in checks if check.ok is False)
    unknown = sum(1 for check in checks if check.ok is None)
    passed = len(checks) - failed - unknown
    parts = [f"{passed} of {counted(len(checks), 'check')} passed"]
    if failed:
        parts.append(f"{failed} failed")
    if unknown:
        parts.append(f"{unknown} could not be made")
    return ", ".join(parts)


def _spoken(pinned: str) -> str:
    """``wiki:1.3.0+1.39.17`` -> ``wiki 1.3.0+1.39.17``."""
    return pinned.replace(":", " ", 1)


def check_row(check: Check) -> tuple[Cell, ...]:
    """One row: how it went, what was looked at, what was seen."""
    sign, word, tone = _MARKS[check.ok]
    return (Cell(word, sign=sign, tone=tone), Cell(check.name), Cell(check.text))


_MARKS: dict[bool | None, tuple[str, str, Tone]] = {
    True: ("✓", "passed", "good"),
    False: ("✗", "failed", "bad"),
    None: ("?", "not checked", "busy"),
}
