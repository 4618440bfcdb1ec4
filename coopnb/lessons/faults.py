"""What somebody may have done to an app by hand, and what is told of it to whoever finds out.

A fault is a change of one service's spec, as ``docker service update`` makes it, so that it is found by reading the
swarm's state and mended by the same means as in life: a plan, an approval, an apply.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        told: what it was, told at the end; ``{service}`` stands for the service.
        hint: the last hint, which is nearly the answer.
        found: how the runbooks' own means show it, told to whoever gives up.
        put: changes a spec in place.
    """

    told: str
    hint: str
    found: str
    put: Callable[[Spec], None]


def drawn(seed: int, services: Sequence[str]) -> tuple[str, Fault]:
    """Which service is hit, and by what; the same seed draws the same."""
    dice = random.Random(seed)
    return dice.choice(sorted(services)), dice.choice(FAULTS)


def hints(service: str, fault: Fault) -> tuple[str, ...]:
    """From the method to nearly the answer."""
    return (
        "Look first: drill.look() shows every service, its tasks, and what each task says of itself.",
        f"The service to look at is {service}. A plan compares what it was told with what the app's files say.",
        fault.hint,
    )


def broken(spec: Mapping[str, Any], fault: Fault) -> Spec:
    """A spec with a fault in it; swarm stops the old task first, and does not go back by itself."""
    changed: Spec = copy.deepcopy(dict(spec))
    changed["UpdateConfig"] = {**(changed.get("UpdateConfig") or {}), "Order": "stop-first", "FailureAction": "pause"}
    fault.put(changed)
    return changed


def _no_replicas(spec: Spec) -> None:
    spec["Mode"] = {"Replicated": {"Replicas": 0}}


def _other_image(spec: Spec) -> None:
    spec["TaskTemplate"]["ContainerSpec"]["Image"] = "example.org/missing/image:1.0"


def _nowhere(spec: Spec) -> None:
    spec["TaskTemplate"]["Placement"] = {"Constraints": ["node.labels.disk == ssd"]}


def _too_large(spec: Spec) -> None:
    spec["TaskTemplate"]["Resources"] = {"Reservations": {"MemoryBytes": 64 << 30}}


def _never_healthy(spec: Spec) -> None:
    probe = {"Test": ["CMD", "false"], "Interval": 2_000_000_000, "Retries": 2, "Timeout": 1_000_000_000}
    spec["TaskTemplate"]["ContainerSpec"]["Healthcheck"] = probe


FAULTS = (
    Fault(
        "{service} was told to run no task at all",
        "How many tasks of it are wanted? None.",
        "drill.look() shows “0 of 0 running”; app-is-down points to “scaled to 0”; a plan shows “0 -> 1”",
        _no_replicas,
    ),
    Fault(
        "{service} was given an image that no registry has",
        "What does its task say of its image?",
        "app-is-down gathers its task's own words, “No such image”; a plan shows “example.org/missing/image:1.0 ->”",
        _other_image,
    ),
    Fault(
        "{service} may only run on nodes with a label that no node has",
        "Why does no node suit it?",
        "drill.look() shows “scheduling constraints not satisfied”; a plan shows “node.labels.disk == ssd”",
        _nowhere,
    ),
    Fault(
        "{service} reserves more memory than any node has",
        "Which node has 64 GiB of memory?",
        "drill.look() shows “insufficient resources”; a plan shows “reservations memory bytes 65536 MiB”",
        _too_large,
    ),
    Fault(
        "{service} was given a health check that never passes",
        "What does its health check run?",
        "app-is-down says that the update “failed and stands still”; a plan shows both commands of “healthcheck”",
        _never_healthy,
    ),
)
