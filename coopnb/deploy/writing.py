"""What the deploy room needs of those above it: a place to write down what it is about to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Act = tuple[str, Mapping[str, Any]]
"""An event of the ledger and its facts."""


class Writer(Protocol):
    """A ledger, or whatever else is to know before Docker does."""

    def append_all(self, step: str, acts: Sequence[Act]) -> None:
        """Have these entries on the disk before returning.

        Raises:
            LedgerError: they are not; what they announce must not be done.
        """
