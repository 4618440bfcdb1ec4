"""``coopnb run`` and ``coopnb new``: runbooks, executed or copied."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence

from coopnb.cli.parsing import EXIT_STATUSES, Commands, add_command
from coopnb.errors import InputError, NotChosen

_EXAMPLE = """\
example:
  coopnb run deploy-app -p server=practice -p recipe=wiki -p domain=wiki.example.org
      stops after the plan with status 3 and prints the approve=... to pass
  coopnb run deploy-app -p server=practice -p recipe=wiki -p domain=wiki.example.org \\
      -p approve=4f1c9a02 -p reason="first wiki of the choir"
"""


def add_run(commands: Commands) -> None:
    """Declare ``coopnb run``."""
    text = "execute a copy of a runbook headless, and write its record"
    parser = add_command(commands, "run", _run, text, EXIT_STATUSES)
    parser.more = _told
    parser.add_argument("runbook", metavar="RUNBOOK", help="a runbook's name, or the path of a notebook")
    parser.add_argument(
        "-p",
        dest="parameters",
        metavar="name=value",
        action="append",
        default=[],
        help="a parameter of the runbook; may be given several times",
    )


def _told(found: argparse.Namespace) -> str:
    """What the help says: the runbooks there are; after the name of one, its parameters and what each means."""
    runbook = getattr(found, "runbook", None)
    return _about(runbook) if runbook else _runbooks()


def _runbooks() -> str:
    from coopnb.runner import offered

    there = [each for each in offered() if each.kind == "runbooks"]
    wide = max((len(each.name) for each in there), default=0)
    lines = "".join(f"  {each.name:<{wide}}  {each.purpose}\n" for each in there)
    return f"runbooks:\n{lines}  What one takes: coopnb run RUNBOOK --help\n\n{_EXAMPLE}"


def _about(runbook: str) -> str:
    from coopnb.runner import find_model, meanings, purpose, read_model

    notebook = read_model(find_model(runbook))
    head = (
        f"{runbook}: {purpose(notebook)}\n\nits parameters, each as -p name=value, with what it means or an example:\n"
    )
    return head + _meanings(meanings(notebook))


def _meanings(said: Mapping[str, str]) -> str:
    wide = max(map(len, said), default=0)
    return "".join(f"  {name:<{wide}}  {text}".rstrip() + "\n" for name, text in said.items()) or "  none\n"


def _run(options: argparse.Namespace) -> int:
    _spare_a_grammar()
    from coopnb.runner import run_headless

    try:
        finished = run_headless(
            options.runbook,
            _parameters(options.parameters),
            workspace=options.workspace,
            say=lambda text: print(text, flush=True),
        )
    except NotChosen as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        print("Nothing was changed on the server.", flush=True)
        _print_lacking(options, error.lacking)
        return error.exit_status
    if finished.error:
        print(finished.error, file=sys.stderr, flush=True)
    if finished.error and not finished.wrote:
        print("Nothing was changed on the server.", flush=True)
    if finished.record:
        print(f"Record: {finished.record}", flush=True)
    if finished.approve:
        more = {"approve": finished.approve, "reason": _parameters(options.parameters).get("reason", "") or "..."}
        print(f"If this plan is what you want:\n  {_again(options, more)}", flush=True)
    if finished.lacking:
        _print_lacking(options, finished.lacking)
    return finished.exit_status


def _print_lacking(options: argparse.Namespace, lacking: Sequence[str]) -> None:
    """What is missing, with what each means, and the command that has it."""
    from coopnb.runner import find_model, meanings, read_model

    said = meanings(read_model(find_model(options.runbook)))
    print(f"What is missing:\n{_meanings({name: said.get(name, '') for name in lacking})}", end="")
    print(f"The whole command:\n  {_again(options, dict.fromkeys(lacking, '...'))}", flush=True)


def _spare_a_grammar() -> None:
    """Keep jsonschema from building the grammar of internationalized addresses when it is imported.

    That takes longer than all else a run does by itself, and no notebook has a field that it would check;
    jsonschema goes without where the package is not there. Only this process is meant.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _again(options: argparse.Namespace, more: Mapping[str, str]) -> str:
    """The same command with what was missing, which may be a place to fill in."""
    given = {name: value for name, value in _parameters(options.parameters).items() if name not in more}
    words = ["coopnb", "run", options.runbook, *(["--workspace", options.workspace] if options.workspace else ())]
    words += [word for item in {**given, **more}.items() for word in ("-p", "=".join(item))]
    return shlex.join(words)


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


def add_new(commands: Commands) -> None:
    """Declare ``coopnb new``."""
    text = "copy a runbook into a run folder of its own, to work in"
    epilog = """\
It prints the path of the copy; open it in JupyterLab: coopnb lab

exit statuses:
  0    the copy is made
  2    there is no such runbook, or the workspace cannot be written
"""
    parser = add_command(commands, "new", _new, text, epilog)
    parser.add_argument("runbook", metavar="RUNBOOK", help="a runbook's name, or the path of a notebook")


def _new(options: argparse.Namespace) -> int:
    from coopnb.runner import new_run

    print(new_run(options.runbook, workspace=options.workspace).notebook)
    return 0
