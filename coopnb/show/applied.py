"""What was written, right after it was: the swarm accepted it, and nothing is said yet of how it ends."""

from __future__ import annotations

from coopnb.model.plan import Operation, Plan
from coopnb.show.output import Output
from coopnb.show.page import Cell, Line, Table, output_of
from coopnb.show.text import counted
from coopnb.show.words import place


def applied_output(plan: Plan, reason: str, run: int | None = None, step: str = "apply") -> Output:
    """Show the writes that the engine accepted, and for what reason they were approved."""
    where = place(plan.server, plan.nodes)
    if plan.nothing_to_do:
        text = f"Nothing was written: {plan.app} on {where} is as wanted."
        return output_of([Line(text, head=True)], run=run, step=step)
    done = counted(len(plan.operations), "operation")
    head = Line(f"{plan.app} on {where}: {done} accepted", aside=f"plan {plan.short_digest}", head=True)
    rows = tuple(_row(operation) for operation in plan.operations)
    state = f"Kept for undo: {plan.new_state}." if plan.new_state else ""
    return output_of([head, Line(f"Approved: {reason}"), Table(rows), Line(state)], run=run, step=step)


def _row(operation: Operation) -> tuple[Cell, ...]:
    past = {"create": "created", "update": "updated", "remove": "removed"}[operation.verb]
    return Cell(past), Cell(operation.kind), Cell(operation.name, code=True)
