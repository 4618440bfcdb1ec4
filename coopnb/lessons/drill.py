"""A drill in use: something is broken, the learner finds and mends it, and the score is made of facts."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from coopnb import engine
from coopnb.errors import InputError
from coopnb.lessons.facts import serving, whole
from coopnb.lessons.faults import broken, drawn, hints
from coopnb.lessons.ground import ground_of, open_ground, reset_ground
from coopnb.lessons.lesson import look_until, show_swarm
from coopnb.model.choice import Choice
from coopnb.model.lesson import HINT_POINTS, Score, Seen
from coopnb.model.snapshot import ServiceSeen, Snapshot
from coopnb.record.ledger import LEDGER_NAME, Ledger
from coopnb.redaction import Redactor
from coopnb.runbook import open_book
from coopnb.runbook.place import open_ledger, refuse_model
from coopnb.server import Server, as_workspace, load_app
from coopnb.show.lesson import given_up_output, hint_output, score_output, step_output
from coopnb.show.output import display
from coopnb.show.text import counted
from coopnb.workspace import Workspace

DRILLS = {
    "1-the-page-is-gone": Choice("practice", "hello", "1.1.0+1.28.0", "hello.example.org"),
    "2-the-wiki-is-broken": Choice("practice", "wiki", "1.3.0+1.39.17", "wiki.example.org"),
}
STATE = "drill.json"
NOTICED_AFTER = 30
"""Seconds of the swarm's time from the fault until somebody calls; the count begins with the call."""


def open_drill(name: str, *, seed: int | str = "", workspace: Workspace | str | Path | None = None) -> Drill:
    """Open a drill on its own practice swarm, or go on with the one that was begun.

    Args:
        seed: draws what is broken; blank for chance. The same seed breaks the same.

    Raises:
        InputError: there is no such drill; or this notebook is the model, which is never worked in.
    """
    if name not in DRILLS:
        raise InputError(f"there is no drill {name}", what=f"there are: {', '.join(DRILLS)}")
    refuse_model(name, os.environ)
    ground = ground_of(as_workspace(workspace), f"drill-{name}")
    return Drill(DRILLS[name], ground, lambda: open_ledger(ground, name, Path.cwd(), os.environ, Redactor()), seed)


