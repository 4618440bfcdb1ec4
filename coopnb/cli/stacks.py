"""``coopnb stack``: any stack files, planned and deployed as ``docker stack deploy`` would, with nothing added."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coopnb.cli.asked import Asked
from coopnb.cli.parsing import EXIT_STATUSES, Commands, Parser, add_command
from coopnb.errors import CoopError, NotApproved, WorkspaceError
from coopnb.harmless import visible

if TYPE_CHECKING:
    from coopnb.model.plan import Plan
    from coopnb.redaction import Redactor
    from coopnb.runner.deploying import Deploying
    from coopnb.server import Server

_PATHS = """\
PATH is a stack file, or several that are merged in this order; a folder stands for its compose.yml.
Relative paths in the files begin at the folder of the first one. ${...} is filled in with the settings,
never with the environment of whoever calls. Nothing is added to what the files say.

"""
_STACK = """\
examples:
  coopnb check stack.yml
  coopnb stack plan stack.yml --server node1.example.org --name choir
  coopnb stack deploy stack.yml --server node1.example.org --name choir --approve 4f1c9a02 --reason "new songs"
  coopnb run roll-back-app -p server=node1.example.org -p domain=choir       back to what ran before

An app of a recipe is deployed by its runbook: coopnb run deploy-app --help

"""
_PLAN = """\
examples:
  coopnb stack plan stack.yml --server practice --name choir
  coopnb stack plan base.yml ours.yml --server practice --name choir --settings choir.env --json

It only reads. What it ends with is the whole command that makes this plan.

exit statuses:
  0    nothing to do: it is as the files want it
  2    wrong input, or errors that must be mended or accepted first
  3    there is something to do; the command that does it is printed
  4    the server cannot be reached
"""
_DEPLOY = """\
example:
  coopnb stack deploy stack.yml --server practice --name choir --approve 4f1c9a02 --reason "new songs"

It plans anew: an approval of any other plan is refused. Ctrl-C ends the watching; the swarm goes on.
The run's ledger lies in <workspace>/coopnb/runs and has every write before it is made; its record,
one HTML file, is written beside it at the end, however that is.

exit statuses:
  0    done and observed; with --detach: done, and nothing observed
  1    the swarm did not end as planned: failed, rolled back, timed out; or its record could not be kept
  2    wrong input, or errors that must be mended or accepted first; nothing was done
  3    there is no approval of this plan; its digest is printed, and nothing was done
  4    the server cannot be reached
  130  interrupted
"""


def add_stack(commands: Commands) -> None:
    """Declare ``coopnb stack`` and its commands."""
    parser = add_command(
        commands, "stack", lambda _: _help(parser), "plan or deploy stack files", _STACK + EXIT_STATUSES
    )
    actions = parser.add_subparsers(title="commands", metavar="COMMAND")
    text = "show what a deploy of stack files would change, and write nothing"
    plan = _add(actions, "plan", _plan, text, _PATHS + _PLAN)
    plan.add_argument("--json", action="store_true", help="print the plan as JSON")
    text = "deploy stack files as their plan was approved, and watch until they run"
    deploy = _add(actions, "deploy", _deploy, text, _PATHS + _DEPLOY)
    deploy.add_argument("--approve", metavar="DIGEST", action=_Once, default="", help="of the plan, as it is printed")
    deploy.add_argument("--reason", metavar="TEXT", action=_Once, default="", help="why")
    deploy.add_argument("--detach", action="store_true", help="do not watch: end once all is written")


def _add(actions: Commands, name: str, act: Any, text: str, epilog: str) -> Parser:
    parser = add_command(actions, name, act, text, epilog, nested=True)
    parser.add_argument("paths", metavar="PATH", nargs="+")
    parser.add_argument("--server", metavar="S", action=_Once, required=True, help="one of coopnb server list")
    parser.add_argument("--name", metavar="N", action=_Once, required=True, help="of the stack")
    help_of = "what ${...} in the files is filled in with"
    parser.add_argument("--settings", metavar="ENVFILE", action=_Once, type=Path, help=help_of)
    parser.add_argument(
        "--accept",
        metavar="ID",
        action="append",
        default=[],
        help="an error that is taken on; may be given several times",
    )
    parser.add_argument("--prune", action="store_true", help="remove services that are not in the files any more")
    return parser


class _Once(argparse.Action):
    """An option that means one thing: the second of two servers must not be taken in silence."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        given = f"_given_{self.dest}"
        if getattr(namespace, given, False):
            parser.error(f"{option_string} is given twice")
        setattr(namespace, given, True)
        setattr(namespace, self.dest, values)


