"""Whether an update replaces tasks, and what those who use the service notice of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Interruption:
    """What an update does to those who use the service."""

    restarts: bool
    interrupts: bool
    text: str


def interruption(before: Mapping[str, Any], after: Mapping[str, Any]) -> Interruption:
    """Judge an update from two canonical specs.

    Tasks are replaced when the task template or the endpoint spec differs; labels, replicas and
    update settings never replace one (swarmkit manager/orchestrator/task.go, ``IsTaskDirty``), nor does a
    placement that a node still meets, which cannot be known here and counts as a restart.
    """
    if _task(before) == _task(after):
        return _scaling(_replicas(before), _replicas(after))
    replicas = _replicas(after)
    if replicas == 0:
        return Interruption(True, False, "no task is wanted")
    order = (after.get("UpdateConfig") or {}).get("Order", "stop-first")
    checked = bool(((after.get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Healthcheck"))
    if order == "start-first" and checked:
        return Interruption(True, False, "start-first, healthcheck: the old task serves until the new one is healthy")
    if order == "start-first":
        return Interruption(
            True,
            True,
            "start-first without a healthcheck: the old task stops when the new one has started, ready or not",
        )
    at_once = int((after.get("UpdateConfig") or {}).get("Parallelism", 1)) or replicas
    if replicas is not None and at_once is not None and replicas > at_once:
        return Interruption(
            True, False, f"stop-first, {at_once} at a time: {replicas - at_once} of {replicas} tasks serve"
        )
    return Interruption(
        True, True, "stop-first: nothing serves from the stop of the old task to the start of the new one"
    )


def _scaling(before: int | None, after: int | None) -> Interruption:
    if before is not None and after is not None and after < before:
        stopped = before - after
        return Interruption(False, after == 0, f"{stopped} of {before} tasks stop; the others run on")
    if before is not None and after is not None and after > before:
        return Interruption(False, False, f"{after - before} more tasks start; the others run on")
    return Interruption(False, False, "tasks run on")


def _task(form: Mapping[str, Any]) -> dict[str, Any]:
    return {"task": copy.deepcopy(form.get("TaskTemplate") or {}), "endpoint": form.get("EndpointSpec") or {}}


def _replicas(form: Mapping[str, Any]) -> int | None:
    """``None`` for a global service: one task a node."""
    replicated = (form.get("Mode") or {}).get("Replicated")
    return None if replicated is None else int(replicated.get("Replicas", 1))
