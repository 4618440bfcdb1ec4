"""``coopnb stack``: any stack files, planned and deployed as ``docker stack deploy`` would, with nothing added."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coopnb.cli.parsing import EXIT_STATUSES, Commands, Parser, add_command
from coopnb.errors import Interrupted, NotApproved, NotConverged, StalePlan
from coopnb.harmless import visible

if TYPE_CHECKING:
    from coopnb.model.plan import Plan
    from coopnb.model.stack import Stack
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
The run's ledger lies in <workspace>/coopnb/runs and has every write before it is made.

exit statuses:
  0    done and observed; with --detach: done, and nothing observed
  1    the swarm did not end as planned: failed, rolled back, timed out
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """A command as it was given: what it means, and how it is said again."""

    options: argparse.Namespace

    def stack(self) -> Stack:
        """What the files want; no server is asked."""
        from coopnb.server import stack_files_at

        return stack_files_at(self.options.paths, self.options.name, settings=self.options.settings)

    def plan(self, server: Server, stack: Stack) -> Plan:
        """What is there against what is wanted, with what is accepted."""
        from coopnb.server import with_accepted

        return with_accepted(server.plan(stack, prune=self.options.prune), " ".join(self.options.accept))

    def again(self, action: str, *more: str) -> str:
        """The whole command for the same files, with an action and options of its own."""
        options = self.options
        words = ["coopnb", "stack", action, *options.paths, "--server", options.server, "--name", options.name]
        if options.settings:
            words += ["--settings", str(options.settings)]
        words += [word for name in options.accept for word in ("--accept", name)]
        words += ["--prune"] if options.prune else []
        words += ["--workspace", options.workspace] if options.workspace else []
        return visible(shlex.join([*words, *more]))

    def approving(self, plan: Plan) -> str:
        """The command that makes a plan; its reason is left to say."""
        detach = ["--detach"] if getattr(self.options, "detach", False) else []
        reason = getattr(self.options, "reason", "").strip() or "..."
        return self.again("deploy", *detach, "--approve", plan.short_digest, "--reason", reason)

    def following(self, plan: Plan, *, interrupted: bool) -> str:
        """What to do where a deploy did not get to its end."""
        if interrupted:
            return f"{self.again('deploy')} watches on: it writes nothing that is not approved"
        text = f"{self.again('plan')} shows what is missing"
        if plan.previous_state is None:
            return text
        given = ["-p", f"server={self.options.server}", "-p", f"domain={plan.app}"]
        return f"{text}; {visible(shlex.join(['coopnb', 'run', 'roll-back-app', *given]))} goes back to what ran before"


def _plan(options: argparse.Namespace) -> int:
    from coopnb.server import refuse_blocked
    from coopnb.show.plan import plan_output
    from coopnb.show.plan_json import plan_json

    asked, redactor = _Asked(options), _redactor()
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

    asked, redactor = _Asked(options), _redactor()

    def say(text: str) -> None:
        print(visible(redactor.mask(text), keep="\n"), flush=True)

    stack = asked.stack()
    with closing(_connect(options, redactor)) as server:
        plan = asked.plan(server, stack)
        say(plan_output(plan, command_line=True).text)
        refuse_blocked(plan, command_line=True)
        if not plan.nothing_to_do:
            _refuse_unapproved(plan, asked)
        elif options.detach:
            return 0
        _made(Deploying(server, plan, redactor, say), asked, plan, say)
    return 0


def _made(run: Deploying, asked: _Asked, plan: Plan, say: Callable[[str], None]) -> None:
    """Make the writes and watch, and tell how it ended."""
    from coopnb.show.report import report_output
    from coopnb.show.text import counted

    options = asked.options
    try:
        run.make(options.reason.strip(), detach=options.detach)
    except StalePlan as error:
        error.hint = f"{asked.again('plan')} shows how it stands now"
        raise
    except (Interrupted, NotConverged) as error:
        error.hint = asked.following(plan, interrupted=isinstance(error, Interrupted))
        raise
    finally:
        if run.report is not None:
            following = asked.following(plan, interrupted=run.report.outcome == "interrupted")
            say(report_output(run.report, following=following).text)
    if options.detach:
        made = counted(len(plan.operations), "operation")
        say(
            f"Not watched: the swarm took {made}; whether the tasks come up was not observed.\n"
            f"To see how it ends: {asked.again('deploy')}\n"
            "That writes nothing while the plan stays empty, and watches until every task runs."
        )


def _refuse_unapproved(plan: Plan, asked: _Asked) -> None:
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
