"""The stories of the garden: what is done to services, and what is waited for; tests look at what came of it."""

from __future__ import annotations

from tests.contract.garden import Script
from tests.contract.stories import containers, placement, restarts, rollouts, writes

STORIES: tuple[Script, ...] = (
    *containers.STORIES,
    *restarts.STORIES,
    *placement.STORIES,
    *rollouts.STORIES,
    *writes.STORIES,
)
"""All of them; a story's name is that of its service."""
