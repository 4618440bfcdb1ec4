"""An app's state over time, charted: from what the swarm keeps, or watched for a while."""

from __future__ import annotations

from datetime import timedelta

from coopnb import engine
from coopnb.deploy.interruption import interruptions
from coopnb.engine.wake import pauses
from coopnb.errors import InputError
from coopnb.model.history import History
from coopnb.model.server import ServerIdentity
from coopnb.observe.history import Telling
from coopnb.observe.snapshot import nodes_seen, stack_seen
from coopnb.server.loading import AppName
from coopnb.show.charted import Charted, charted
from coopnb.show.history import live_blocks
from coopnb.show.page import html_of
from coopnb.show.state_view import StateView

AN_HOUR = 3600.0
LONGEST_WATCH = 24 * AN_HOUR


def history(door: engine.Engine, name: AppName, seconds: float) -> History:
    """What the swarm still knows of the last ``seconds`` of an app.

    Raises:
        InputError: no time, or less.
    """
    within = _within(seconds)
    telling = Telling(name.stack)
    _look(door, telling)
    return telling.history(within)


def chart(door: engine.Engine, identity: ServerIdentity, name: AppName, seconds: float) -> Charted:
    """The same, charted."""
    return charted(history(door, name, seconds), name.domain, identity)


def watch(door: engine.Engine, identity: ServerIdentity, name: AppName, seconds: float) -> Charted:
    """Watch an app for so many seconds by the engine's clock, charted while the cell runs.

    It ends early, and the same way, when the view's button is pressed or the cell is interrupted.

    Raises:
        InputError: no time, or more than a day.
    """
    bound = _within(seconds)
    telling = Telling(name.stack)
    view = StateView(seconds)
    view.show()
    try:
        with interruptions() as interrupted, pauses(door, identity.self_paced) as pause:
            while True:
                _look(door, telling)
                known = telling.history(telling.looked)
                view.update(known, lambda: html_of(live_blocks(known, name.domain, identity)))  # noqa: B023 (drawn at once)
                if telling.looked >= bound or view.stopped or interrupted():
                    break
                pause()
    except KeyboardInterrupt:
        pass
    finally:
        view.close()
    early = telling.looked < bound
    note = "The watch was stopped; the swarm goes on." if early else ""
    return charted(telling.history(telling.looked), name.domain, identity, note=note)


def _look(door: engine.Engine, telling: Telling) -> None:
    counted = door.services(telling.stack)
    nodes = nodes_seen(door.nodes())
    answer = door.tasks(telling.stack)
    telling.look(*stack_seen(counted, answer, nodes), nodes, answer.at)


def _within(seconds: float) -> timedelta:
    if not 0 < seconds <= LONGEST_WATCH:
        raise InputError(
            f"{seconds:g} seconds cannot be charted; nothing was done", hint="Give more than 0 and at most a day: 86400"
        )
    return timedelta(seconds=seconds)