def _help(parser: Parser) -> int:
    print(parser.format_help(), end="")
    return 2


def _plan(options: argparse.Namespace) -> int:
    from coopnb.server import refuse_blocked
    from coopnb.show.plan import plan_output
    from coopnb.show.plan_json import plan_json

    asked, redactor = Asked(options), _redactor()
    stack = asked.stack()
    with closing(_connect(options, redactor)) as server:
        plan = asked.plan(server, stack)
    waits = not plan.nothing_to_do and not plan.blocked
    following = asked.approving(plan) if waits else ""
    if options.json:
        print(redactor.mask(plan_json(plan, following)))
    else:
        print(redactor.mask(plan_output(plan, command_line=True).text))
    refuse_blocked(plan, command_line=True)
    if waits and not options.json:
        print(f"If this plan is what you want:\n  {following}")
    return NotApproved.exit_status if waits else 0


def _deploy(options: argparse.Namespace) -> int:
    from coopnb.runner.deploying import Deploying
    from coopnb.server import refuse_blocked
    from coopnb.show.plan import plan_output

    asked, redactor = Asked(options), _redactor()

    def say(text: str) -> None:
        print(visible(redactor.mask(text), keep="\n"), flush=True)

    stack = asked.stack()
    with closing(_connect(options, redactor)) as server:
        plan = asked.plan(server, stack)
        planned = plan_output(plan, command_line=True).text
        say(planned)
        refuse_blocked(plan, command_line=True)
        if not plan.nothing_to_do:
            _refuse_unapproved(plan, asked)
        elif options.detach:
            return 0
        return _made(Deploying(server, plan, redactor, say), asked, plan, planned, say)


def _made(run: Deploying, asked: Asked, plan: Plan, planned: str, say: Callable[[str], None]) -> int:
    """Make the writes and watch, tell how it ended, and keep a record of it and of the plan that was shown."""
    failure: CoopError | None = None
    try:
        run.make(asked.options.reason.strip(), detach=asked.options.detach)
    except CoopError as error:
        failure = asked.advised(error, plan)
    ended = _ended(run, asked, plan, failure)
    if ended:
        say(ended)
    shown = {
        "What was asked for": asked.again("deploy") if plan.nothing_to_do else asked.approving(plan),
        "The plan": planned,
        "How it ended": f"{ended}\n{type(failure).__name__}: {failure}" if failure else ended,
    }
    lost = False
    try:
        if record := run.keep(shown):
            say(f"Record: {record}")
    except WorkspaceError as error:
        # How the deploy ended is the news: that it has no record is told beside it.
        lost = True
        say(f"{type(error).__name__}: {error}")
    if failure is not None:
        raise failure
    return int(lost)


def _ended(run: Deploying, asked: Asked, plan: Plan, failure: CoopError | None) -> str:
    """What is said at the end, besides the error; blank where that says it all."""
    from coopnb.show.report import report_output
    from coopnb.show.text import counted

    if run.report is not None:
        following = asked.following(plan, interrupted=run.report.outcome == "interrupted")
        return report_output(run.report, following=following).text
    if failure is not None or not asked.options.detach:
        return ""
    return (
        f"Not watched: the swarm took {counted(len(plan.operations), 'operation')}; "
        "whether the tasks come up was not observed.\n"
        f"To see how it ends: {asked.again('deploy')}\n"
        "That writes nothing while the plan stays empty, and watches until every task runs."
    )


def _refuse_unapproved(plan: Plan, asked: Asked) -> None:
    """An approval is for this plan, and says why."""
    approve, reason = asked.options.approve.strip(), asked.options.reason.strip()
    right = approve in (plan.short_digest, plan.digest)
    if right and reason:
        return
    missing, what = "this plan waits for an approval", None
    if right:
        missing = "the approval has no reason"
    elif approve:
        missing = f"{approve[:80]} is not the digest of this plan"
        what = "the files, their settings, what is accepted or the swarm are not as they were when it was given"
    raise NotApproved(
        f"{missing}; nothing was written",
        what=what,
        where=f"server {plan.server.name}, stack {plan.stack.name}",
        hint=f"If the plan above is what you want:\n{asked.approving(plan)}",
    )


def _redactor() -> Redactor:
    from coopnb.redaction import Redactor

    return Redactor()


def _connect(options: argparse.Namespace, redactor: Redactor) -> Server:
    from coopnb.server import as_workspace, connect

    return connect(options.server, workspace=as_workspace(options.workspace), redactor=redactor)
