"""``coopnb practice``: a swarm to practise on, its faults and its time."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coopnb.cli.parsing import Commands, add_command
from coopnb.errors import ConnectFailed, InputError

if TYPE_CHECKING:
    from coopnb.practice.status import FaultKind, Status
    from coopnb.server import PracticeControls

_STATUSES = """\
exit statuses:
  0    done, as asked
  1    status: no practice swarm is running
  2    wrong input: a world, a fault or a target that cannot be used
  4    it does not start, does not end, or does not answer
"""
_EXAMPLES = """\
examples:
  coopnb practice up                         three nodes, a real clock
  export DOCKER_HOST=unix://...              as `up` prints it; then the docker CLI works on it
  coopnb practice fault --list               what can be broken
  coopnb practice fault node-down node2      and node-up node2 mends it
  coopnb practice advance 600                ten minutes go by at once
  coopnb practice down

Nothing that is deployed there runs anywhere: images, containers, health and logs are simulated.

"""
_EMPTY = "No practice swarm is running. Start one: coopnb practice up"


def add_practice(commands: Commands) -> None:
    """Declare ``coopnb practice`` and its commands."""
    text = "start, break, look at or stop a practice swarm"
    parser = add_command(commands, "practice", _status, text, _EXAMPLES + _STATUSES)
    _add_socket(parser, None)
    actions = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_up(actions)
    _add_fault(actions)
    _add_advance(actions)
    _add_action(actions, "status", _status, "say how it stands: nodes, services, faults, time, sockets")
    _add_save(actions)
    _add_action(actions, "down", _down, "stop it; what is not saved is gone")


def _add_action(
    actions: Commands, name: str, act: Callable[[argparse.Namespace], int], text: str, examples: str = ""
) -> argparse.ArgumentParser:
    parser = add_command(actions, name, act, text, examples + _STATUSES, nested=True)
    _add_socket(parser, argparse.SUPPRESS)
    return parser


def _add_socket(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--socket",
        metavar="PATH",
        type=Path,
        default=default,
        help="another practice swarm than the workspace's: the one whose engine listens here",
    )


def _add_up(actions: Commands) -> None:
    examples = """\
examples:
  coopnb practice up --nodes 5 --speed 10           five nodes, ten times as fast as in life
  coopnb practice up --world lost.yaml --state lost.state
  coopnb practice up --tcp 127.0.0.1:2375           for tools that speak no unix sockets
  coopnb practice up --clock stepped                time stands still until: coopnb practice advance SECONDS

"""
    parser = _add_action(actions, "up", _up, "start it, or find the one that runs", examples)
    parser.add_argument("--world", metavar="W", help="a world file in YAML, or the name of a world that is shipped")
    parser.add_argument("--nodes", metavar="N", type=_nodes, help="so many nodes instead of the world's")
    parser.add_argument(
        "--clock",
        choices=("real", "auto", "stepped"),
        default="",
        help="real: as the machine's (default, or as in the state); auto: time moves when somebody looks and "
        "nothing is new; stepped: only with advance",
    )
    parser.add_argument("--speed", metavar="X", type=_speed, default=0.0, help="a real clock X times as fast")
    parser.add_argument("--seed", metavar="N", type=int, help="where its ids come from, instead of the world's")
    parser.add_argument("--tcp", metavar="ADDRESS", type=_address, help="a loopback address beside")
    parser.add_argument(
        "--state", metavar="FILE", type=Path, help="begin with this file when it is there, and be kept in it"
    )


def _add_fault(actions: Commands) -> None:
    examples = """\
examples:
  coopnb practice fault --list
  coopnb practice fault node-down node2
  coopnb practice fault kill wiki_app.1
  coopnb practice fault slow-link node2 latency=2   further settings are name=value

"""
    parser = _add_action(actions, "fault", _fault, "break something, or mend it", examples)
    parser.add_argument("--list", action="store_true", help="every fault, what it is put in, and what it does")
    parser.add_argument("name", metavar="NAME", nargs="?", help="a fault's name")
    parser.add_argument("given", metavar="TARGET", nargs="*", help="a node, a service, a task, an image; name=value")


def _add_advance(actions: Commands) -> None:
    examples = """\
examples:
  coopnb practice advance 30

A real clock is from then on that much ahead of the machine's.

"""
    parser = _add_action(actions, "advance", _advance, "let time go by at once", examples)
    parser.add_argument("seconds", metavar="SECONDS", type=_number, help="how many")


def _add_save(actions: Commands) -> None:
    examples = """\
