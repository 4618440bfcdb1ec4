"""A plan, as it is read before it is approved."""

from __future__ import annotations

from itertools import groupby

from coopnb.model.finding import Finding
from coopnb.model.plan import FieldChange, Operation, Plan, Remove, Untouched, UpdateLabels, UpdateService
from coopnb.show.findings import finding_rows
from coopnb.show.hidden import shown_value, without_credentials
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Fold, Line, Table, Tone, output_of
from coopnb.show.text import counted, shorten, shorten_pair
from coopnb.show.words import place

VALUE_LIMIT = 64
NAME_LIMIT = 30
KEPT_AT_MOST = 6
_SIGNS = {"create": "+", "update": "~", "remove": "-", "keep": "=", "left": "?"}
_NAMED = ("container label", "label", "env", "mount", "secret", "config", "network", "port")
_FREE = ("container label", "label", "env")
"""Fields whose value is whatever the recipe or the operator wrote; a ``secret`` field holds names only."""


def plan_output(plan: Plan, run: int | None = None, step: str = "plan", *, command_line: bool = False) -> Output:
    """Show every write the plan would make, each with its cause, and how to approve it.

    Args:
        command_line: whether a command shows it, which itself says how to go on.
    """
    if plan.nothing_to_do and not plan.blocked:
        blocks = [_nothing_to_do(plan), *_left_running(plan), *_findings(plan.findings, plan)]
    else:
        errors = [finding for finding in plan.findings if finding.severity == "error"]
        others = [finding for finding in plan.findings if finding.severity != "error"]
        blocks = [
            *_heading(plan),
            *_findings(errors, plan),
            *_operations(plan),
            *_findings(others, plan),
            *([] if command_line else _approval(plan)),
        ]
    return output_of(blocks, run=run, step=step)


def interrupted(plan: Plan) -> tuple[str, ...]:
    """The services whose users must be expected to notice: removed, or restarted without an overlap."""
    return tuple(
        operation.name
        for operation in plan.operations
        if (isinstance(operation, UpdateService) and operation.interrupts)
        or (isinstance(operation, Remove) and operation.kind == "service")
    )


def _heading(plan: Plan) -> list[Block]:
    title = f"Plan for {plan.app} on {place(plan.server, plan.nodes)}"
    return [
        Line(title, aside=f"digest {plan.short_digest}", head=True),
        Line(_versions(plan), aside=_summary(plan)),
    ]


def _versions(plan: Plan) -> str:
    if plan.stack.plain and plan.version_before:
        return f"{plan.recipe} {plan.version_after}"
    if plan.live is not None:
        return f"{plan.recipe} {plan.version_after} stays as it is"
    if not plan.version_before:
        return f"{plan.recipe} {plan.version_after}, first deploy: nothing of it runs there yet"
    if plan.version_before == plan.version_after:
        return f"{plan.recipe} {plan.version_after}, the version stays"
    return f"{plan.recipe} {plan.version_before} -> {plan.version_after}"


def _summary(plan: Plan) -> str:
    if plan.blocked:
        return f"blocked: {counted(len(plan.blocked), 'error')} to mend first"
    undo = sum(1 for operation in plan.operations if _for_undo(plan, operation))
    changes = counted(len(plan.operations) - undo, "change")
    if undo:
        changes += f" and {undo} for undo"
    names = interrupted(plan)
    if not plan.version_before:
        return changes
    if not names:
        return f"{changes}, no interruption expected"
    return f"{changes}, {counted(len(names), 'service')} interrupted"


def _for_undo(plan: Plan, operation: Operation) -> bool:
    return operation.kind == "config" and (
        operation.name in (plan.new_state, plan.previous_state) or operation.name.startswith("coopnb_")
    )


def _operations(plan: Plan) -> list[Block]:
    kept = [item for item in plan.untouched if item.verb == "keep"]
    left = [item for item in plan.untouched if item.verb == "left"]
    rows = [row for operation in plan.operations for row in _operation_rows(operation)]
    folded: list[Block] = []
    if len(kept) > KEPT_AT_MOST:
        folded = [Fold(_kept_summary(kept), (Table(tuple(_untouched_row(item) for item in kept)),))]
        kept = []
    rows += [_untouched_row(item) for item in [*kept, *left]]
    return [Table(tuple(rows)), *folded]


def _operation_rows(operation: Operation) -> list[tuple[Cell, ...]]:
    tone: Tone = "bad" if operation.verb == "remove" else "busy" if operation.verb == "update" else "good"
    note = operation.interruption if isinstance(operation, UpdateService) else operation.cause
    rows = [_row(operation.verb, operation.kind, operation.name, note, tone)]
    if isinstance(operation, UpdateService | UpdateLabels):
        rows += [_change_row(change) for change in operation.changes]
    return rows


