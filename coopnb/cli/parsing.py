"""How a command is declared, and what its exit statuses mean."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeAlias

EXIT_STATUSES = """\
exit statuses:
  0    done and observed
  1    the swarm did not end as planned: failed, rolled back, timed out
  2    wrong input; nothing was done
  3    waits for an approval; the plan's digest is printed
  4    a server cannot be reached
  130  interrupted
"""


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_command(
    commands: Commands,
    name: str,
    act: Callable[[argparse.Namespace], int],
    text: str,
    epilog: str = "",
    *,
    nested: bool = False,
) -> argparse.ArgumentParser:
    """Declare one command; ``act`` does it and returns its exit status.

    A nested command takes the options of the one above too, and leaves alone what was said there.
    """
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
        default=argparse.SUPPRESS if nested else None,
        help="where apps, recipes and runs lie (default: $COOPNB_WORKSPACE, $ABRA_DIR, ~/.abra)",
    )
    return parser
