"""Kept states, read back: what they say, and what is planned towards one of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from coopnb.model.finding import Finding
from coopnb.model.image import ImageSeen
from coopnb.model.kept import KeptState
from coopnb.model.plan import Plan, Remove, UpdateLabels, UpdateService
from coopnb.model.snapshot import ConfigSeen, Snapshot
from coopnb.model.stack import Stack
from coopnb.plan.compare import compare
from coopnb.plan.images import tagged
from coopnb.plan.undo import states


def kept_states(snapshot: Snapshot) -> tuple[KeptState, ...]:
    """The states the swarm keeps of an app, newest first; one that cannot be read says so."""
    there = tuple(_read(config, snapshot.stack) for config in reversed(states(snapshot)))
    left = {_left(state) for state in there}
    return tuple(replace(state, ran=state.name in left) for state in there)


def _left(state: KeptState) -> str | None:
    """The state that ran when this one was planned, as this one tells it; blank or None if none did."""
    return str(state.content["found"]) if "found" in state.content else state.previous


def state_before(states: Sequence[KeptState]) -> KeptState | None:
    """The newest state that was seen to run, does not run now, and can be gone back to."""
    return next((state for state in states if state.ran and not state.runs and not state.trouble), None)


def images_of(state: KeptState) -> dict[str, ImageSeen]:
    """What the registries said when the state was applied: going back asks them nothing."""
    told = state.content.get("platforms") or {}
    return {
        reference: ImageSeen(reference, digest, platforms=tuple(told.get(reference) or ()))
        for reference, digest in state.images.items()
    }


def without_lost_secrets(stack: Stack, snapshot: Snapshot) -> Stack:
    """The stack of a kept state, blocked where a secret is gone: a value made anew would not be the app's.

    Docker never gives a secret's value back, so nothing could bring the old one.
    """
    there = {secret.name for secret in snapshot.secrets}
    lost = [secret for secret in stack.secrets if secret.name not in there]
    findings = tuple(
        Finding(
            "error",
            "secret-gone",
            f"the secret {secret.name} that this state needs is not in the swarm any more",
            secret.origin,
            ("secrets", secret.key),
            "No value is made up: the app's data may need the old one. If you have it: docker secret create "
            f"{secret.name} -, with the value on its standard input; then plan again.",
        )
        for secret in lost
    )
    kept = tuple(replace(secret, length=None, data=None) for secret in stack.secrets if secret not in lost)
    return replace(stack, secrets=kept, findings=(*stack.findings, *findings))


def runs(plan: Plan) -> bool:
    """Whether a plan towards a state finds its services as they are, but for the number of tasks, and all labels."""
    if not any(service.name in _there(plan) for service in plan.stack.services):
        return False
    if any(isinstance(item, UpdateLabels) for item in plan.operations):
        return False
    return all(
        isinstance(item, UpdateService) and all(change.field == "replicas" for change in item.changes)
        for item in plan.operations
        if item.kind == "service" and not isinstance(item, Remove)
    )


def towards(
    state: KeptState, stack: Stack, snapshot: Snapshot, *, prune: bool = False, found: str | None = None
) -> Plan:
    """Plan towards the stack of a kept state, with the images it was pinned to; ``found`` as ``keep_state`` has it."""
    safe = without_lost_secrets(replace(stack, findings=(*stack.findings, *_unpinned(state, stack))), snapshot)
    return compare(safe, snapshot, images_of(state), prune=prune, found=found)


def _unpinned(state: KeptState, stack: Stack) -> list[Finding]:
    """The images that no registry told a digest of when the state was applied."""
    return [
        Finding(
            "warning",
            "state-without-digest",
            f"the state has no digest of {service.image}: it is whatever the tag means by now",
            service.origins.get("image"),
            ("services", service.key, "image"),
        )
        for service in stack.services
        if "@" not in service.image and tagged(service.image) not in state.images
    ]


def _there(plan: Plan) -> set[str]:
    return {rest.name for rest in plan.rests_on if rest.kind == "service"}


def _read(config: ConfigSeen, stack: str) -> KeptState:
    try:
        content = json.loads(config.data)
        return _state(config, stack, content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return KeptState(
            name=config.name,
            app="",
            stack=stack,
            recipe="",
            version=config.labels.get("coopnb.version", ""),
            commit="",
            images={},
            previous=None,
            created_at=config.created_at,
            trouble="its content is not what coopnb writes",
        )


def _state(config: ConfigSeen, stack: str, content: Mapping[str, Any]) -> KeptState:
    previous = content.get("previous")
    if content["stack"] != stack or not _whole(content):
        raise ValueError("not a state of this app")
    return KeptState(
        name=config.name,
        app=str(content["app"]),
        stack=stack,
        recipe=str(content["recipe"]),
        version=str(content["version"]),
        commit=str(content["commit"]),
        images={str(reference): str(digest) for reference, digest in content["images"].items()},
        previous=None if previous is None else str(previous),
        created_at=config.created_at,
        trouble=_trouble(content),
        content=content,
    )


def _whole(content: Mapping[str, Any]) -> bool:
    """Whether everything that is read later has the shape it must have: anybody can write such a config."""
    mappings = [content["files"], content["settings"], content.get("platforms") or {}]
    if (content["format"], content.get("additions", True)) in ((1, False), (2, True)):
        return False
    lists = [content["compose_files"], content["withheld"], content.get("secret_files") or []]
    return (
        isinstance(content.get("binds_from", ""), str)
        and all(isinstance(item, dict) for item in mappings)
        and all(isinstance(item, list) and all(isinstance(name, str) for name in item) for item in lists)
        and all(isinstance(value, str) for item in mappings[:2] for value in item.values())
        and all(isinstance(value, list) for value in mappings[2].values())
    )


def _trouble(content: Mapping[str, Any]) -> str:
    if content["format"] not in (1, 2):
        return f"it was written by another version of coopnb (format {content['format']})"
    if content.get("files_left_out"):
        return "its files were too large to be kept in the swarm"
    if binaries := content.get("files_not_text"):
        return f"files that are no text are not kept in the swarm: {', '.join(map(str, binaries))}"
    return ""
