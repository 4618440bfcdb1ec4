"""A recipe that docker reads otherwise than it is meant: blocked, then accepted by name and with a reason."""

from __future__ import annotations

import pytest

from tests.runbook.places import Place, assert_nothing_done, assert_told, record_text

pytestmark = pytest.mark.timeout(600)

COMPOSE = "services:\n  app:\n    image: nginx:1.28.0\n    restart: 'no'\n"
REASON = "the job may run again"


def test_an_error_is_accepted_by_its_name_and_kept_with_the_reason(place: Place) -> None:
    """A run must stop and say what accepts it, then wait for an approval of just that, then do it and keep both."""
    place.plant("job", {"compose.yml": COMPOSE})
    job = {"recipe": "job", "domain": "job.example.org"}
    accepting = {**job, "accept": "restart-no-restarts"}

    stopped = place.deploy(**job)
    assert_told(stopped, 2, "PlanBlocked", "compose.yml:4", "accept it, with a reason: accept=restart-no-restarts")
    assert_nothing_done(stopped)

    waiting = place.deploy(**accepting)
    assert_told(waiting, 3, "NotApproved", "approve=")

    done = place.deploy(**accepting, approve=waiting.digest, reason=REASON)
    assert done.status == 0, done.out + done.err
    assert done.facts("planned")["accepted"] == "restart-no-restarts"
    approved = done.facts("approved")
    assert (approved["accepted"], approved["reason"]) == ("restart-no-restarts", REASON)
    assert "accepted: restart-no-restarts" in record_text(done)
