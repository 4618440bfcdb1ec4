"""Sequences made by hypothesis from a grammar of operations: the same ones in every run."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.differential.steps import (
    Availability,
    Change,
    Changes,
    Create,
    Force,
    MakeConfig,
    MakeSecret,
    Remove,
    RemoveConfig,
    RollBack,
    Scale,
    Sequence,
    Step,
)

HOW_MANY = 24
QUICK = 3
"""How many of them are short and run with every test run; the first ones are."""
EXAMPLES = 150
"""How many hypothesis makes, for these to be chosen from."""

_GOOD = ("stops:1", "stops:2", "stops:3")
_BAD = ("crashes:1", "nowhere:1", "ends:1", "crashes-late:1")
_SLOW = ("healthy:1", "unhealthy:1", "stubborn:1", "ends-late:1")


def generated(how_many: int = HOW_MANY) -> tuple[Sequence, ...]:
    """Sequences that the grammar gives, without repetition, short ones first."""
    found: dict[str, tuple[Step, ...]] = {}

    @settings(
        derandomize=True,
        database=None,
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(sequences())
    def collect(steps: tuple[Step, ...]) -> None:
        found[repr(steps)] = steps

    collect()
    # Hypothesis likes to vary what it has just made, and likes what is simple: of sequences that do the same things,
    # the first one is kept, and of what remains, an even choice, three quarters of it where something may fail.
    shapes: dict[str, tuple[Step, ...]] = {}
    for steps in found.values():
        if len(steps) > 2:
            shapes.setdefault(_shape(steps), steps)
    eventful = [steps for steps in shapes.values() if _is_eventful(steps)]
    plain = [steps for steps in shapes.values() if not _is_eventful(steps)]
    chosen = _even(eventful, how_many * 3 // 4) + _even(plain, how_many - how_many * 3 // 4)
    return tuple(
        Sequence(f"generated {at}", steps, quick=at <= QUICK) for at, steps in enumerate(sorted(chosen, key=_cost), 1)
    )


def _even(found: list[tuple[Step, ...]], how_many: int) -> list[tuple[Step, ...]]:
    return [found[at * len(found) // how_many] for at in range(how_many)]


def _is_eventful(steps: tuple[Step, ...]) -> bool:
    """Whether an image in it does something else than to run and to stop when it is told."""
    return any(getattr(step, "settings", {}).get("image") in (*_BAD, *_SLOW) for step in steps)


def _shape(steps: tuple[Step, ...]) -> str:
    """What a sequence does, without its numbers: the kinds of its steps, and which images and policies they name."""
    told = (sorted(getattr(step, "settings", {}).items()) for step in steps)
    words = [[value for _, value in pairs if isinstance(value, str)] for pairs in told]
    return repr([(type(step).__name__, *sorted(said)) for step, said in zip(steps, words, strict=True)])


def _cost(steps: tuple[Step, ...]) -> tuple[int, str]:
    return len(steps), repr(steps)


@st.composite
def sequences(draw: st.DrawFn) -> tuple[Step, ...]:
    """A service that is made, two to four operations on it, and sometimes a second one beside it or a node drained."""
    steps: list[Step] = [Create("web", draw(_creation()))]
    if draw(st.integers(0, 3)) == 0:
        steps.append(Create("other", draw(_creation())))
    for number in range(draw(st.integers(2, 4))):
        steps.extend(draw(_operation("web", f"number-{number}")))
    if draw(st.integers(0, 9)) == 0:
        steps.insert(draw(st.integers(1, len(steps))), Availability(1, draw(st.sampled_from(("drain", "pause")))))
        steps.append(Availability(1, "active"))
    if draw(st.integers(0, 3)) == 0:
        steps.append(Remove("web"))
        if draw(st.booleans()):
            steps.append(Create("web", draw(_creation())))
    return tuple(steps)


def _operation(service: str, name: str) -> st.SearchStrategy[tuple[Step, ...]]:
    """One thing done to a service; ``name`` is for what it makes on the way."""
    change: st.SearchStrategy[Step] = st.builds(Change, st.just(service), _changes())
    single = st.one_of(
        change,
        change,
        st.builds(Scale, st.just(service), st.integers(0, 3)),
        st.builds(Force, st.just(service)),
        st.builds(RollBack, st.just(service)),
    )
    rotated: tuple[tuple[Step, ...], ...] = (
        (MakeSecret(name), Change(service, {"secret": name})),
        (MakeConfig(name), Change(service, {"config": name, "image": "crashes:1"}), RemoveConfig(name)),
    )
    one = single.map(lambda step: (step,))
    return st.one_of(one, one, one, st.sampled_from(rotated))


@st.composite
def _creation(draw: st.DrawFn) -> Changes:
    chosen: Changes = {"image": draw(st.sampled_from((*_GOOD[:1] * 6, *_SLOW[:1], *_BAD[:1])))}
    policy = {
        "replicas": st.integers(1, 3),
        "on_failure": st.sampled_from(("pause", "continue", "rollback", "rollback")),
        "order": st.sampled_from(("stop-first", "stop-first", "start-first")),
        "parallelism": st.integers(0, 2),
        "delay": st.sampled_from((1.5, 2)),
        "ratio": st.sampled_from((0, 0, 0.4, 0.9)),
        "restart": st.sampled_from(("any", "any", "on-failure", "none")),
        "attempts": st.integers(1, 2),
    }
    for name in draw(st.lists(st.sampled_from(sorted(policy)), unique=True, min_size=2, max_size=5)):
        chosen[name] = draw(policy[name])
    if chosen["image"] in _SLOW[:1]:
        chosen["health"] = True
    return chosen


@st.composite
def _changes(draw: st.DrawFn) -> Changes:
    kind = draw(st.integers(0, 9))
    if kind <= 3:
        return {"image": draw(st.sampled_from(_GOOD))}
    if kind <= 6:
        return {"image": draw(st.sampled_from(_BAD))}
    if kind == 7:
        image = draw(st.sampled_from(_SLOW))
        return {"image": image, "health": "healthy" in image}
    if kind == 8:
        return {"env": draw(st.sampled_from(("one", "two"))), "replicas": draw(st.integers(1, 3))}
    return draw(
        st.sampled_from(
            (
                {"labels": "note"},
                {"on_failure": "rollback", "image": "stops:2"},
                {"order": "start-first", "image": "stops:3"},
                {"constraint": "node.role == manager"},
                {"replicas": 2, "image": "stops:2", "parallelism": 2},
                {"restart": "none", "image": "crashes:1"},
            )
        )
    )


def without_one(sequence: Sequence) -> tuple[Sequence, ...]:
    """Every sequence that is this one with a step less, or with a step that says less: what a failure shrinks to."""
    steps = sequence.steps
    shorter = [replace(sequence, steps=steps[:at] + steps[at + 1 :]) for at in range(len(steps))]
    plainer = [
        replace(sequence, steps=(*steps[:at], replace(step, settings=fewer), *steps[at + 1 :]))
        for at, step in enumerate(steps)
        if isinstance(step, (Create, Change))
        for fewer in ({name: value for name, value in step.settings.items() if name != left} for left in step.settings)
    ]
    return tuple(candidate for candidate in (*shorter, *plainer) if candidate.steps)