def _row(verb: str, kind: str, name: str, note: str, tone: Tone) -> tuple[Cell, ...]:
    return (Cell(verb, sign=_SIGNS[verb], tone=tone), Cell(kind), Cell(name, code=True), Cell(note))


def _change_row(change: FieldChange) -> tuple[Cell, ...]:
    kind, name = _kind_and_name(change.field)
    before, after = (change_value(change.field, value) for value in (change.before, change.after))
    whole = _change_text(kind, name, before, after)
    short = "" if len(whole) <= VALUE_LIMIT else _short_change(kind, name, before, after)
    return (Cell(""), Cell(kind), Cell(whole, code=True, short=short), Cell(change.cause))


def _kind_and_name(field: str) -> tuple[str, str]:
    """``env SMTP_FROM`` -> its kind and its name; a field that is alone of its kind has no name."""
    for kind in _NAMED:
        if field.startswith(f"{kind} "):
            return kind, field.removeprefix(f"{kind} ")
    return field, ""


def _change_text(kind: str, name: str, before: str | None, after: str | None) -> str:
    """``+ NAME=new``, ``- NAME=old``, ``NAME: old -> new``; without a name the values alone."""
    if before is not None and after is not None:
        return f"{name}: {before} -> {after}" if name else f"{before} -> {after}"
    mark, value = ("+", after) if before is None else ("-", before)
    joint = "=" if kind == "env" else ": "
    return f"{mark} {name}{joint}{value}" if name and value else f"{mark} {name or value or ''}".rstrip()


def _short_change(kind: str, name: str, before: str | None, after: str | None) -> str:
    """The same with its long parts cut, old and new so that they can still be told apart."""
    name = shorten(name, NAME_LIMIT)
    room = VALUE_LIMIT - len(name) - 4
    if before is None or after is None:
        one = shorten(before or after or "", max(12, room))
        return _change_text(kind, name, one if after is None else None, one if before is None else None)
    return _change_text(kind, name, *shorten_pair(before, after, max(12, (room - 2) // 2)))


def change_value(field: str, value: str | None) -> str | None:
    """The value of a changed field as it may be displayed; ``None`` where the field is absent."""
    kind, name = _kind_and_name(field)
    if value is None:
        return None
    return shown_value(name, value) if kind in _FREE else without_credentials(value)


def _untouched_row(item: Untouched) -> tuple[Cell, ...]:
    return _row(item.verb, item.kind, item.name, item.reason, "quiet")


def _kept_summary(kept: list[Untouched]) -> str:
    kinds = sorted(item.kind for item in kept)
    parts = [counted(len(list(group)), kind) for kind, group in groupby(kinds)]
    return f"= keep: {', '.join(parts)} are as wanted and will not be written"


def _findings(findings: list[Finding] | tuple[Finding, ...], plan: Plan) -> list[Block]:
    if not findings:
        return []
    return [Table(finding_rows(findings, accepted=plan.accepted))]


def _left_running(plan: Plan) -> list[Block]:
    left = tuple(_untouched_row(item) for item in plan.untouched if item.verb == "left")
    return [Table(left)] if left else []


def _approval(plan: Plan) -> list[Block]:
    if plan.blocked:
        them = "it" if len(plan.blocked) == 1 else "them"
        what = counted(len(plan.blocked), "error")
        return [
            Line(
                f"This plan cannot be approved: it has {what}. Mend {them} and run this cell again.",
                sign="✗",
                tone="bad",
            )
        ]
    return [Line(f"To approve: type {plan.app} and a reason.   Headless: approve={plan.short_digest}")]


def _nothing_to_do(plan: Plan) -> Line:
    stack = plan.stack
    compared = [
        counted(len(objects), kind)
        for objects, kind in (
            (stack.services, "service"),
            (stack.networks, "network"),
            (stack.configs, "config"),
            (stack.secrets, "secret"),
        )
        if objects
    ]
    wanted = (
        "asked for" if plan.live else f"{plan.recipe} {plan.version_after} want{'' if plan.stack.plain else 's'} it"
    )
    return Line(
        f"Nothing to do for {plan.app} on {place(plan.server, plan.nodes)}: it is as {wanted}; "
        f"{_listed(compared)} compared with the swarm.",
        head=True,
    )


def _listed(parts: list[str]) -> str:
    if not parts:
        return "an empty stack was"
    joined = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{joined} {'was' if len(parts) == 1 and parts[0].startswith('1 ') else 'were'}"
