"""What an update does to those who use the service, by swarmkit's rules."""

from __future__ import annotations

from typing import Any

import pytest

from coopnb.plan.canonical import canonical
from coopnb.plan.restart import interruption
from tests.nouns import container, spec

HEALTH = {"Test": ["CMD", "true"], "Interval": 5_000_000_000}


def judged(before: dict[str, Any], after: dict[str, Any]) -> tuple[bool, bool]:
    """(restarts, interrupts)."""
    effect = interruption(canonical(before, {}), canonical(after, {}))
    return effect.restarts, effect.interrupts


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (spec(Labels={"a": "b"}), (False, False)),
        (spec(UpdateConfig={"Parallelism": 2}), (False, False)),
        (spec(Mode={"Replicated": {"Replicas": 3}}), (False, False)),
        (spec(Mode={"Replicated": {"Replicas": 0}}), (False, True)),
        (spec("nginx:1.28.0"), (True, True)),
        (spec(EndpointSpec={"Mode": "dnsrr"}), (True, True)),
        (spec("nginx:1.28.0", UpdateConfig={"Parallelism": 1, "Order": "start-first"}), (True, True)),
        (
            container(spec(UpdateConfig={"Parallelism": 1, "Order": "start-first"}), Healthcheck=HEALTH),
            (True, False),
        ),
        (spec("nginx:1.28.0", Mode={"Replicated": {"Replicas": 3}}), (True, False)),
        (spec("nginx:1.28.0", Mode={"Replicated": {"Replicas": 3}}, UpdateConfig={"Parallelism": 0}), (True, True)),
        (spec("nginx:1.28.0", Mode={"Replicated": {"Replicas": 0}}), (True, False)),
    ],
)
def test_interruption(after: dict[str, Any], expected: tuple[bool, bool]) -> None:
    """Only a task or endpoint that differs restarts, and only some restarts are noticed."""
    assert judged(spec(), after) == expected
