"""What: a service mounts the host's `/`, or, for writing, one of the folders its system lives in: `/bin`, `/boot`,
`/dev`, `/etc`, `/lib`, `/proc`, `/root`, `/sbin`, `/usr`, `/var`, `/var/lib`, `/var/lib/docker`.

Why: whoever is in the container is in the node: all apps on it, their data and their secrets. Read-only, `/` still
shows everything. A few tools need it, such as those that measure or back up a whole node; a wiki does not.

Docker: `docker stack` sends the mount, and the node makes it.

Write: the one folder that the app needs, or a named volume:

    volumes:
      - /srv/wiki/uploads:/uploads
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.binds import binds
from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe

_SYSTEM = frozenset(
    (
        *("/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/root", "/sbin", "/usr"),
        *("/var", "/var/lib", "/var/lib/docker"),
    )
)


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each such mount."""
    for bind in binds(recipe):
        hint = "ask its author what for; mount the one folder that the app needs, or a named volume"
        if bind.source == "/":
            access = "read" if bind.read_only else "change"
            text = f"the whole host is mounted: the container can {access} every file of its node"
            yield RULE.finding(recipe, bind.path, text, hint)
        elif bind.source in _SYSTEM and not bind.read_only:
            text = f"{bind.source} of the host is mounted for writing: the container can take its node over"
            yield RULE.finding(recipe, bind.path, text, hint)


RULE = Rule.of(__name__, __doc__, "warning", look)
