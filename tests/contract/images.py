"""Images that do one thing each, under the same names on both kinds of swarm: the practice ones are in world.yaml."""

from __future__ import annotations

import json

from tests.testbed.engine import RealEngine
from tests.testbed.images import BUSYBOX, archive

WAIT = "sleep 1000 & wait"
CHECK = ["CMD", "test", "-e", "/tmp/ok"]
"""The healthcheck that the suite's services have: it passes when the image has made that file."""

SCRIPTS = {
    "t/well:1": f"trap 'exit 0' TERM; touch /tmp/ok; echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three; {WAIT}",
    "t/well:2": f"trap 'exit 0' TERM; touch /tmp/ok; echo four; {WAIT}",
    "t/late:1": f"trap 'exit 0' TERM; sleep 1.5; touch /tmp/ok; {WAIT}",
    "t/sick:1": WAIT,
    "t/stubborn:1": WAIT,
    "t/code:1": f"trap 'exit 7' TERM; {WAIT}",
    "t/crash:1": "sleep 0.3; exit 3",
    "t/crash:2": "sleep 0.3; exit 4",
    "t/brief:1": "sleep 2; exit 5",
    "t/done:1": "echo done; sleep 0.3",
    "t/greedy:1": "sleep 0.5; tail /dev/zero",
}


def load(engine: RealEngine) -> None:
    """Bring the suite's images into a real engine; those that are there stay as they are."""
    wanted = [name for name in SCRIPTS if engine.docker("image", "inspect", name, check=False).returncode]
    for name in wanted:
        change = "ENTRYPOINT " + json.dumps(["/bin/sh", "-c", SCRIPTS[name]])
        engine.docker("import", "--change", change, archive(BUSYBOX), name)
