"""``coopnb practice``: the practice swarm of a workspace."""

from __future__ import annotations

import argparse
from pathlib import Path

from coopnb.cli.parsing import Commands, add_command


def add_practice(commands: Commands) -> None:
    """Declare ``coopnb practice``."""
    text = "start, stop or look at the practice swarm of a workspace"
    epilog = """\
exit statuses:
  0    it runs, or is stopped, as asked
  1    status: no practice swarm is running
  2    wrong input: a world that cannot be used
  4    it does not start, or does not end
"""
    parser = add_command(commands, "practice", _practice, text, epilog)
    parser.add_argument("action", choices=("up", "down", "status"), help="what to do with it")
    parser.add_argument("--socket", metavar="PATH", type=Path, help="where its socket lies, for other tools")
    parser.add_argument("--world", metavar="FILE", type=Path, help="a YAML file with its nodes and images")
    parser.add_argument(
        "--clock", choices=("real", "auto"), default="real", help="auto: time moves only when somebody looks"
    )


def _practice(options: argparse.Namespace) -> int:
    from coopnb.practice import process
    from coopnb.server import as_workspace, plant_samples, start_practice, stop_practice

    place = as_workspace(options.workspace)
    if options.action == "down":
        stopped = stop_practice(place)
        print("The practice swarm is stopped." if stopped else "No practice swarm was running.")
        return 0
    if options.action == "up":
        swarm = start_practice(place, clock=options.clock, world=options.world, socket=options.socket)
        plant_samples(place)
    elif (found := process.running(place.practice)) is None:
        print("No practice swarm is running. Start one: coopnb practice up")
        return 1
    else:
        swarm = found
    print(f"The practice swarm runs (process {swarm.pid}).")
    print(f"  docker -H unix://{swarm.socket} node ls")
    return 0
