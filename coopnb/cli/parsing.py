"""How a command is declared, what its help says, and what its exit statuses mean."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, NoReturn, TypeAlias

from coopnb.errors import CoopError

EXIT_STATUSES = """\
exit statuses:
  0    done and observed
  1    the swarm did not end as planned: failed, rolled back, timed out
  2    wrong input; nothing was done
  3    waits for an approval; the plan's digest is printed
  4    a server cannot be reached
  130  interrupted
"""
_ELSEWHERE = "exit statuses: coopnb --help\n"


class Parser(argparse.ArgumentParser):
    """A parser whose refusals name what was probably meant, and whose help may depend on what stands before it.

    Attributes:
        more: given what was read of the command line before ``--help``, tells what stands between options and epilog.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "add_help": False})
        self.more: Callable[[argparse.Namespace], str] | None = None
        self.add_argument("-h", "--help", action=_Help, nargs=0, help="show this page and exit")

    def error(self, message: str) -> NoReturn:
        """End with status 2; a word that is almost one of those there are is named."""
        found = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        meant = nearest(found[1], re.findall(r"[\w-]+", found[2])) if found else ""
        if meant:
            message += f"\nDid you mean: {self.prog} {meant}"
        super().error(message)


class _Help(argparse.Action):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        assert isinstance(parser, Parser)
        try:
            told = parser.more(namespace) if parser.more is not None else ""
        except CoopError as error:
            parser.exit(error.exit_status, f"{type(error).__name__}: {error}\n")
        epilog, parser.epilog = parser.epilog or "", None
        print("\n".join(part for part in (parser.format_help(), told, epilog) if part), end="")
        parser.exit()


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of the known words that was probably meant; blank if none is near.

    >>> nearest("recpie", ["run", "recipe"]), nearest("x", ["run"])
    ('recipe', '')
    """
    return next(iter(get_close_matches(word, list(known), n=1)), "")


def add_command(
    commands: Commands,
    name: str,
    act: Callable[[argparse.Namespace], int],
    text: str,
    epilog: str = "",
    *,
    nested: bool = False,
) -> Parser:
    """Declare one command; ``act`` does it and returns its exit status.

    A nested command takes the options of the one above too, and leaves alone what was said there. Every help page
    ends with the exit statuses, or says where they are told.
    """
    parser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=epilog if "exit statuses:" in epilog else epilog + _ELSEWHERE,
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
