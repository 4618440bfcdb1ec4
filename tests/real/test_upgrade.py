"""Upgrades of an app that somebody asks without pause: a good one, and one that is rolled back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.site import BROKEN, SERVER, Site
from tests.testbed.asking import Asked, asking

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]


DOMAIN = "page.example.org"


def test_nobody_who_asks_notices_what_is_done(coop: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No request may fail while hello is upgraded, fails to upgrade, gets more tasks, and goes back to where it was."""
    workspace = coop.workspace(tmp_path / "ana", "hello")
    app = {"domain": DOMAIN}
    seen: dict[str, Asked] = {}
    with coop.app(DOMAIN) as stack:
        service = f"{stack}_app"
        first = coop.run(workspace, "deploy-app", "a start", recipe="hello", version="1.0.0+1.26.3", **app)
        assert first.status == 0, first.out + first.err
        assert coop.services(stack) == {service: ("1/1", "nginx:1.26.3")}

        with asking(coop.manager, service, DOMAIN) as seen["an upgrade"]:
            done = coop.run(workspace, "upgrade-app", "security fixes", version="1.1.0+1.28.0", **app)
        assert done.status == 0, done.out + done.err
        assert coop.services(stack) == {service: ("1/1", "nginx:1.28.0")}

        with asking(coop.manager, service, DOMAIN) as seen["one that was rolled back"]:
            failed = coop.run(workspace, "upgrade-app", "the newest", version=BROKEN, **app)
        assert failed.status == 1, failed.out + failed.err
        assert failed.facts("outcome")["outcome"] == "rolled back"
        settings = workspace / "servers" / SERVER / f"{DOMAIN}.env"
        assert "TYPE=hello:1.1.0+1.28.0" in settings.read_text(encoding="utf-8")

        with asking(coop.manager, service, DOMAIN) as seen["more tasks"]:
            scaled = coop.run(workspace, "scale-app", "the fair is on", replicas="app=3", **app)
        assert scaled.status == 0, scaled.out + scaled.err
        assert coop.services(stack) == {service: ("3/3", "nginx:1.28.0")}

        # another admin, whose machine has nothing of the app
        other = coop.workspace(tmp_path / "ben")
        state = first.facts("applying")["new_state"]
        with asking(coop.manager, service, DOMAIN) as seen["the way back"]:
            back = coop.run(other, "roll-back-app", "the page looks odd", state=state, **app)
        assert back.status == 0, back.out + back.err
        assert coop.services(stack) == {service: ("1/1", "nginx:1.26.3")}

    with capsys.disabled():
        print("".join(f"\nasked through {what}: {asked}" for what, asked in seen.items()))
    assert [line for asked in seen.values() for line in asked.failed] == []
    assert all(asked.all > 200 for asked in seen.values())
    assert len(seen["an upgrade"].by) == 2, "the new version's task must have answered too"
    assert len(seen["more tasks"].by) == 3
