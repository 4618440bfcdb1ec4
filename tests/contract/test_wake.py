"""Waiting for an event, on both kinds of swarm."""

from __future__ import annotations

import threading
import time
from uuid import uuid4

from coopnb.engine import Engine
from coopnb.engine.wake import Wake


def test_an_event_ends_the_wait(engine: Engine) -> None:
    """A service that is created must wake a watcher long before its timeout."""
    name = f"w{uuid4().hex[:8]}"
    body = {
        "Name": name,
        "TaskTemplate": {"ContainerSpec": {"Image": "busybox:1"}},
        "Mode": {"Replicated": {"Replicas": 0}},
    }
    with Wake(engine) as wake:
        began = time.monotonic()
        made = engine.create("service", body)
        wake.wait(30)
        waited = time.monotonic() - began
    engine.remove("service", made)

    assert waited < 15


def test_nothing_is_left_of_a_watcher(engine: Engine) -> None:
    """Leaving the context must end its thread at once, though the stream is silent."""
    began = time.monotonic()
    with Wake(engine):
        pass

    assert time.monotonic() - began < 4
    assert not [thread for thread in threading.enumerate() if thread.name == "coopnb-wake"]
