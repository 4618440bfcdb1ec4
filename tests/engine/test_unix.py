"""A unix socket behind which nobody answers any more."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

import coopnb as co
from coopnb.errors import ConnectFailed


def open_sockets() -> int:
    """How many sockets this process has open."""
    return sum(each.is_symlink() and "socket:" in str(each.readlink()) for each in Path("/proc/self/fd").iterdir())


def test_what_cannot_be_connected_is_closed() -> None:
    """Each failed request must leave no socket open, without waiting for the garbage collector."""
    with co.practice_swarm() as server:
        server.snapshot("choir")
        server.practice.fault("node-down", "node1")
        gc.disable()
        try:
            with pytest.raises(ConnectFailed):
                server.snapshot("choir")
            before = open_sockets()
            for _ in range(3):
                with pytest.raises(ConnectFailed):
                    server.snapshot("choir")
            assert open_sockets() == before
        finally:
            gc.enable()
