"""What ``server.chart`` and ``server.watch`` give: an output that is shown by itself, with its numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coopnb.model.history import History
from coopnb.model.server import ServerIdentity
from coopnb.show import frames
from coopnb.show.history import history_blocks, sentence
from coopnb.show.output import Output
from coopnb.show.page import Block, Line, output_of

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True, repr=False)
class Charted(Output):
    """An app over time: displays as a sentence, drawings and tables.

    Attributes:
        history: the numbers that are drawn.
    """

    history: History | None = None

    @property
    def sentence(self) -> str:
        """All in one sentence."""
        return sentence(self._known)

    def frame(self, which: frames.Which = "replicas") -> pandas.DataFrame:
        """The numbers as a DataFrame: ``replicas``, ``tasks``, ``restarts`` or ``nodes``.

        Columns and dtypes are those of :data:`coopnb.show.frames.COLUMNS`; times are seconds from the beginning.
        """
        return frames.frame(self._known, which)

    @property
    def _known(self) -> History:
        assert self.history is not None
        return self.history


def charted(
    history: History,
    app: str,
    server: ServerIdentity | None = None,
    *,
    note: str = "",
    run: int | None = None,
    step: str = "",
) -> Charted:
    """Chart a history; ``note`` is a sentence at its end, as for a watch that was stopped."""
    notes: list[Block] = [Line(note)] if note else []
    whole = output_of([*history_blocks(history, app, server), *notes])
    return Charted(whole.text, whole.html, run, step, history)