examples:
  coopnb practice save lesson.state
  coopnb practice up --state lesson.state

"""
    parser = _add_action(actions, "save", _save, "write its state to a file, to go on from there later", examples)
    parser.add_argument("file", metavar="FILE", type=Path, help="it gets the mode 0600")


def _up(options: argparse.Namespace) -> int:
    from coopnb.server import Practising, as_workspace, find_practice, plant_samples, start_practice

    place = as_workspace(options.workspace)
    home = place.make(_home(options))
    there = find_practice(home) is not None
    wanted = Practising(
        clock=options.clock,
        speed=options.speed,
        world=options.world,
        nodes=options.nodes,
        seed=options.seed,
        tcp=options.tcp or "",
        state=options.state,
    )
    started = start_practice(home, wanted, socket=options.socket)
    if options.socket is None:
        plant_samples(place)
    status = _running(options).status()
    if there:
        print("It is up already, as follows; nothing was started. To start another: coopnb practice down, then up.")
    print(_how_to_use(status, started.socket))
    return 0


def _how_to_use(status: Status, socket: Path) -> str:
    nodes = f"{len(status.nodes)} node{'' if len(status.nodes) == 1 else 's'}"
    tcp = f"  (or export DOCKER_HOST={status.places.tcp})\n" if status.places.tcp else ""
    return (
        f"Practice swarm up: world {status.world}, {nodes}, {status.clock} clock, process {status.pid}\n"
        "It is practice: nothing that is deployed there runs anywhere.\n"
        f"  export DOCKER_HOST=unix://{socket}\n{tcp}"
        "  docker node ls\n"
        "More: coopnb practice status, fault --list, advance SECONDS, down"
    )


def _status(options: argparse.Namespace) -> int:
    from coopnb.server import find_practice

    found = find_practice(_home(options))
    print(_EMPTY if found is None else found.status())
    return 1 if found is None else 0


def _fault(options: argparse.Namespace) -> int:
    controls = _running(options)
    if options.list:
        print(_table(controls.faults()))
        return 0
    if options.name is None:
        raise InputError("no fault was named; nothing was done", hint="coopnb practice fault --list shows them all.")
    targets = [word for word in options.given if "=" not in word]
    if len(targets) > 1:
        raise InputError(f"a fault has one target, not {len(targets)}; nothing was done")
    settings = {name: _value(text) for name, _, text in (word.partition("=") for word in options.given if "=" in word)}
    print(controls.fault(options.name, targets[0] if targets else "", **settings))
    return 0


def _table(faults: tuple[FaultKind, ...]) -> str:
    """One line a fault: name, target, what it does; and its settings with their defaults."""
    names = max(len(fault.name) for fault in faults)
    targets = max(len(fault.target) for fault in faults)
    lines = ["What can be broken: coopnb practice fault NAME TARGET"]
    for fault in faults:
        settings = f" ({', '.join(fault.settings)})" if fault.settings else ""
        lines.append(f"  {fault.name:<{names}}  {fault.target:<{targets}}  {fault.summary}{settings}")
    return "\n".join(lines)


def _advance(options: argparse.Namespace) -> int:
    print(_running(options).advance(options.seconds))
    return 0


def _save(options: argparse.Namespace) -> int:
    path = _running(options).save(options.file)
    print(f"Saved. To go on from there: coopnb practice up --state {path}")
    return 0


def _down(options: argparse.Namespace) -> int:
    from coopnb.server import stop_practice

    home = _home(options)
    stopped = stop_practice(home)
    if options.socket is not None:
        shutil.rmtree(home, ignore_errors=True)
    print("The practice swarm is stopped." if stopped else "No practice swarm was running.")
    return 0


def _home(options: argparse.Namespace) -> Path:
    from coopnb.server import as_workspace, practice_home

    return practice_home(as_workspace(options.workspace), options.socket)


def _running(options: argparse.Namespace) -> PracticeControls:
    from coopnb.server import find_practice

    found = find_practice(_home(options))
    if found is None:
        raise ConnectFailed("no practice swarm is running", hint="Start one: coopnb practice up")
    return found


def _value(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _speed(text: str) -> float:
    number = _number(text)
    if not 0 < number <= 10_000:
        raise argparse.ArgumentTypeError("expected a number above 0, at most 10000")
    return number


def _nodes(text: str) -> int:
    number = _number(text)
    if number not in range(1, 501):
        raise argparse.ArgumentTypeError("expected a whole number from 1 to 500")
    return int(number)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from error


def _address(text: str) -> str:
    from coopnb.practice.loopback import loopback

    try:
        loopback(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text
