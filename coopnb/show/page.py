"""The blocks an output is made of, and how they are written as text and as HTML.

A block says its facts once; :func:`output_of` writes them twice. Nothing here knows what a plan is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from coopnb.show.output import Output
from coopnb.show.style import COLOURS, style_element
from coopnb.show.text import clean, columns, escape

Tone = Literal["", "good", "busy", "bad", "quiet"]
"""What a colour means here. Red (``bad``) is only for what needs a person."""

ASIDE_COLUMN = 72
WIDEST = 46
"""Columns that one column of a text table takes at most; a longer cell pushes its own row only."""


NEVER_BROKEN = 24
"""Characters that stay on one line of HTML: a state, a count, a task's name."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes:
        sign: stands before the text, in the colour of ``tone``; the text keeps the colour of all text.
        short: what is shown of a text that is too long for a row; the HTML unfolds the whole.
        code: whether it is something to type or to search for, and is set like that.
        link: whether the text is a path of a file, relative to the notebook's folder; HTML shows ``short`` and
            leads there.
    """

    text: str
    sign: str = ""
    tone: Tone = ""
    code: bool = False
    short: str = ""
    link: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, with something smaller at its right if there is."""

    text: str
    aside: str = ""
    sign: str = ""
    tone: Tone = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. ``head`` names the columns; in text a table without a head stands indented.

    Attributes:
        numbers: whether the cells are numbers, which align at their right.
        caption: what the table is, for those who do not see where it stands.
    """

    rows: tuple[tuple[Cell, ...], ...]
    head: tuple[str, ...] = ()
    caption: str = ""
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class Log:
    """Lines that a container wrote; shown as they are, made harmless."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of ours, as SVG; the text form leaves it out, for a table with the same numbers follows it."""

    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that are worth keeping and not worth the first screen: closed in HTML, last in text."""

    summary: str
    blocks: tuple[Line | Table | Log, ...]


Block = Line | Table | Log | Figure | Fold


def output_of(blocks: Sequence[Block], *, run: int | None = None, step: str = "") -> Output:
    """Write blocks as text and as HTML."""
    return Output(text=text_of(blocks), html=html_of(blocks), run=run, step=step)


def text_of(blocks: Sequence[Block]) -> str:
    """Write blocks as plain text, without a newline at the end."""
    lines: list[str] = []
    for block in blocks:
        part = _text(block)
        apart = isinstance(block, Fold | Log) or (isinstance(block, Table) and bool(block.rows))
        if lines and part and (apart or _was_apart(lines)):
            lines.append("")
        lines.extend(part)
        if apart and part:
            lines.append("")
    return "\n".join(line.rstrip() for line in _without_doubles(lines)).strip("\n")


def html_of(blocks: Sequence[Block]) -> str:
    """Write blocks as one scoped HTML element that reads well with and without its stylesheet."""
    body = "\n".join(part for part in (_html(block) for block in blocks) if part)
    return f'<div class="coopnb">{style_element()}\n{body}\n</div>'


def _was_apart(lines: list[str]) -> bool:
    return bool(lines) and lines[-1] == ""


def _without_doubles(lines: list[str]) -> list[str]:
    return [line for index, line in enumerate(lines) if line or index == 0 or lines[index - 1]]


def _text(block: Block) -> list[str]:
    match block:
        case Line():
            text = _signed_text(block.sign, block.text)
            if not block.aside:
                return [text]
            gap = max(2, ASIDE_COLUMN - 1 - columns(text))
            return [f"{text}{' ' * gap}{clean(block.aside)}"]
        case Table():
            return _table_text(block)
        case Log():
            return [f"    | {clean(line)}" for line in block.lines]
        case Figure():
            return []
        case Fold():
            return [clean(block.summary), *(f"  {line}" if line else "" for line in text_of(block.blocks).splitlines())]


def _table_text(table: Table) -> list[str]:
    grid = [tuple(clean(name) for name in table.head)] if table.head else []
    grid += [tuple(_cell_text(cell) for cell in row) for row in table.rows]
    if not table.rows:
        return []
    span = range(max(len(row) for row in grid))
    widths = [min(WIDEST, max(columns(row[at]) for row in grid if at < len(row))) for at in span]
    return ["  " + "  ".join(_padded(row, widths, right=table.numbers)) for row in grid]


def _padded(row: tuple[str, ...], widths: list[int], *, right: bool) -> list[str]:
    cells = []
    for text, wide in zip(row, widths, strict=False):
        space = " " * (wide - columns(text))
        cells.append(space + text if right else text + space)
    return cells


def _cell_text(cell: Cell) -> str:
    return _signed_text(cell.sign, cell.text if cell.link else cell.short or cell.text)


def _signed_text(sign: str, text: str) -> str:
    return f"{clean(sign)} {clean(text)}" if sign else clean(text)


def _signed_html(sign: str, tone: Tone, inner: str) -> str:
    colour = COLOURS.get(tone)
    style = f' style="color:{colour}"' if colour else ""
    return f"<span{style}>{escape(sign)}</span> {inner}" if sign else inner


def _html(block: Block) -> str:
    match block:
        case Line():
            aside = f' <span class="cn-aside">{escape(block.aside)}</span>' if block.aside else ""
            inner = f"<strong>{escape(block.text)}</strong>" if block.head else escape(block.text)
            return (
                f"<p{_class('cn-head' if block.head else '')}>{_signed_html(block.sign, block.tone, inner)}{aside}</p>"
            )
        case Table():
            return _table_html(block)
        case Log():
            return '<pre class="cn-log">{}</pre>'.format("\n".join(escape(line) for line in block.lines))
        case Figure():
            return _figure_html(block)
        case Fold():
            inner = "\n".join(_html(inside) for inside in block.blocks)
            return f"<details><summary>{escape(block.summary)}</summary>\n{inner}\n</details>"


def _figure_html(figure: Figure) -> str:
    """Hidden until our stylesheet shows it: an untrusted notebook drops both, and would spill the SVG's words.

    JupyterLab's sanitizer drops ``hidden`` without a value.
    """
    return f'<figure hidden="hidden">{figure.svg}<figcaption>{escape(figure.caption)}</figcaption></figure>'


def _table_html(table: Table) -> str:
    if not table.rows:
        return ""
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(f'<th scope="col" style="{_align(table)}">{escape(name)}</th>' for name in table.head)
    thead = f"<thead><tr>{head}</tr></thead>" if head else ""
    rows = "\n".join("<tr>" + "".join(_cell_element(cell, table) for cell in row) + "</tr>" for row in table.rows)
    return f"<table{_class('cn-numbers' if table.numbers else '')}>{caption}{thead}<tbody>\n{rows}\n</tbody></table>"


def _cell_element(cell: Cell, table: Table) -> str:
    short = len(cell.short if cell.link else cell.text) <= NEVER_BROKEN
    style = f"{_align(table)};white-space:nowrap" if short else _align(table)
    return f'<td style="{style}">{_cell_html(cell)}</td>'


def _align(table: Table) -> str:
    return f"text-align:{'right' if table.numbers else 'left'}"


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _cell_html(cell: Cell) -> str:
    def marked(text: str) -> str:
        return f"<code>{escape(text)}</code>" if cell.code and text else escape(text)

    if cell.link:
        return f'<a href="{escape(quote(cell.text))}">{marked(cell.short or cell.text)}</a>'
    inner = marked(cell.text)
    if cell.short:
        inner = f"<details><summary>{marked(cell.short)}</summary>{inner}</details>"
    return _signed_html(cell.sign, cell.tone, inner)
