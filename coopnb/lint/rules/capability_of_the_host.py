"""What: a service has `cap_add` with `ALL`, `DAC_READ_SEARCH`, `SYS_ADMIN`, `SYS_MODULE` or `SYS_RAWIO`.

Why: with one of these a process can leave its container, or disturb its node: load code into the kernel, open any file
of the host, mount, speak to devices past the kernel.

Docker: `docker stack` sends the capabilities, and the engine gives them to each task.

Write: the capability that the app really needs, or none:

    cap_add: [NET_BIND_SERVICE]
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe

_STRONG = frozenset(("ALL", "BPF", "DAC_READ_SEARCH", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO"))


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each of the capabilities."""
    for name, service in recipe.compose.services.items():
        for index, capability in enumerate(service.cap_add):
            if capability.upper().removeprefix("CAP_") in _STRONG:
                text = f"with the capability {capability} a process can leave its container, or disturb its node"
                hint = "ask its author what for; add the one capability that the app needs, or none"
                yield RULE.finding(recipe, ("services", name, "cap_add", index), text, hint)


RULE = Rule.of(__name__, __doc__, "warning", look)
