"""The faults there are: their names, what they hit, what they are set with, and what undoes them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

NODE = "node"
REGISTRY = "registry"
IMAGE = "image"
RUNNING = "service, task or container"
SERVICE = "service or task"
NOTHING = "nothing"


class FaultError(ValueError):
    """A fault that cannot happen.

    Attributes:
        what: what is wrong.
        known: the names that would have been right.
        hint: what to do.
    """

    def __init__(self, what: str, known: Iterable[str] = (), hint: str = "") -> None:
        self.what = what
        self.known = tuple(known)
        self.hint = hint
        known_text = f"known are {', '.join(self.known)}" if self.known else ""
        super().__init__("; ".join(part for part in (what, hint, known_text) if part))


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that a fault can be given, between two bounds."""

    name: str
    default: float
    least: float
    most: float
    summary: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can go wrong, or its end; ``optional`` when it may be given without a target."""

    name: str
    target: str
    summary: str
    inverse: str = ""
    settings: tuple[Setting, ...] = ()
    optional: bool = False


FAULTS = (
    Fault("node-down", NODE, "its machine stops at once; all that runs on it is dead", "node-up"),
    Fault("node-up", NODE, "its machine boots again; its containers are found dead", "node-down"),
    Fault("manager-down", NOTHING, "the machine of the manager stops; nobody orchestrates", "manager-up"),
    Fault("manager-up", NOTHING, "the manager is back; agents register anew, and it catches up", "manager-down"),
    Fault("partition", NODE, "its network is cut off; its containers live on, unseen", "heal"),
    Fault("heal", NODE, "its network is whole again", "partition"),
    Fault("disk-full", NODE, "its disk is full: no pulls, no new containers, no more log lines", "disk-free"),
    Fault("disk-free", NODE, "its disk has room again", "disk-full"),
    Fault(
        "registry-down",
        REGISTRY,
        "it refuses connections (without a target: all of them)",
        "registry-up",
        optional=True,
    ),
    Fault("registry-up", REGISTRY, "it answers again", "registry-down", optional=True),
    Fault("image-withdrawn", IMAGE, "no registry has it any more; nodes keep what they pulled", "image-restored"),
    Fault("image-restored", IMAGE, "registries have it again", "image-withdrawn"),
    Fault("kill", RUNNING, "its containers are killed (137), once"),
    Fault("out-of-memory", RUNNING, "its containers are killed for want of memory (137), once"),
    Fault(
        "crash-loop",
        SERVICE,
        "its containers crash some seconds after their start, again and again",
        "crash-loop-end",
        (
            Setting("after", 2.0, 0.0, 3600.0, "seconds from a start to the crash"),
            Setting("exit_code", 1, 1, 255, "the exit code"),
        ),
    ),
    Fault("crash-loop-end", SERVICE, "its containers run on from here", "crash-loop"),
    Fault("unhealthy", SERVICE, "the probes of its healthcheck fail", "healthy"),
    Fault("healthy", SERVICE, "the probes of its healthcheck pass again, if its image lets them", "unhealthy"),
    Fault(
        "slow-link",
        NODE,
        "its network is slow: pulls, orders, reports, and on the manager each answer",
        "fast-link",
        (
            Setting("latency", 0.5, 0.001, 10.0, "seconds that a message takes"),
            Setting("factor", 10.0, 1.0, 1000.0, "how many times longer a pull takes"),
        ),
    ),
    Fault("fast-link", NODE, "its network is as fast as before", "slow-link"),
)
"""Every fault; one without an inverse happens once."""

_BY_NAME = {fault.name: fault for fault in FAULTS}


def fault_named(name: str) -> Fault:
    """The fault of a name.

    Raises:
        FaultError: there is none; says which is nearest.
    """
    found = _BY_NAME.get(name)
    if found is None:
        raise FaultError(f"there is no fault '{name}'", _BY_NAME, nearest(name, _BY_NAME))
    return found


def read_settings(fault: Fault, given: dict[str, Any]) -> dict[str, float]:
    """The settings of a fault, those that were not given with their defaults.

    Raises:
        FaultError: a setting that the fault does not have, or a value out of bounds.
    """
    known = {setting.name: setting for setting in fault.settings}
    for name, value in given.items():
        if name not in known:
            hint = nearest(name, known) if known else f"{fault.name} has no settings"
            raise FaultError(f"{fault.name} has no setting '{name}'", known, hint)
        least, most = known[name].least, known[name].most
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            raise FaultError(f"{fault.name}: {name} must be a number from {least:g} to {most:g}")
    return {name: given.get(name, setting.default) for name, setting in known.items()}


def check_fault(name: str, target: str, settings: dict[str, Any], hostnames: Iterable[str]) -> Fault:
    """The fault of a name, after a look at what it is given; whether a service is there is seen when it happens.

    Raises:
        FaultError: no such fault, setting or node, or a target too many or too few.
    """
    fault = fault_named(name)
    read_settings(fault, settings)
    if fault.target == NOTHING and target:
        raise FaultError(f"{name} takes no target")
    if fault.target != NOTHING and not target and not fault.optional:
        raise FaultError(f"{name} needs a target: a {fault.target}")
    hostnames = tuple(hostnames)
    if fault.target == NODE and target not in hostnames:
        raise FaultError(f"there is no node '{target}'", hostnames, nearest(target, hostnames))
    return fault


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean ...?``, or nothing when no name is near."""
    near = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean '{near[0]}'?" if near else ""
