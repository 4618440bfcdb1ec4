"""``coopnb``: which commands there are, and how each ends."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from coopnb.cli.apps import add_app
from coopnb.cli.machine import add_doctor, add_lab
from coopnb.cli.parsing import EXIT_STATUSES, Parser
from coopnb.cli.practice import add_practice
from coopnb.cli.reading import add_check, add_convert
from coopnb.cli.recipes import add_recipe
from coopnb.cli.runbooks import add_new, add_run
from coopnb.cli.servers import add_server
from coopnb.cli.stacks import add_stack
from coopnb.errors import CoopError

_FIRST = """\
first steps:
  coopnb practice up     a swarm to practise on; nothing real is touched
  coopnb lab             JupyterLab; its index leads to the lessons and the runbooks
  coopnb run --help      the runbooks there are, to run one without JupyterLab
  coopnb server add ops@node1.example.org
                         a server of yours, over ssh
  coopnb doctor          whether everything that is needed is here

"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] | None = getattr(options, "command", None)
    if command is None:
        print(parser.format_help(), end="")
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


def _parser() -> Parser:
    parser = Parser(
        prog="coopnb",
        description="Runbooks for Docker Swarm: see a change, approve it, watch it, keep its record.",
        epilog=_FIRST + EXIT_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"coopnb {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_run(commands)
    add_new(commands)
    add_app(commands)
    add_recipe(commands)
    add_check(commands)
    add_convert(commands)
    add_stack(commands)
    add_server(commands)
    add_practice(commands)
    add_lab(commands)
    add_doctor(commands)
    return parser


def _version() -> str:
    from importlib.metadata import version

    return version("coopnb")
