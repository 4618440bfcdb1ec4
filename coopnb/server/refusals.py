"""When a plan must not be applied, whoever approved it."""

from __future__ import annotations

from coopnb.errors import PlanBlocked, StalePlan
from coopnb.model.plan import Plan


def refuse_blocked(plan: Plan, *, command_line: bool = False) -> None:
    """Raise if the plan has findings that must be mended first.

    Args:
        command_line: whether what can be accepted is told as an option of a command, not as a parameter of a runbook.
    """
    if plan.blocked:
        files = plan.recipe if plan.stack.plain else f"recipe {plan.recipe}"
        mend = plan.blocked[0].hint or "Mend them, then plan again. Nothing was changed."
        raise PlanBlocked(
            f"the plan for {plan.app} has {len(plan.blocked)} finding{'s' * (len(plan.blocked) > 1)} to mend first",
            what="\n".join(str(finding) for finding in plan.blocked),
            where=f"{files} {plan.version_after}, server {plan.server.name}",
            hint="\n".join((mend, *_or_accept(plan, command_line))),
        )


def _or_accept(plan: Plan, command_line: bool) -> tuple[str, ...]:
    """How to go on all the same, if docker's reading is all that is wrong."""
    if not all(finding.acceptable for finding in plan.blocked):
        return ()
    names = sorted({finding.rule for finding in plan.blocked} | set(plan.accepted))
    how = " ".join(f"--accept {name}" for name in names) if command_line else f"accept={', '.join(names)}"
    return (f"If it is wanted as it is, accept it, with a reason: {how}",)


def refuse_stale(plan: Plan, fresh: Plan) -> None:
    """Raise if the swarm is not as it was when the plan was made."""
    if fresh.digest == plan.digest:
        return
    then, today = set(plan.rests_on), set(fresh.rests_on)
    changed = sorted({f"{rest.kind} {rest.name}" for rest in then ^ today})
    raise StalePlan(
        f"the swarm changed after the plan {plan.short_digest} was made; its approval is void, nothing was written",
        what=f"changed meanwhile: {', '.join(changed) or 'what the plan would do'}",
        where=f"server {plan.server.name}, {plan.app}",
        hint=f"Run the plan cell again and read it. Headless: approve={fresh.short_digest}",
    )