class Drill:
    """A broken app on a swarm of its own.

    Args:
        begin: opens the ledger; asked again when the ground is a new one, whose ledgers went with the old.

    Attributes:
        server: its practice swarm. workspace: its settings and recipes.
    """

    def __init__(self, app: Choice, ground: Workspace, begin: Callable[[], Ledger], seed: int | str) -> None:
        self._app = app
        self._begin = begin
        self.workspace = ground
        self.server: Server = open_ground(ground, (app,))
        self._ledger = begin()
        if not self._path.exists():
            self._break(_seed(seed))
        self.look()

    def __repr__(self) -> str:
        return f"<Drill: {self._app.domain}>"

    def look(self) -> None:
        """Show the drill's swarm: its nodes, and every task."""
        show_swarm(self.server, self._app.domain, self._stack)

    def open_book(self, runbook: str, **parameters: str) -> Any:
        """Open a runbook in this drill's workspace, as :func:`coopnb.open_book` does in one's own."""
        return open_book(runbook, workspace=self.workspace, **parameters)

    def hint(self) -> None:
        """Show the next hint. Each costs 10 points, and is noted in the ledger."""
        state = self._state()
        told = hints(*drawn(state["seed"], self._services(state)))
        at = min(state["hints"], len(told) - 1)
        new = state["hints"] < len(told)
        if new:
            self._save({**state, "hints": at + 1})
            self._ledger.append("drill", "hint", {"hint": told[at]})
        display(hint_output(at + 1, len(told), told[at], cost=HINT_POINTS if new else 0))

    def give_up(self) -> None:
        """Tell what was broken, how it could have been found, and how it is mended; there are no points then.

        It changes nothing in the swarm. What is mended already is checked instead: there is nothing to give up.
        """
        state = self._state()
        if "score" in state or self._seen().met:
            self.check()
            return
        hit, fault = drawn(state["seed"], self._services(state))
        told = fault.told.format(service=hit)
        if not state.get("given_up"):
            self._ledger.append("drill", "given up", {"fault": told})
            self._save({**state, "given_up": True})
        display(given_up_output(self._app.domain, told, fault.found))

    def check(self) -> None:
        """Look whether the app serves again as its files want it; if so, show the score, which then stays."""
        seen = look_until(self.server, self._seen)
        if not seen.met:
            display(step_output("mended", 1, 1, seen, ""))
            return
        state = self._state()
        if "score" not in state:
            score = self._score(self.server.snapshot(self._stack))
            state["score"] = asdict(score)
            self._save(state)
            self._ledger.append("drill", "score", {"points": score.points, **state["score"]})
        display(score_output(Score(**state["score"])))

    def reset(self, seed: int | str = "") -> None:
        """Begin anew, with another fault, or with that of a seed."""
        drawn_by = _seed(seed)
        self.server.close()
        self.server = reset_ground(self.workspace, (self._app,))
        self._ledger = self._begin()
        self._break(drawn_by)
        self.look()

    def _break(self, seed: int) -> None:
        """Do what somebody did by hand, past every plan and ledger, and let time go by until it is noticed."""
        before = self.server.snapshot(self._stack)
        names = [service.name for service in before.services]
        hit, fault = drawn(seed, names)
        service = next(item for item in before.services if item.name == hit)
        door = engine.connect(self.server.identity.endpoint)
        try:
            door.update_service(service.id, service.index, broken(service.spec, fault))
        finally:
            door.close()
        old = [task.id for item in before.services for task in serving(before, item)]
        self.server.practice.advance(NOTICED_AFTER)
        called = self.server.snapshot(self._stack).at
        began = {"seed": seed, "at": called.isoformat(), "services": names, "tasks": old, "hints": 0}
        self._save({**began, "writes": self._writes()})

    def _seen(self) -> Seen:
        seen = self.server.snapshot(self._stack)
        serve = sum(0 < service.desired <= len(serving(seen, service)) for service in seen.services)
        there = f"{serve} of {counted(len(seen.services), 'service')} {'serves' if serve == 1 else 'serve'}"
        if not whole(seen).met:
            # What a fault keeps from running is not under way: that is for the learner to find.
            return Seen(there, f"{self._app.domain} does not serve as its files want it: find out why, and mend it")
        plan = self.server.plan(load_app(self._app.domain, workspace=self.workspace))
        differs = [item.name for item in plan.operations if item.kind == "service"]
        text = f"{', '.join(differs)} as the app's files want it: a plan shows what differs, and puts it right"
        return Seen(there, text if differs else "")

    def _score(self, now: Snapshot) -> Score:
        state = self._state()
        began = datetime.fromisoformat(state["at"])
        hit, fault = drawn(state["seed"], self._services(state))
        gaps = [_gap(now, service, began, frozenset(state["tasks"])) for service in now.services]
        return Score(
            app=self._app.domain,
            fault=fault.told.format(service=hit),
            restored=max(restored for restored, _ in gaps),
            unserved=max(unserved for _, unserved in gaps),
            changes=self._writes() - int(state["writes"]),
            needed=1,
            hints=int(state["hints"]),
            given_up=bool(state.get("given_up")),
        )

    def _writes(self) -> int:
        """Writes of services in the ledgers of this drill's runs and of its notebook."""
        folders = {self._ledger.folder, *(path.parent for path in self.workspace.runs.glob(f"*/{LEDGER_NAME}"))}
        entries = (entry for folder in folders for entry in Ledger.open(folder).entries())
        return sum(entry.event == "operation" and entry.facts.get("kind") == "service" for entry in entries)

    @property
    def _stack(self) -> str:
        return self._app.domain.replace(".", "_")

    @property
    def _path(self) -> Path:
        return self.workspace.own / STATE

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        return state

    def _save(self, state: dict[str, Any]) -> None:
        self._path.write_text(json.dumps(state), encoding="utf-8")

    @staticmethod
    def _services(state: dict[str, Any]) -> list[str]:
        return [str(name) for name in state["services"]]


def _seed(given: int | str) -> int:
    """The number that draws a fault; one of chance where none is given."""
    text = str(given).strip()
    if not text:
        return secrets.randbelow(1 << 32)
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise InputError(
            f"{text[:40]!r} is no seed; nothing was broken",
            where="the seed of the drill",
            hint="Give a whole number, as in 7, or leave it blank for chance.",
        )
    return int(text)


def _gap(now: Snapshot, service: ServiceSeen, began: datetime, old: frozenset[str]) -> tuple[float, float]:
    """Seconds until the tasks began that serve a service now, and seconds of these in which none of it served.

    Both are reckoned from swarm's own timestamps; what served in between and ended again is not known to have served.
    """
    up = serving(now, service)
    if any(task.id in old for task in up):
        return 0.0, 0.0
    back = min((task.at for task in up), default=began)
    last = max(_ends(now, service, old), default=began)
    return (back - began).total_seconds(), max(0.0, (back - max(last, began)).total_seconds())


def _ends(now: Snapshot, service: ServiceSeen, old: frozenset[str]) -> Iterator[datetime]:
    """When the tasks ended that served before the fault, as far as swarm still knows."""
    return (task.at for task in now.tasks if task.service_id == service.id and task.id in old)
