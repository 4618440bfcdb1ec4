"""Something an operator should know before a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coopnb.model.origin import KeyPath, Origin, key_path_text

Severity = Literal["error", "warning", "note"]
_RANK = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or surprising. An ``error`` blocks a plan, a ``warning`` is shown with it.

    Attributes:
        rule: a short stable name, in kebab case (``depends-on-has-no-effect``).
        text: what is so, and what it means, in one sentence.
        hint: what to do about it, if anything.
        acceptable: whether an operator may take an error on: docker reads it so, and what it does can be wanted.
    """

    severity: Severity
    rule: str
    text: str
    origin: Origin | None = None
    path: KeyPath = ()
    hint: str | None = None
    acceptable: bool = False

    def __str__(self) -> str:
        where = "  ".join(part for part in (str(self.origin or ""), key_path_text(self.path)) if part)
        return "  ".join(part for part in (self.severity, where, self.text) if part)

    def sort_key(self) -> tuple[int, str, int, str]:
        """Worst first, then by place."""
        origin = self.origin or Origin("")
        return (_RANK[self.severity], origin.file, origin.line, self.text)
