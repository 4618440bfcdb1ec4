"""What the book writes into the ledger of what was chosen, as the record reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coopnb.model.choice import Choice


def chosen_facts(choice: Choice) -> Mapping[str, Any]:
    """The facts of ``chosen``."""
    return {
        "server": choice.server,
        "recipe": choice.recipe,
        "version": choice.version,
        "domain": choice.domain,
    }
