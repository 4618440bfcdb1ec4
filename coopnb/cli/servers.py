"""``coopnb server``: the servers there are, one more, whose key is trusted, how one stands."""

from __future__ import annotations

import argparse
import sys

from coopnb.cli.parsing import Commands, add_command
from coopnb.errors import CoopError, Interrupted

_STATUSES = """\
exit statuses:
  0    done; check: an app can be managed there
  1    check: it answers, and is no manager of a swarm or refuses a read
  2    wrong input: a name, a URL, a fingerprint that is another one
  3    trust: nobody said that the key is the right one
  4    it cannot be reached
  130  interrupted
"""
_EXAMPLES = """\
examples:
  coopnb server list
  coopnb server add node1.example.org            port, user and key are those of ~/.ssh/config
  coopnb server add ops@node1.example.org
  coopnb server add choir ssh://ops@10.0.0.7:2222
  coopnb server check choir
  coopnb server trust choir                      shows the host key's fingerprint, and asks

A server is a folder <workspace>/servers/NAME, as abra has it, a docker context, or
practice. A URL that the name does not lead to is kept in <workspace>/coopnb/endpoints/NAME.

"""


def add_server(commands: Commands) -> None:
    """Declare ``coopnb server`` and its commands."""
    text = "add, list, check or trust servers"
    parser = add_command(commands, "server", _list, text, _EXAMPLES + _STATUSES)
    actions = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_command(actions, "list", _list, "ask all servers at once how they stand", _STATUSES, nested=True)
    parser = add_command(actions, "add", _add, "make a server's folder, and look at it", _STATUSES, nested=True)
    parser.add_argument("name", metavar="NAME", help="a host or alias of ~/.ssh/config, or ops@node1.example.org")
    parser.add_argument("url", metavar="URL", nargs="?", default="", help="where it is, if the name does not say")
    parser = add_command(actions, "check", _check, "connect, and say what is there", _STATUSES, nested=True)
    parser.add_argument("name", metavar="NAME", help="a server of the list, or a URL")
    text = "write a server's host key into known_hosts, after showing its fingerprint"
    parser = add_command(actions, "trust", _trust, text, _STATUSES, nested=True)
    parser.add_argument("name", metavar="NAME", help="a server of the list, or a URL")
    parser.add_argument(
        "--fingerprint", metavar="SHA256:...", default="", help="the one it must have; then nothing is asked"
    )


def _list(options: argparse.Namespace) -> int:
    from coopnb.server import as_workspace, names, roster
    from coopnb.show.servers import servers_output

    workspace = as_workspace(options.workspace)
    rows = roster(workspace, names(workspace))
    others = [row for row in rows if not (row.practice and not row.reachable and not row.error)]
    print(servers_output(rows if others else ()))
    return 0


def _add(options: argparse.Namespace) -> int:
    from coopnb.server import add_server, as_workspace

    workspace = as_workspace(options.workspace)
    name, new = add_server(workspace, options.name, options.url)
    print(f"{'Added' if new else 'Was there already'}: {name}, its apps lie in {workspace.servers / name}")
    try:
        return _check(argparse.Namespace(name=name, workspace=workspace))
    except CoopError as error:
        print("It stays in the list. It cannot be used yet:", file=sys.stderr)
        raise error from None


def _check(options: argparse.Namespace) -> int:
    from coopnb.server import as_workspace, check_server
    from coopnb.show.servers import checked_output

    checked = check_server(options.name, as_workspace(options.workspace))
    print(checked_output(checked))
    return 0 if checked.row.usable and not checked.refused else 1


def _trust(options: argparse.Namespace) -> int:
    from coopnb.server import as_workspace, shown_key, trust_key
    from coopnb.show.text import clean

    seen = shown_key(options.name, as_workspace(options.workspace))
    print(f"{clean(seen.name)} shows {seen.kind} {seen.fingerprint}")
    if seen.standing == "known":
        print(f"It is known already: {seen.file}")
        return 0
    for other in seen.others:
        print(f"Known until now: another key, {other.kind}, at {other.where}")
    typed = None
    # Python has no stdin at all where the shell closed it.
    if not options.fingerprint and sys.stdin is not None and sys.stdin.isatty():
        print("Compare this fingerprint with whoever runs the server, on another way than this one.")
        typed = _typed(f"If it is the same, type {clean(seen.name)}: ")
    trust_key(seen, fingerprint=options.fingerprint, typed=typed)
    print(f"Trusted from here on; written to {seen.file}")
    return 0


def _typed(question: str) -> str:
    """What was typed; nothing where the input ended (Ctrl-D).

    Raises:
        Interrupted: Ctrl-C was pressed.
    """
    try:
        return input(question).strip()
    except EOFError:
        print()
        return ""
    except KeyboardInterrupt:
        print()
        raise Interrupted("the question was not answered; nothing was trusted, nothing was written") from None
