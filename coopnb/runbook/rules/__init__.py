"""The rules: each looks at one service, or at the whole app, and answers with a lead or with nothing.

A lead is a sentence with its evidence and the remedy it suggests. Nothing here asks anybody anything.
"""

from __future__ import annotations

from collections.abc import Callable

from coopnb.model.incident import Gathered, Lead
from coopnb.model.snapshot import ServiceSeen
from coopnb.runbook.rules.app import node_down, not_deployed
from coopnb.runbook.rules.tasks import crashes, image_missing, killed, missing, unhealthy
from coopnb.runbook.rules.written import leans_on_others, no_suitable_node, rolled_back, scaled_to_zero, update_paused

AppRule = Callable[[Gathered], Lead | None]
ServiceRule = Callable[[Gathered, ServiceSeen], Lead | None]

APP_RULES: tuple[AppRule, ...] = (not_deployed, node_down)
CAUSES: tuple[ServiceRule, ...] = (
    scaled_to_zero,
    update_paused,
    rolled_back,
    image_missing,
    no_suitable_node,
    unhealthy,
    killed,
    crashes,
    leans_on_others,
)
SYMPTOMS: tuple[ServiceRule, ...] = (missing,)
"""Told of a service only where no cause is."""
