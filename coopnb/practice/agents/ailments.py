"""What ails services and tasks: probes that fail, containers that crash again and again."""

from __future__ import annotations

from dataclasses import dataclass, field

from coopnb.practice.objects import Task


@dataclass(frozen=True, slots=True)
class CrashLoop:
    """Each container ends ``after`` nanoseconds from its start."""

    after: int
    exit_code: int


@dataclass(slots=True)
class Ailments:
    """By id of a service or a task."""

    sick: dict[str, None] = field(default_factory=dict)
    crashing: dict[str, CrashLoop] = field(default_factory=dict)

    def is_sick(self, task: Task) -> bool:
        """Whether the probes of its container fail."""
        return task.id in self.sick or task.service_id in self.sick

    def crash_loop(self, task: Task) -> CrashLoop | None:
        """The loop that its container is in, or None."""
        return self.crashing.get(task.id) or self.crashing.get(task.service_id)
