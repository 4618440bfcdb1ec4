"""Servers over ssh."""

from __future__ import annotations

import docker

from coopnb.errors import ConnectFailed


def open_ssh(url: str, timeout: int) -> docker.APIClient:
    """Refuse: servers over ssh are not reached yet."""
    raise ConnectFailed("servers over ssh are not reached yet", where=f"server {url}")
