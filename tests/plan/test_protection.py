"""What a plan says of updates that go wrong."""

from __future__ import annotations

from typing import Any

import pytest

from coopnb.model.finding import Finding
from coopnb.plan import compare
from coopnb.plan.protection import protection
from tests.nouns import container, running, seen, spec, stack, wanted

HEALTH = {"Test": ["CMD", "true"]}


def said(update: dict[str, Any] | None, health: dict[str, Any] | None) -> Finding:
    """The word for a service whose image changes, with this update configuration and this health check."""
    changes: dict[str, Any] = {"Healthcheck": health} if health else {}
    after = container(spec("nginx:2", **({"UpdateConfig": update} if update else {})), **changes)
    [finding] = protection(compare(stack(wanted(after)), seen(running(spec("nginx:1"))), {}))
    return finding


def test_a_protected_service_is_a_note() -> None:
    """Start-first, automatic rollback and a health check together must be said to keep the app up."""
    finding = said({"Order": "start-first", "FailureAction": "rollback"}, HEALTH)
    assert (finding.severity, finding.rule) == ("note", "update-is-protected")


@pytest.mark.parametrize(
    ("update", "health", "parts"),
    [
        (None, HEALTH, ["not start-first", "no automatic rollback (pause)"]),
        ({"Order": "start-first", "FailureAction": "rollback"}, None, ["without a healthcheck"]),
        ({"Order": "start-first", "FailureAction": "continue"}, HEALTH, ["(continue): an update that fails goes on"]),
        ({"Order": "stop-first", "FailureAction": "rollback"}, HEALTH, ["nobody is served"]),
    ],
)
def test_what_is_missing_is_a_warning_in_the_users_terms(
    update: dict[str, Any] | None, health: dict[str, Any] | None, parts: list[str]
) -> None:
    """Each part that the recipe does not declare must be named with what it means."""
    finding = said(update, health)
    assert finding.severity == "warning"
    for part in parts:
        assert part in finding.text


def test_a_service_that_is_not_restarted_is_not_spoken_of() -> None:
    """A change of labels replaces no task, so nothing can go wrong that a rollback would mend."""
    after = spec(Labels={**spec()["Labels"], "a": "b"})
    assert protection(compare(stack(wanted(after)), seen(running(spec())), {})) == ()
