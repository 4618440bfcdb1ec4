"""The comparison must find what it is there to find."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.differential.comparing import differences, is_subsequence
from tests.differential.grammar import HOW_MANY, generated, without_one
from tests.differential.node_sequences import THREE_NODES
from tests.differential.normal import Course
from tests.differential.running import Outcome
from tests.differential.sequences import ONE_NODE
from tests.differential.shrinking import shrunk
from tests.differential.steps import Change, Create, Force, Scale, Sequence

_COURSE = Course(
    answers=("POST /services/create: 201",),
    rests=({"service web": {"Spec Name": "web"}, "task web.1.1": {"State": "running", "Err": ""}},),
    trails={"web.1.1": (("new", "pending", "running"), ("running",))},
    events={"service web": ("create {}", "update {}")},
)


def test_a_course_does_not_differ_from_itself() -> None:
    """Nothing may be found where nothing is."""
    assert differences(_COURSE, _COURSE) == []


@pytest.mark.parametrize(
    ("other", "kind", "where"),
    [
        (replace(_COURSE, answers=("POST /services/create: 409 name conflicts",)), "answer", "call 1"),
        (replace(_COURSE, answers=()), "answer", "call 1"),
        (replace(_COURSE, rests=()), "state", "rest 1, service web"),
        (
            replace(_COURSE, rests=({**_COURSE.rests[0], "task web.1.1": {"State": "failed", "Err": ""}},)),
            "state",
            "rest 1, task web.1.1, State",
        ),
        (replace(_COURSE, events={"service web": ("create {}",)}), "event", "service web, number 2"),
        (replace(_COURSE, events={"service web": ("update {}", "create {}")}), "event", "service web, number 1"),
        (replace(_COURSE, trails={}), "task", "web.1.1"),
        (replace(_COURSE, trails={"web.1.1": (("new", "running"), ("running",))}), "trail of states", "web.1.1"),
        (replace(_COURSE, trails={"web.1.1": (_COURSE.trails["web.1.1"][0], ())}), "trail of desired", "web.1.1"),
    ],
)
def test_every_kind_of_difference_is_found(other: Course, kind: str, where: str) -> None:
    """Each thing that can differ must be named with its kind and its place."""
    found = differences(_COURSE, other)
    assert (found[0].kind, found[0].where) == (kind, where)


def test_sampled_states_must_be_a_subsequence() -> None:
    """A sampled side may have missed states, and may have seen none that the other has not."""
    assert is_subsequence(("new", "running"), ("new", "pending", "running"))
    assert not is_subsequence(("running", "new"), ("new", "pending", "running"))
    assert not is_subsequence(("rejected",), ("new", "pending", "running"))


def test_generated_sequences_are_the_same_in_every_run() -> None:
    """The grammar must give the same sequences again, all different, at least twenty."""
    first = generated()
    assert first == generated()
    assert len({repr(sequence.steps) for sequence in first}) == HOW_MANY >= 20


def test_hand_written_sequences_have_names_of_their_own() -> None:
    """There must be at least twenty of them, and no two of a name."""
    names = [sequence.name for sequence in (*ONE_NODE, *THREE_NODES)]
    assert len(names) == len(set(names)) >= 20


@pytest.mark.parametrize("sequence", [*ONE_NODE[:6], *ONE_NODE[-6:], *THREE_NODES], ids=lambda sequence: sequence.name)
def test_a_sequence_is_printed_as_code(sequence: Sequence) -> None:
    """What a failure prints must make the same sequence when it is pasted."""
    from tests.differential import steps

    assert eval(sequence.as_code(), vars(steps)) == replace(sequence, quick=False)


def test_a_failure_shrinks_to_what_makes_it_fail() -> None:
    """Of a sequence that fails because of one step, that step must remain, without the settings that do not matter."""
    bad = Change("web", {"image": "crashes:1", "env": "one"})
    sequence = Sequence("long", (Create("web", {"replicas": 2}), Scale("web", 3), bad, Force("web")))

    def run(candidates: Iterable[Sequence]) -> list[Outcome]:
        return [_judged(candidate) for candidate in candidates]

    left = shrunk(_judged(sequence), run, rounds=10).sequence
    assert left.steps == (Change("web", {"image": "crashes:1"}),)


def test_shrinking_is_bounded() -> None:
    """However much could be left out, no more than the given rounds may be played."""
    rounds = 0

    def run(candidates: Iterable[Sequence]) -> list[Outcome]:
        nonlocal rounds
        rounds += 1
        return [_failing(candidate) for candidate in candidates]

    shrunk(_failing(Sequence("long", tuple(Force("web") for _ in range(20)))), run, rounds=3)
    assert rounds == 3


def test_every_candidate_says_less() -> None:
    """A candidate for shrinking must be shorter than what it comes from, so that shrinking ends."""
    sequence = ONE_NODE[0]
    assert all(len(candidate.as_code()) < len(sequence.as_code()) for candidate in without_one(sequence))


def _judged(sequence: Sequence) -> Outcome:
    fails = any(isinstance(step, Change) and step.settings.get("image") == "crashes:1" for step in sequence.steps)
    return _failing(sequence) if fails else Outcome(sequence, (), 1, 0, 0)


def _failing(sequence: Sequence) -> Outcome:
    return Outcome(sequence, tuple(differences(_COURSE, replace(_COURSE, answers=()))), 1, 0, 0)
