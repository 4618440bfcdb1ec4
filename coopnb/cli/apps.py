"""``coopnb app``: the apps of the workspace and what runs of them."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from coopnb.cli.parsing import EXIT_STATUSES, Commands, Parser, add_command
from coopnb.errors import CoopError, InputError, NotApproved, SettingsError, TransportError

if TYPE_CHECKING:
    from coopnb.model.plan import Plan
    from coopnb.server import Server
    from coopnb.show.apps import AppHere
    from coopnb.workspace import Workspace

_EXAMPLES = """\
examples:
  coopnb app new wiki --server practice --domain wiki.example.org --set WIKI_NAME="The choir"
  coopnb app list --live
  coopnb app show wiki.example.org
  coopnb app logs wiki.example.org db --tail 20
  coopnb app restart wiki.example.org app

To deploy, upgrade, roll back or scale: coopnb run deploy-app, and the other runbooks.

"""
_READS = """\
exit statuses:
  0    done
  2    there is no such app, service or server
  4    its server cannot be reached
"""


def add_app(commands: Commands) -> None:
    """Declare ``coopnb app`` and its commands."""
    parser = add_command(commands, "app", _list, "make, list, show or restart apps", _EXAMPLES + EXIT_STATUSES)
    parser.set_defaults(live=False)
    actions = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_new(actions)
    parser = add_command(actions, "list", _list, "list the apps of all servers", _READS, nested=True)
    parser.add_argument("--live", action="store_true", help="ask the servers what runs")
    text = "show an app: settings, versions, findings, what runs"
    _add_of_app(actions, "show", _show, text, _READS)
    parser = _add_of_app(actions, "logs", _logs, "show the last lines its tasks wrote", _READS)
    parser.add_argument("service", metavar="SERVICE", nargs="?", default="", help="default: all of them")
    parser.add_argument("--tail", metavar="N", type=_count, default=100, help="lines of each task (default: 100)")
    text = "restart services: shows the plan, makes it when it is approved, watches it"
    parser = _add_of_app(actions, "restart", _restart, text, EXIT_STATUSES)
    parser.add_argument("services", metavar="SERVICE", nargs="*", help="default: all of them")
    parser.add_argument("--approve", metavar="DIGEST", default="", help="of the plan, as it is printed")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why")


def _add_new(actions: Commands) -> None:
    epilog = """\
The settings are those of the recipe's .env.sample, byte for byte, except for what is set. A
commented-out setting that is set is switched on. Settings that exist are never overwritten.

exit statuses:
  0    the settings are written; nothing is deployed
  2    the app exists, or the recipe, the version or a name is wrong; nothing was written
