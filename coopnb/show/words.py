"""The words every output uses: where something is, and how a task stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coopnb.model.history import UNHEARD
from coopnb.model.server import ServerIdentity
from coopnb.model.snapshot import TaskSeen
from coopnb.show.page import Tone
from coopnb.show.text import counted


@dataclass(frozen=True, slots=True)
class Standing:
    """How a task stands: a word, its sign, and its colour, in this order of importance."""

    word: str
    sign: str
    tone: Tone


RUNNING = Standing("running", "●", "good")
STARTING = Standing("starting", "◐", "busy")
FAILED = Standing("failed", "✗", "bad")
WAITING = Standing("waiting", "…", "busy")
STOPPED = Standing("stopped", "○", "quiet")
UNKNOWN = Standing("unknown", "?", "bad")

_STANDINGS: Mapping[str, Standing] = {
    "new": WAITING,
    "pending": WAITING,
    "assigned": STARTING,
    "accepted": STARTING,
    "preparing": STARTING,
    "ready": STARTING,
    "starting": STARTING,
    "running": RUNNING,
    "complete": STOPPED,
    "shutdown": STOPPED,
    "failed": FAILED,
    "rejected": FAILED,
    "remove": STOPPED,
    "orphaned": UNKNOWN,
    UNHEARD: UNKNOWN,
}

NOT_SEEN = Standing("not seen", "·", "quiet")

WORD_COLOURS: Mapping[str, str] = {
    "running": "#009E73",
    "starting": "#E69F00",
    "waiting": "#F0E442",
    "failed": "#D55E00",
    "stopped": "#999999",
    "unknown": "#CC79A7",
}
"""Word -> its colour in a drawing; Okabe and Ito's (https://jfly.uni-koeln.de/color/)."""

URGENCY: Mapping[str, int] = {"failed": 0, "unknown": 1, "waiting": 2, "starting": 3, "running": 4, "stopped": 5}
"""Word -> its place in a list: what needs a person comes first."""


def standing(task: TaskSeen) -> Standing:
    """How a task stands, from swarmkit's fourteen states to six words; on a lost node, nobody knows."""
    return UNKNOWN if task.lost_at else _STANDINGS.get(task.state, UNKNOWN)


def standing_of(state: str) -> Standing:
    """How a task in one of swarmkit's states stands; no state at all is one that nobody saw."""
    return _STANDINGS.get(state, UNKNOWN) if state else NOT_SEEN


def standing_words(task: TaskSeen) -> str:
    """The word, and what the engine knows beyond it: ``running, healthy``, ``starting (preparing)``."""
    word = standing(task).word
    if task.lost_at:
        return f"{word}: was {_STANDINGS.get(task.state, UNKNOWN).word} when {task.node or 'its node'} was lost"
    if task.state == "running":
        if task.desired_state not in ("running", "ready"):
            return "running, being stopped"
        return "running, healthy" if task.has_healthcheck else "running"
    return word if task.state in (word, "pending", "new") else f"{word} ({task.state})"


def current(task: TaskSeen) -> bool:
    """Whether a task is meant to run, rather than kept as history."""
    return task.desired_state in ("running", "ready", "accepted") or task.state == "running"


def tag(image: str) -> str:
    """The version part of an image; the whole name if it has none."""
    name = image.split("@", 1)[0]
    last = name.rsplit("/", 1)[-1]
    return last.split(":", 1)[1] if ":" in last else last


def place(server: ServerIdentity, nodes: int | None = None) -> str:
    """Name a server; a practice swarm says so in words.

    ``practice (a practice swarm, 3 nodes)``, ``node1.example.org (5 nodes)``.
    """
    parts = ["a practice swarm"] if server.practice else []
    if nodes is not None:
        parts.append(counted(nodes, "node"))
    return f"{server.name} ({', '.join(parts)})" if parts else server.name


def short_name(name: str, stack: str) -> str:
    """A task or service without its stack: ``app.1``."""
    return name.removeprefix(f"{stack}_")
