"""Writes docs/practice-api.md from the practice swarm's table of routes.

python -m tools.practice_api          # write it anew
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from coopnb.practice.route_table import ABSENT, PARTLY_ABSENT, ROUTES, Absent, Route
from coopnb.practice.version import API, ENGINE, OLDEST_API, dotted

PAGE = Path(__file__).parent.parent / "docs" / "practice-api.md"

_HEAD = """\
# What the practice swarm answers

This page is made from the table of routes (`python -m tools.practice_api`); a test holds it to that table.

The practice swarm speaks the Docker Engine API {newest} and every version from {oldest} on, as engine {engine} does; a
world can raise the oldest version (`minimum_api`), as engine 29.0 did. A version in the path may be there or not.
Refusals have the status and the words of dockerd. What no engine knows is `404`, `page not found`; what an engine
knows and the practice swarm does not simulate is `501`, with the call and the reason.

In a path, `{{id}}` and `{{name}}` are one segment, `{{name*}}` may be several. Calls marked *manager* are refused with
`503` by the engine of a worker, and by one that is in no swarm.
"""


def page() -> str:
    """The whole page, in Markdown."""
    head = _HEAD.format(newest=dotted(API), oldest=dotted(OLDEST_API), engine=ENGINE)
    return "\n".join(
        (
            head,
            "## Answered\n",
            _table(("call", "", "what it does"), map(_answered, ROUTES)),
            "## Answered, but for\n",
            _table(("call", "not simulated (501)"), map(_absent, PARTLY_ABSENT)),
            "## Not simulated (501)\n",
            _table(("call", "why"), map(_absent, ABSENT)),
        )
    )


def _answered(route: Route) -> tuple[str, ...]:
    return _call(route), "manager" if route.manager else "", route.summary.replace("``", "`")


def _absent(absent: Absent) -> tuple[str, ...]:
    return _call(absent), absent.why


def _call(row: Route | Absent) -> str:
    return f"`{row.method} {row.path}`"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
