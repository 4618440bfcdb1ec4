"""What a running cell shows of its progress: a widget view that leaves nothing behind in the notebook."""

from __future__ import annotations

import time
from collections.abc import Callable

from coopnb.show.widgets import display_view

ROWS_EVERY = 0.25
CHART_EVERY = 1.0
"""Seconds between two changes of a view: a person reads no faster, and a slow line carries no more."""


class LiveView:
    """Rows and a chart, set from inside the running cell; no thread owns them.

    Args:
        clock: seconds that only go forward; the default is the machine's.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        import ipywidgets

        self._clock = clock
        self.rows = ipywidgets.HTML()
        self.chart = ipywidgets.HTML()
        self.view = ipywidgets.VBox([self.rows, self.chart])
        self._rows_at = self._chart_at = float("-inf")

    def show(self) -> None:
        """Display the view, as a widget view only."""
        display_view(self.view)

    def update(self, html: str, chart: Callable[[], str] | None = None) -> None:
        """Set the rows at most four times a second; ``chart`` is called, and drawn, at most once a second."""
        now = self._clock()
        if now - self._rows_at >= ROWS_EVERY and html != self.rows.value:
            self.rows.value = html
            self._rows_at = now
        if chart is not None and now - self._chart_at >= CHART_EVERY:
            self.chart.value = chart()
            self._chart_at = now

    def close(self) -> None:
        """Take the view away; a static output follows it."""
        for widget in (self.view, self.rows, self.chart):
            widget.close()
