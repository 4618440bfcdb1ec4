"""From what was filled in to a decision that can be planned."""

from __future__ import annotations

from collections.abc import Mapping

from coopnb.errors import InputError, NotChosen
from coopnb.model.incident import REMEDIES, Decision, Gathered, Lead, Remedy
from coopnb.plan.kept import state_before

DECISION = ("remedy", "service", "state", "replicas")
PREVIOUS = "previous"
"""Stands for the newest state that ran, does not run now, and can be gone back to."""


def decision_of(answers: Mapping[str, str], found: Gathered, suggested: Lead, by: str) -> Decision:
    """Read the answers.

    Raises:
        NotChosen: no remedy, or not what it needs.
        InputError: there is no such remedy, or not that number of tasks, or nothing to go back to.
    """
    remedy = _remedy(answers["remedy"], suggested)
    if missing := [name for name in _NEEDS[remedy] if not answers[name]]:
        raise NotChosen.of(
            missing,
            f"{remedy} needs: {', '.join(missing)}; nothing was done",
            hint="Fill it in above and run this cell again.",
        )
    if remedy == "roll back":
        return Decision(remedy, answers["reason"], by, state=_state(answers["state"], found))
    if remedy == "scale":
        return Decision(remedy, answers["reason"], by, replicas={answers["service"]: _number(answers["replicas"])})
    services = (answers["service"],) if remedy == "restart" and answers["service"] else ()
    return Decision(remedy, answers["reason"], by, services=services)


_NEEDS: Mapping[Remedy, tuple[str, ...]] = {
    "restart": (),
    "roll back": ("state",),
    "scale": ("service", "replicas"),
    "none": (),
}


def _remedy(chosen: str, suggested: Lead) -> Remedy:
    remedy = next((each for each in REMEDIES if each == chosen.replace("-", " ")), None)
    if remedy is not None:
        return remedy
    hint = (
        f"The rules suggest: {suggested.remedy}. Choose above and run this cell again.\n"
        "Headless: -p remedy=restart, roll-back, scale or none"
    )
    if not chosen:
        error = NotChosen("no remedy was chosen yet; nothing was done", hint=hint)
        error.lacking = ("remedy",)
        raise error
    raise InputError(f"there is no remedy {chosen[:40]}; nothing was done", hint=hint)


def _state(chosen: str, found: Gathered) -> str:
    if chosen != PREVIOUS:
        return chosen
    state = state_before(found.states)
    if state is None:
        raise InputError(
            f"no other state of {found.app} is kept that ran and can be gone back to; nothing was done",
            where=f"server {found.snapshot.server.name}, stack {found.snapshot.stack}",
            hint="Deploy the version you want: deploy-app",
        )
    return state.name


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6:
        return int(text)
    raise InputError(
        f"{text[:40]} is no number of tasks; nothing was done",
        where="the parameter replicas",
        hint="A whole number, as in 2.",
    )
