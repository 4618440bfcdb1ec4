"""The live chart of an app: it moves while its cell runs, and has a button that stops it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from coopnb.model.history import History
from coopnb.show.text import duration
from coopnb.show.widgets import display_view

DRAWN_EVERY = 1.0
"""Seconds between two drawings: each carries some 20 kB, and a slow line carries no more."""


class StateView:
    """A drawing set from inside the running cell, and a button.

    Notebook front ends tell a kernel of a click while a cell runs (subshells, ipykernel 7); where one does not,
    the click counts when the cell has ended, and interrupting the kernel stops the watch just as well.

    Args:
        seconds: how long it will go on, for the words beside the button.
        clock: seconds that only go forward; the default is the machine's.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        import ipywidgets

        self._clock = clock
        self._seconds = seconds
        self._pressed = threading.Event()
        self._shown: History | None = None
        self._drawn_at = float("-inf")
        self.chart = ipywidgets.HTML()
        self.stop = ipywidgets.Button(
            description="Stop watching", tooltip="Ends the watch and keeps the chart; the swarm goes on"
        )
        self.line = ipywidgets.HTML()
        self.stop.on_click(self._press)
        _hear_while_busy(self.stop)
        self.controls = ipywidgets.HBox([self.stop, self.line])
        self.view = ipywidgets.VBox([self.controls, self.chart])

    @property
    def stopped(self) -> bool:
        """Whether the button was pressed."""
        return self._pressed.is_set()

    def show(self) -> None:
        """Display the view, as a widget view only."""
        display_view(self.view)

    def update(self, history: History, drawing: Callable[[], str]) -> None:
        """Draw what is known, at most once a second, and only when there is something new to see."""
        now = self._clock()
        if now - self._drawn_at < DRAWN_EVERY or history == self._shown:
            return
        self.chart.value = drawing()
        self.line.value = f"{duration(history.seconds)} of {duration(self._seconds)}"
        self._shown, self._drawn_at = history, now

    def close(self) -> None:
        """Take the view away; a static output follows it."""
        for widget in (self.view, self.controls, self.chart, self.stop, self.line):
            widget.close()

    def _press(self, button: Any) -> None:
        del button
        self._pressed.set()


def _hear_while_busy(widget: Any) -> None:
    """Let a click be handled while the cell runs that made the widget.

    ipykernel 7.4 sends what a front end says of a widget to the shell that spoke of it last (ipykernel/comm/comm.py,
    ``_reply_subshell_for``): here the one that is busy. Without that note the front end chooses: a subshell.
    """
    with contextlib.suppress(AttributeError):
        del widget.comm._reply_subshell_id
