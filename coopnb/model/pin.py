"""Which version an app's settings name, beside the one that was seen to run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pin:
    """The version in an app's settings: what the next deploy without a choice would bring.

    Attributes:
        app: its domain.
        file: its settings, relative to the workspace; blank on a machine that has none.
        named: the recipe and version they name (``wiki:1.3.0+1.39.17``); blank if none.
        runs: the recipe and version that were seen to run.
    """

    app: str
    file: str
    named: str
    runs: str

    @property
    def differs(self) -> bool:
        """Whether there are settings that name something else than what runs."""
        return bool(self.file) and self.named != self.runs
