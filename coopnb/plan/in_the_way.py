"""What stands in the way of a plan on this server, as findings: what is missing, cannot be changed, or is forgotten."""

from __future__ import annotations

from typing import Literal

from coopnb.model.finding import Finding
from coopnb.model.stack import StackConfig, StackNetwork, StackSecret, StackService
from coopnb.plan.older_engines import Forgotten


def missing(
    kind: Literal["network", "secret", "config"], wanted: StackNetwork | StackSecret | StackConfig, command: str
) -> Finding:
    """An external object that is not there.

    Args:
        command: what makes one, without its name.
    """
    text = f"the {kind} {wanted.name} is external and not there"
    hint = f"Make it on the server: {command} {wanted.name}"
    return Finding("error", f"{kind}-missing", text, wanted.origin, hint=hint)


def content_changed(config: StackConfig) -> Finding:
    """A config whose file has other content than the one that is there."""
    text = f"the config {config.name} is there with other content, and swarm never changes a config's content"
    settings = [setting for setting in config.origin.settings if setting.endswith("_VERSION")]
    hint = f"Raise {settings[0]} so that it gets a new name." if settings else "Give it a new, versioned name."
    return Finding("error", "config-changed", text, config.origin, ("configs", config.key), hint)


def engine_forgets(service: StackService, lost: Forgotten, engine: str) -> Finding:
    """A field that this server's engine is too old to keep."""
    text = f"this server's engine, {engine}, forgets {lost.key} of {service.key}: {lost.engine} is the first to keep it"
    return Finding("warning", "engine-forgets", text, service.origins.get(lost.field), ("services", service.key))
