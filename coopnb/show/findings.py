"""Findings: what an operator should know before a change, worst first, each with its place."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from coopnb.model.finding import Finding
from coopnb.model.origin import key_path_text
from coopnb.show.output import Output
from coopnb.show.page import Cell, Line, Table, Tone, output_of
from coopnb.show.text import counted

_TONES: dict[str, Tone] = {"error": "bad", "warning": "busy", "note": "quiet"}
_SIGNS = {"error": "✗", "warning": "!", "note": "i"}


def findings_output(
    findings: Sequence[Finding], subject: str = "", run: int | None = None, step: str = "", *, rules: bool = False
) -> Output:
    """Show all findings, sorted.

    Args:
        subject: what was read (``wiki.example.org``).
        rules: whether the name of each finding's rule is shown, too.
    """
    about = f" in {subject}" if subject else ""
    if not findings:
        return output_of([Line(f"No findings{about}.", head=True)], run=run, step=step)
    head = Line(f"{summary(findings)}{about}", head=True)
    return output_of([head, Table(finding_rows(findings, rules=rules))], run=run, step=step)


def summary(findings: Sequence[Finding]) -> str:
    """Count by severity, worst first: ``1 error, 2 warnings``."""
    counts = [
        (sum(1 for finding in findings if finding.severity == severity), severity)
        for severity in ("error", "warning", "note")
    ]
    return ", ".join(counted(number, severity) for number, severity in counts if number)


def finding_rows(
    findings: Sequence[Finding], *, rules: bool = False, accepted: Collection[str] = ()
) -> tuple[tuple[Cell, ...], ...]:
    """One row a finding: severity, its rule if asked for, place, what is so and what to do about it.

    Args:
        accepted: rules whose errors the operator takes on; that stands in place of the severity.
    """
    return tuple(_row(finding, rules, accepted) for finding in sorted(findings, key=Finding.sort_key))


def _row(finding: Finding, rules: bool, accepted: Collection[str]) -> tuple[Cell, ...]:
    where = str(finding.origin or "")
    path = key_path_text(finding.path)
    text = f"{path}: {finding.text}" if path else finding.text
    if finding.hint:
        text = f"{text.rstrip('.')}. {finding.hint[:1].upper()}{finding.hint[1:]}"
    weight = Cell(finding.severity, sign=_SIGNS[finding.severity], tone=_TONES[finding.severity])
    if finding.severity == "error" and finding.rule in accepted:
        weight = Cell(f"accepted {finding.rule}", sign="!", tone="busy")
    return (
        weight,
        *((Cell(finding.rule, code=True),) if rules else ()),
        Cell(where, code=True),
        Cell(text),
    )
