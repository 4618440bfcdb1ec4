"""Writes the tables of docs/practice-worlds.md from what the practice swarm's reader and its faults know.

    python -m tools.practice_worlds          # write them anew

Each table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; the rest of the page is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from coopnb.practice.fault_table import FAULTS, Fault
from coopnb.practice.world.keys import (
    BEHAVIOUR_KEYS,
    FAULT_KEYS,
    HEALTHCHECK_KEYS,
    IMAGE_KEYS,
    NETWORK_KEYS,
    NODE_KEYS,
    WORLD_KEYS,
)
from coopnb.practice.world.seeds import BEHAVIOURS, COMMON_PATHS
from coopnb.practice.world.values import Key

PAGE = Path(__file__).parent.parent / "docs" / "practice-worlds.md"
_BLOCK = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def tables() -> dict[str, str]:
    """Every table by its name, in Markdown."""
    return {
        "world": _keys(WORLD_KEYS),
        "nodes": _keys(NODE_KEYS),
        "networks": _keys(NETWORK_KEYS),
        "images": _keys([key for key in IMAGE_KEYS if key not in BEHAVIOUR_KEYS]),
        "behaviour-keys": _keys(BEHAVIOUR_KEYS),
        "behaviours": _table(("behaviour", "what it does"), [(f"`{name}`", text) for name, text in BEHAVIOURS.items()]),
        "healthcheck": _keys(HEALTHCHECK_KEYS),
        "schedule": _keys(FAULT_KEYS),
        "faults": _table(
            ("fault", "hits", "what is so from then on", "settings (default)", "ended by"), map(_fault, FAULTS)
        ),
        "paths": " ".join(f"`{path}`" for path in COMMON_PATHS) + "\n",
    }


def rewritten(page: str) -> str:
    """The page with every table as it is to be.

    Raises:
        KeyError: the page asks for a table that there is not.
    """
    known = tables()
    return _BLOCK.sub(lambda found: f"{found[1]}\n{known[found[2]]}\n{found[3]}", page)


def _keys(keys: Iterable[Key]) -> str:
    rows = [(f"`{key.name}`" + (" (must be given)" if key.required else ""), key.looks, key.summary) for key in keys]
    return _table(("key", "value", "meaning"), rows)


def _fault(fault: Fault) -> tuple[str, ...]:
    settings = ", ".join(f"`{setting.name}`: {setting.summary} ({setting.default:g})" for setting in fault.settings)
    target = fault.target + (" or nothing" if fault.optional else "")
    return f"`{fault.name}`", target, fault.summary, settings, f"`{fault.inverse}`" if fault.inverse else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
