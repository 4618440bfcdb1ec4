"""One static output: the whole story as plain text, and the same facts as HTML."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, repr=False)
class Output:
    """What a step leaves behind in a notebook; readable without a kernel, offline, and in a terminal.

    Attributes:
        run, step: which line of the ledger it belongs to; they go to the output's metadata and
            are not shown, so that the same facts give the same bytes.
    """

    text: str
    html: str
    run: int | None = None
    step: str = ""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """Give IPython both forms, with ``{"coopnb": {"run", "step"}}`` as metadata."""
        del include, exclude
        return {"text/plain": self.text, "text/html": self.html}, {"coopnb": {"run": self.run, "step": self.step}}


def display(output: Output) -> None:
    """Put an output under the running cell; where there is no notebook, print its text."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display as display_in_notebook

    if InteractiveShell.initialized():
        display_in_notebook(output)  # type: ignore[no-untyped-call]
    else:
        print(output.text)
