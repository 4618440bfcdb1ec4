"""The command line: argument parsing, then one call into the same public names that notebooks use.

Exit statuses: 0 done and observed; 1 the swarm did not end as planned; 2 wrong input; 3 waits for an
approval; 4 a server cannot be reached; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from coopnb.errors import CoopError, InputError

EXIT_STATUSES = """\
exit statuses:
  0    done and observed
  1    the swarm did not end as planned: failed, rolled back, timed out
  2    wrong input; nothing was done
  3    waits for an approval; the plan's digest is printed
  4    a server cannot be reached
  130  interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] | None = getattr(options, "command", None)
    if command is None:
        parser.print_help()
        return 2
    try:
        return command(options)
    except CoopError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; what was done is in the ledger.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="coopnb",
        description="Runbooks for Docker Swarm: see a change, approve it, watch it, keep its record.",
        epilog=EXIT_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"coopnb {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_run(commands)
    _add_new(commands)
    _add_practice(commands)
    _add_lab(commands)
    _add_doctor(commands)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(
    commands: Commands, name: str, act: Callable[[argparse.Namespace], int], text: str, epilog: str = ""
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=act)
    parser.add_argument(
        "--workspace",
        metavar="W",
        help="where apps, recipes and runs lie (default: $COOPNB_WORKSPACE, $ABRA_DIR, ~/.abra)",
    )
    return parser


def _add_run(commands: Commands) -> None:
    epilog = """\
example:
  coopnb run deploy-app -p server=practice -p recipe=wiki -p domain=wiki.example.org
      stops after the plan with status 3 and prints the approve=... to pass
  coopnb run deploy-app -p server=practice -p recipe=wiki -p domain=wiki.example.org \\
      -p approve=4f1c9a02 -p reason="first wiki of the choir"

"""
    text = "execute a copy of a runbook headless, and write its record"
    parser = _command(commands, "run", _run, text, epilog + EXIT_STATUSES)
    parser.add_argument("runbook", metavar="RUNBOOK", help="a runbook's name, or the path of a notebook")
    parser.add_argument(
        "-p",
        dest="parameters",
        metavar="name=value",
        action="append",
        default=[],
        help="a parameter of the runbook; may be given several times",
    )


def _run(options: argparse.Namespace) -> int:
    _spare_a_grammar()
    from coopnb.runner import run_headless

    finished = run_headless(
        options.runbook,
        _parameters(options.parameters),
        workspace=options.workspace,
        say=lambda text: print(text, flush=True),
    )
    if finished.error:
        print(finished.error, file=sys.stderr, flush=True)
    if finished.error and not finished.wrote:
        print("Nothing was changed on the server.", flush=True)
    if finished.record:
        print(f"Record: {finished.record}", flush=True)
    if finished.approve:
        print(f"If this plan is what you want:\n  {_again(options, finished.approve)}", flush=True)
    return finished.exit_status


def _spare_a_grammar() -> None:
    """Keep jsonschema from building the grammar of internationalized addresses when it is imported.

    That takes longer than all else a run does by itself, and no notebook has a field that it would check;
    jsonschema goes without where the package is not there. Only this process is meant.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _again(options: argparse.Namespace, digest: str) -> str:
    """The same command, with the approval that is missing and a place for the reason."""
    given = _parameters(options.parameters)
    reason = given.pop("reason", "") or "..."
    given.pop("approve", None)
    words = ["coopnb", "run", options.runbook, *(["--workspace", options.workspace] if options.workspace else ())]
    words += [word for item in given.items() for word in ("-p", "=".join(item))]
    return shlex.join([*words, "-p", f"approve={digest}", "-p", f"reason={reason}"])


def _parameters(given: Sequence[str]) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for item in given:
        name, separator, value = item.partition("=")
        if not separator or not name:
            raise InputError(
                f"{item!r} is not a parameter; nothing was done",
                hint="Write it as -p name=value, with quotes where there are spaces: -p reason='security fixes'",
            )
        parameters[name] = value
    return parameters


def _add_new(commands: Commands) -> None:
    text = "copy a runbook into a run folder of its own, to work in"
    epilog = """\
It prints the path of the copy; open it in JupyterLab: coopnb lab

exit statuses:
  0    the copy is made
  2    there is no such runbook, or the workspace cannot be written
"""
    parser = _command(commands, "new", _new, text, epilog)
    parser.add_argument("runbook", metavar="RUNBOOK", help="a runbook's name, or the path of a notebook")


def _new(options: argparse.Namespace) -> int:
    from coopnb.runner import new_run

    print(new_run(options.runbook, workspace=options.workspace).notebook)
    return 0


def _add_practice(commands: Commands) -> None:
    text = "start, stop or look at the practice swarm of a workspace"
    epilog = """\
exit statuses:
  0    it runs, or is stopped, as asked
  1    status: no practice swarm is running
  2    wrong input: a world that cannot be used
  4    it does not start, or does not end
"""
    parser = _command(commands, "practice", _practice, text, epilog)
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


def _add_lab(commands: Commands) -> None:
    text = "open JupyterLab on the workspace's runs and runbooks"
    parser = _command(commands, "lab", _lab, text, "Whatever follows -- goes to jupyter lab.\n")
    parser.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="for jupyter lab, after --")


def _lab(options: argparse.Namespace) -> int:
    from coopnb.runner.lab import open_lab

    return open_lab(options.workspace, options.arguments)


def _add_doctor(commands: Commands) -> None:
    epilog = """\
exit statuses:
  0    everything that is needed is here
  1    something is missing or wrong; its line begins with ✗
"""
    _command(commands, "doctor", _doctor, "look whether everything coopnb needs is here", epilog)


def _doctor(options: argparse.Namespace) -> int:
    from coopnb.runner.doctor import examine

    healthy = True
    for found in examine(options.workspace):
        sign = {True: "✓", False: "✗", None: "?"}[found.ok]
        print(f"{sign} {found.name:<18} {found.text}")
        healthy = healthy and found.ok is not False
    return 0 if healthy else 1


def _version() -> str:
    from importlib.metadata import version

    return version("coopnb")


if __name__ == "__main__":
    sys.exit(main())
