"""The check after a change: what the swarm says of every service, against what was planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coopnb.model.plan import Plan
from coopnb.model.run import Check
from coopnb.model.snapshot import ServiceSeen, Snapshot
from coopnb.plan import compare


def look_after(plan: Plan, snapshot: Snapshot) -> tuple[Check, ...]:
    """Check that every service of the files runs, at the planned version, and that nothing is left to plan."""
    return tuple(_checks(plan, snapshot))


def _checks(plan: Plan, snapshot: Snapshot) -> Iterator[Check]:
    seen = {service.name: service for service in snapshot.services}
    for wanted in plan.stack.services:
        yield _runs(wanted.name, seen.get(wanted.name), snapshot)
    if not plan.stack.plain:
        yield _version(plan, seen)
    left = compare(plan.stack, snapshot, plan.images, prune=plan.prune)
    count = len(left.operations)
    yield Check(
        "as planned",
        left.nothing_to_do,
        "planned again: nothing to do" if left.nothing_to_do else f"planned again: {count} changes would be made",
    )
    if plan.new_state:
        kept = any(config.name == plan.new_state for config in snapshot.configs)
        yield Check("undo", kept, f"{plan.new_state} is {'kept' if kept else 'not kept'} in the swarm")


def _version(plan: Plan, seen: Mapping[str, ServiceSeen]) -> Check:
    label = f"coop-cloud.{plan.stack.name}.version"
    versions = {str((seen[s.name].spec.get("Labels") or {}).get(label)) for s in plan.stack.services if s.name in seen}
    says = sorted(versions - {"None"})
    return Check("version", says == [plan.version_after], f"the swarm says {', '.join(says) or 'nothing'}")


def _runs(name: str, service: ServiceSeen | None, snapshot: Snapshot) -> Check:
    if service is None:
        return Check(name, False, "the service is not there")
    up = [task for task in snapshot.tasks if task.service == name and task.up]
    health = ", healthy" if up and all(task.has_healthcheck for task in up) else ""
    return Check(name, service.desired == len(up), f"{len(up)} of {service.desired} tasks run{health}")
