"""What was applied is kept in the swarm itself, so that any admin can see it and undo it.

Every state is a config object outside the stack's namespace. Its content names the state before it, so
the last few form a chain like commits do, its name is a hash of its content, and nothing in it is a
time or a person: the same change makes the same state, whoever makes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from coopnb.model.finding import Finding
from coopnb.model.image import ImageSeen
from coopnb.model.plan import CreateConfig, Remove
from coopnb.model.snapshot import ConfigSeen, Snapshot
from coopnb.model.stack import Stack

KEPT_STATES = 5
STATE_LABEL = "coopnb.state"
CONFIG_LIMIT = 1_000_000
"""swarmkit takes configs of up to 1,024,000 bytes (api/validation/secrets.go); some room is left."""
_LONGEST_NAME = 48
"""Of a stack, in the name of a state: that of a config has up to 64 characters."""


def state_prefix(stack: str) -> str:
    """What the names of a stack's states begin with; another stack's may, too, and the label tells them apart.

    >>> state_prefix("wiki_example_org")
    'coopnb_wiki_example_org_'
    """
    return f"coopnb_{stack[:_LONGEST_NAME]}_"


def states(snapshot: Snapshot) -> tuple[ConfigSeen, ...]:
    """The kept states of the app, oldest first."""
    kept = (config for config in snapshot.configs if config.labels.get(STATE_LABEL) == snapshot.stack)
    return tuple(sorted(kept, key=lambda config: (config.created_at, config.index)))


def keep_state(
    stack: Stack, images: Mapping[str, ImageSeen], kept: tuple[ConfigSeen, ...], found: str | None = None
) -> CreateConfig:
    """The operation that keeps what a plan applies.

    Args:
        found: the state that runs when it is planned, where that is not the one kept last; blank if it is none of them.
    """
    content: dict[str, Any] = {
        **stack.state,
        "images": {reference: image.digest for reference, image in sorted(images.items()) if image.digest},
        "platforms": {
            reference: [dict(platform) for platform in image.platforms]
            for reference, image in sorted(images.items())
            if image.digest and image.platforms
        },
        "previous": kept[-1].name if kept else None,
    }
    if found is not None:
        content["found"] = found
    data = _encoded(content)
    if len(data) > CONFIG_LIMIT:
        files = content.get("files") or {}
        content["files"] = {name: f"sha256:{_sha256(str(text).encode())}" for name, text in files.items()}
        content["files_left_out"] = "too large for a config object; find them at the recipe's commit"
        data = _encoded(content)
    return CreateConfig(
        name=f"{state_prefix(stack.name)}{_sha256(data)[:8]}",
        labels={STATE_LABEL: stack.name, "coopnb.app": stack.app, "coopnb.version": stack.version},
        data=data,
        template_driver=None,
        # Stack files are kept as they are, and whoever wrote them may have written a password into one.
        cause=f"what this plan applies, kept for undo; {'no file of a secret' if stack.plain else 'never a secret'}",
    )


def no_way_back(stack: Stack, state: CreateConfig) -> list[Finding]:
    """Warnings about what the state will lack, so that it is known before it is needed."""
    content = json.loads(state.data)
    text = ""
    if "files_left_out" in content:
        text = "its files are too large to be kept in the swarm, so there is no going back to this state"
    elif binaries := content.get("files_not_text"):
        text = f"{', '.join(binaries)} is no text and not kept in the swarm, so there is no going back to this state"
    elif stack.plain and content.get("withheld"):
        text = (
            f"{', '.join(content['withheld'])} looks secret and is not kept in the swarm, so there is no going back "
            "to this state"
        )
    hint = "keep the files and their settings yourself: deploying them again is the way back"
    return [Finding("warning", "state-cannot-be-kept", text, hint=hint)] if text else []


def drop_oldest(kept: tuple[ConfigSeen, ...]) -> tuple[Remove, ...]:
    """The operations that leave room for one more state."""
    surplus = kept[: max(0, len(kept) + 1 - KEPT_STATES)]
    return tuple(
        Remove("config", config.name, config.id, f"the oldest of {len(kept) + 1} kept states; {KEPT_STATES} are kept")
        for config in surplus
    )


def _encoded(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
