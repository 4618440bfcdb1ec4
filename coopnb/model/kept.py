"""A kept state: what was applied to an app once, as the swarm itself remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class KeptState:
    """One state that an app can be brought back to, whoever deployed it.

    Attributes:
        name: of the config object in the swarm (``coopnb_wiki_example_org_9c1e0f22``).
        app: the app's domain. recipe, version, commit: what was deployed.
        images: reference -> digest it was pinned to.
        previous: the name of the state before it.
        created_at: when it was kept, by the engine's clock.
        runs: whether the services are as this state has them, the number of tasks left aside.
        ran: whether it was seen to run: it does now, or the change after it was planned while it did. One that was
            applied in part, or that swarm rolled back, was not.
        trouble: why it cannot be gone back to; empty if it can.
        content: the whole, as JSON; no secret is in it.
    """

    name: str
    app: str
    stack: str
    recipe: str
    version: str
    commit: str
    images: Mapping[str, str]
    previous: str | None
    created_at: datetime
    runs: bool = False
    ran: bool = False
    trouble: str = ""
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
