"""What differs between the courses that two sides took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from tests.differential.normal import Course


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: of what kind, where, and what each side had."""

    kind: str
    where: str
    one: str
    other: str

    def __str__(self) -> str:
        return f"{self.kind}, {self.where}:\n      one:   {self.one}\n      other: {self.other}"


def differences(sampled: Course, other: Course, *, other_is_complete: bool = True) -> list[Difference]:
    """Compare a course that was sampled with another one.

    Args:
        other_is_complete: whether the other side's trails have every state (the simulated side's do); when they were
            sampled too, they are not compared, as each side may have missed what the other saw.
    """
    found = [*_answers(sampled, other), *_rests(sampled, other), *_events(sampled, other)]
    return [*found, *_tasks(sampled, other), *(_trails(sampled, other) if other_is_complete else ())]


def is_subsequence(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether all of ``short`` is found in ``long``, in this order."""
    remaining = iter(long)
    return all(item in remaining for item in short)


def _answers(one: Course, other: Course) -> Iterator[Difference]:
    for at, (left, right) in enumerate(zip_longest(one.answers, other.answers, fillvalue="(no call)"), 1):
        if left != right:
            yield Difference("answer", f"call {at}", left, right)


def _rests(one: Course, other: Course) -> Iterator[Difference]:
    nothing: dict[str, dict[str, str]] = {}
    for at, (left, right) in enumerate(zip_longest(one.rests, other.rests, fillvalue=nothing), 1):
        for owner in [*left, *(owner for owner in right if owner not in left)]:
            fields, others = left.get(owner), right.get(owner)
            where = f"rest {at}, {owner}"
            if fields is None or others is None:
                yield Difference("state", where, _brief(fields), _brief(others))
                continue
            for path in sorted({*fields, *others}):
                if fields.get(path) != others.get(path):
                    what = f"{where}, {path}"
                    yield Difference("state", what, fields.get(path, "(none)"), others.get(path, "(none)"))


def _brief(fields: dict[str, str] | None) -> str:
    """An object that the other side does not have."""
    if fields is None:
        return "(not there)"
    told = ("State", "DesiredState", "Err", "Spec ContainerSpec Image", "Spec Name")
    return ", ".join(fields[path] for path in told if fields.get(path)) or "(there)"


def _events(one: Course, other: Course) -> Iterator[Difference]:
    for owner in sorted({*one.events, *other.events}):
        left, right = one.events.get(owner, ()), other.events.get(owner, ())
        if not one.placed and not (left and right) and "container" in owner:
            continue  # this task's container was the manager's on one side, and on the other it was a worker's
        for at, (first, second) in enumerate(zip_longest(left, right, fillvalue="(none)"), 1):
            if first != second:
                yield Difference("event", f"{owner}, number {at}", first, second)
                break


def _tasks(one: Course, other: Course) -> Iterator[Difference]:
    for task in sorted(set(one.trails) ^ set(other.trails)):
        sides = (" ".join(course.trails[task][0]) if task in course.trails else "(none)" for course in (one, other))
        yield Difference("task", task, *sides)


def _trails(sampled: Course, complete: Course) -> Iterator[Difference]:
    for task in sorted(set(sampled.trails) & set(complete.trails)):
        for what, left, right in zip(("states", "desired"), sampled.trails[task], complete.trails[task], strict=True):
            if not is_subsequence(left, right):
                yield Difference(f"trail of {what}", task, " ".join(left), " ".join(right))