"""
    text = "make the settings of a new app from its recipe's sample"
    parser = add_command(actions, "new", _new, text, epilog, nested=True)
    parser.add_argument("recipe", metavar="RECIPE", help="of the workspace, or of the catalogue")
    parser.add_argument("--server", metavar="S", required=True, help="the server's name")
    parser.add_argument("--domain", metavar="D", required=True, help="the app's name, usually a domain")
    parser.add_argument("--version", metavar="V", default="", help="default: the newest")
    parser.add_argument("--set", dest="settings", metavar="KEY=VALUE", action="append", default=[], help="a setting")


def _add_of_app(actions: Commands, name: str, act: object, text: str, epilog: str) -> Parser:
    parser = add_command(actions, name, act, text, epilog, nested=True)  # type: ignore[arg-type]
    parser.add_argument("domain", metavar="DOMAIN", help="the app's name")
    parser.add_argument("--server", metavar="S", default="", help="where several have an app of that name")
    return parser


def _new(options: argparse.Namespace) -> int:
    from coopnb.server import as_workspace
    from coopnb.server.new_app import make_app

    workspace = as_workspace(options.workspace)
    made = make_app(
        workspace, options.server, options.domain, options.recipe, options.version, _settings(options.settings)
    )
    for name in made.appended:
        print(f"! {name} is not among the sample's settings; it was added at the end", file=sys.stderr)
    print(f"{options.domain}: {made.recipe} {made.version}, settings in {made.path}")
    print(
        f"To deploy it: coopnb run deploy-app -p server={options.server} -p recipe={made.recipe} "
        f"-p domain={options.domain}"
    )
    return 0


def _settings(given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in given:
        name, separator, value = item.partition("=")
        if not separator or not name:
            raise InputError(
                f"{item[:80]!r} is not a setting; nothing was written", hint='write it as --set NAME="a value"'
            )
        found[name] = value
    return found


def _list(options: argparse.Namespace) -> int:
    from coopnb.server import as_workspace
    from coopnb.server.app_live import apps_live
    from coopnb.show.apps import apps_output

    workspace = as_workspace(options.workspace)
    apps = [_here(workspace, server, domain) for server, domain in workspace.apps()]
    live = apps_live(workspace, [(app.server, app.domain) for app in apps]) if options.live else None
    print(apps_output(apps, live))
    return 0


def _show(options: argparse.Namespace) -> int:
    from coopnb import commons, envfile
    from coopnb.server import as_workspace, findings
    from coopnb.show.apps import app_output
    from coopnb.show.snapshot import snapshot_output

    workspace = as_workspace(options.workspace)
    path = workspace.find_env_file(options.domain, options.server or None)
    app = _here(workspace, path.parent.name, options.domain)
    versions: tuple[str, ...] = ()
    if app.recipe in commons.names(workspace):
        versions = tuple(item.version for item in commons.versions(commons.recipe_folder(workspace, app.recipe)))
    settings = tuple(envfile.read(path).last.values())
    print(app_output(app, str(path), settings, versions, findings(path)))
    try:
        with closing(_connect(workspace, path.parent.name)) as server:
            seen = server.snapshot(_stack(workspace, options.domain, path))
            print(snapshot_output(seen, options.domain) if seen.services else _not_yet(app))
    except TransportError as error:
        print(f"What runs is not known. {type(error).__name__}: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _not_yet(app: AppHere) -> str:
    from coopnb.show.text import clean

    command = f"coopnb run deploy-app -p server={app.server} -p recipe={app.recipe} -p domain={app.domain}"
    return f"Nothing of it runs on {clean(app.server)} yet. To deploy it: {clean(command)}"


def _logs(options: argparse.Namespace) -> int:
    from coopnb.server import as_workspace
    from coopnb.show.text import clean
    from coopnb.show.words import standing_words

    workspace = as_workspace(options.workspace)
    with closing(_connect(workspace, _server_of(workspace, options))) as server:
        found = server.logs(options.domain, options.service, tail=options.tail)
    for log in found:
        name = f"{log.task.service}.{log.task.slot or log.task.node} on {log.task.node}"
        print(f"{clean(name)}: {standing_words(log.task)}")
        for line in log.lines:
            print(f"    | {line}")
        if log.problem or not log.lines:
            print(f"    {clean(log.problem) or 'it wrote nothing'}")
    return 0


def _restart(options: argparse.Namespace) -> int:
    from coopnb.model.plan import Approval
    from coopnb.record.ledger import utc_now
    from coopnb.runbook.operator import operator
    from coopnb.server import as_workspace
    from coopnb.show.plan import plan_output
    from coopnb.show.report import report_output

    workspace = as_workspace(options.workspace)
    with closing(_connect(workspace, _server_of(workspace, options))) as server:
        plan = server.plan_restart(options.domain, tuple(options.services))
        print(plan_output(plan))
        _refuse_unapproved(plan, options)
        approval = Approval(plan.digest, operator(os.environ), options.reason.strip(), utc_now())
        run = server.apply(plan, approval)
        try:
            run.wait()
        finally:
            if run.report is not None:
                print(report_output(run.report))
    return 0


def _refuse_unapproved(plan: Plan, options: argparse.Namespace) -> None:
    """An approval is for this plan, and says why."""
    if options.approve != plan.short_digest or not options.reason.strip():
        missing = "its reason is missing" if options.approve == plan.short_digest else "it waits for an approval"
        missing = "the approval is for another plan" if options.approve not in ("", plan.short_digest) else missing
        where = [f"--{name}={value}" for name in ("workspace", "server") if (value := getattr(options, name))]
        again = shlex.join(["coopnb", "app", "restart", *where, plan.app, *options.services])
        raise NotApproved(
            f"{missing}; nothing was written",
            where=f"server {plan.server.name}, {plan.app}",
            hint=f'{again} --approve {plan.short_digest} --reason "..."',
        )


def _connect(workspace: Workspace, name: str) -> Server:
    from coopnb.server import connect

    return connect(name, workspace=workspace)


def _server_of(workspace: Workspace, options: argparse.Namespace) -> str:
    """The server that was named, else the one whose folder has the app."""
    return options.server or workspace.find_env_file(options.domain).parent.name


def _stack(workspace: Workspace, domain: str, path: Path) -> str:
    from coopnb.server.loading import app_name

    return app_name(workspace, domain, path.parent.name).stack


def _here(workspace: Workspace, server: str, domain: str) -> AppHere:
    from coopnb import envfile
    from coopnb.server import recipe_of
    from coopnb.show.apps import AppHere

    try:
        path = workspace.env_file(server, domain)
        recipe, version = recipe_of(envfile.read(path).values, path)
    except (SettingsError, CoopError) as error:
        return AppHere(server, domain, problem=error.headline)
    return AppHere(server, domain, recipe, version)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError("expected a whole number above 0")
    return int(text)
