"""Errors of a plan that its operator takes on: by name, with the reason of the approval."""

from __future__ import annotations

import re
from dataclasses import replace

from coopnb.errors import InputError
from coopnb.model.plan import Plan


def with_accepted(plan: Plan, accept: str) -> Plan:
    """The plan, no longer blocked by errors that are accepted. They are part of its digest: an approval names them.

    Args:
        accept: names of rules (``restart-no-restarts``), with spaces or commas between; blank for none.

    Raises:
        InputError: a name that none of the plan's errors has, or whose error has to be mended.
    """
    names = tuple(sorted({name for name in re.split(r"[\s,]+", accept) if name}))
    there = {finding.rule: finding.acceptable for finding in plan.findings if finding.severity == "error"}
    for name in names:
        if not there.get(name):
            known = ", ".join(sorted(rule for rule, acceptable in there.items() if acceptable))
            kind = "cannot be accepted, it has to be mended" if name in there else "is no error of this plan"
            raise InputError(
                f"{name[:80]} {kind}; nothing was done",
                where=f"server {plan.server.name}, {plan.app}",
                hint=f"these can be accepted: {known}" if known else "leave accept blank: this plan has none to accept",
            )
    return replace(plan, accepted=names)
