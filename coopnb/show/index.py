"""The index as an operator sees it: what there is, what ran lately, and buttons that make copies of runbooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from coopnb.errors import CoopError
from coopnb.model.index import Offered, Ran
from coopnb.show.notes import error_output
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Line, Table, output_of
from coopnb.show.text import clean
from coopnb.show.widgets import display_view

_RUN_HEAD = ("begun", "runbook", "app", "server", "how it ended", "notebook", "record")
_HEADS = {"runbooks": "Runbooks", "lessons": "Lessons", "drills": "Drills"}


def index_output(there: Sequence[Offered], runs: Sequence[Ran]) -> Output:
    """Show every notebook with its purpose, then the last runs."""
    blocks: list[Block] = []
    for kind, head in _HEADS.items():
        rows = tuple((_name(item), Cell(item.purpose)) for item in there if item.kind == kind)
        if rows:
            blocks += [Line(head, head=True), Table(rows)]
    blocks.append(Line("Ran lately", head=True))
    if runs:
        blocks.append(Table(tuple(_run_row(run) for run in runs), head=_RUN_HEAD))
    else:
        blocks.append(Line("No runbook ran here yet. A button below makes a copy of one; open the link that appears."))
    return output_of(blocks, step="index")


def _name(item: Offered) -> Cell:
    if item.notebook:
        return Cell(item.notebook, code=True, short=item.name, link=True)
    return Cell(item.name, code=True)


def _run_row(run: Ran) -> tuple[Cell, ...]:
    blank = "-"
    return (
        Cell(run.date or blank),
        Cell(run.runbook, code=True),
        Cell(run.app or blank, code=bool(run.app)),
        Cell(run.server or blank),
        Cell(run.ended, sign="●" if run.good else "✗", tone="quiet" if run.good else "bad"),
        _file(run.notebook, "open"),
        _file(run.record, "read"),
    )


def _file(path: str, short: str) -> Cell:
    return Cell(path, short=short, link=True) if path else Cell("none")


class CopyForm:
    """A button a runbook: a click makes a dated copy, and shows the link to it.

    Args:
        there: what is offered; what has its own notebook already is opened by its link, and needs no button.
        copy: makes the copy of a name; what it returns shows itself as a link.

    Attributes:
        buttons: by name.
    """

    def __init__(self, there: Sequence[Offered], copy: Callable[[str], object]) -> None:
        import ipywidgets

        self._copy = copy
        self.made = ipywidgets.Output()
        self.buttons = {item.name: _button(item) for item in there if not item.notebook}
        for name, button in self.buttons.items():
            button.on_click(lambda _button, name=name: self._clicked(name))
        row = ipywidgets.HBox(list(self.buttons.values()), layout=ipywidgets.Layout(flex_flow="row wrap"))
        text = "A click makes a copy of your own, with today's date. Nothing else is changed by it."
        self.view = ipywidgets.VBox([ipywidgets.Label(text), row, self.made])

    def show(self) -> None:
        """Display the buttons, as a widget view only."""
        display_view(self.view)

    def _clicked(self, name: str) -> None:
        try:
            made: object = self._copy(name)
        except CoopError as error:
            made = error_output(error)
        self.made.append_display_data(made)


def _button(item: Offered) -> Any:
    import ipywidgets

    return ipywidgets.Button(
        description=f"Copy {clean(item.name)}",
        tooltip=clean(item.purpose),
        layout=ipywidgets.Layout(width="auto"),
    )
