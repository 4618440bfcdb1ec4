"""``coopnb check`` and ``coopnb convert``: a recipe, an app or any stack files, read without a server."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coopnb.cli.parsing import Commands, add_command
from coopnb.errors import InputError, SettingsError

if TYPE_CHECKING:
    from coopnb.model.finding import Finding
    from coopnb.model.stack import Spec, Stack, StackSecret

_PATHS = """\
PATH is a recipe's folder, which is read as it lies, with the settings its .env.sample proposes;
an app's .env file in a workspace; or a stack file, or several that are merged in this order.
Relative paths in stack files begin at the folder of the first one.

"""
_CHECK = """\
examples:
  coopnb check ~/recipes/wiki
  coopnb check ~/.abra/servers/node1.example.org/wiki.example.org.env
  coopnb check compose.yml compose.mail.yml --settings .env
  coopnb check wiki                                  the newest version of the workspace's recipe

exit statuses:
  0    nothing worse than warnings
  1    errors: a plan would be blocked
  2    it is not there, or cannot be read to its end
"""
_CONVERT = """\
It prints the bodies that the Engine API would be sent, as JSON. Secrets are there without their
values, and values of settings that look secret are hidden.

exit statuses:
  0    done
  2    it cannot be read or converted
"""


def add_check(commands: Commands) -> None:
    """Declare ``coopnb check``."""
    text = "say everything there is to say of a recipe, an app or stack files"
    parser = _add(commands, "check", _check, text, _PATHS + _CHECK, "PATH|NAME")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def add_convert(commands: Commands) -> None:
    """Declare ``coopnb convert``."""
    text = "show what swarm would be told of a recipe, an app or stack files"
    parser = _add(commands, "convert", _convert, text, _PATHS + _CONVERT, "PATH")
    parser.add_argument(
        "--name", metavar="N", default="", help="of the stack, for stack files (default: the folder's name)"
    )


def _add(commands: Commands, name: str, act: Any, text: str, epilog: str, given: str) -> argparse.ArgumentParser:
    parser = add_command(commands, name, act, text, epilog)
    parser.add_argument("paths", metavar=given, nargs="+")
    parser.add_argument(
        "--settings", metavar="ENVFILE", type=Path, help="what ${...} in a folder or in stack files is filled in with"
    )
    return parser


def _check(options: argparse.Namespace) -> int:
    from coopnb.show.findings import findings_output

    subject, found = _findings(options)
    print(
        _masked(options, _as_json(subject, found) if options.json else str(findings_output(found, subject, rules=True)))
    )
    return status(found)


def _findings(options: argparse.Namespace) -> tuple[str, tuple[Finding, ...]]:
    from coopnb import commons
    from coopnb.server import as_workspace, findings
    from coopnb.server.recipe_check import check_recipe

    [first, *more] = options.paths
    if not more and not Path(first).exists() and "/" not in first:
        workspace = as_workspace(options.workspace)
        if first in commons.names(workspace):
            source, found = check_recipe(workspace, first)
            return f"{source.recipe} {source.version}, with the settings its sample proposes", found
    _refuse_missing(options.paths)
    return ", ".join(options.paths), findings(options.paths, settings=options.settings)


def _masked(options: argparse.Namespace, text: str) -> str:
    """A text without the values of settings that look secret, wherever a file has put them."""
    from coopnb import envfile
    from coopnb.redaction import Redactor, looks_secret

    redactor = Redactor()
    files = [options.settings, *(Path(path) for path in options.paths if path.endswith(".env"))]
    for file in files:
        if file is None or not file.is_file():
            continue
        try:
            values = envfile.read(file).values
        except SettingsError:
            # That it cannot be read is what the text says; nothing was filled in from it.
            continue
        for name, value in values.items():
            if looks_secret(name):
                redactor.add(name, value)
    return redactor.mask(text)


def _refuse_missing(paths: Sequence[str]) -> None:
    for path in paths:
        if not Path(path).exists():
            hint = "name a stack file, an app's .env, a recipe's folder, or a recipe of the workspace"
            raise InputError(f"there is no {path}", hint=hint)


def status(found: Sequence[Finding]) -> int:
    """The exit status of a check that found this: 0, 1 for errors, 2 if it was not read to its end."""
    from coopnb.server.given import UNREADABLE

    if any(finding.rule == UNREADABLE for finding in found):
        return 2
    return 1 if any(finding.severity == "error" for finding in found) else 0


def _as_json(subject: str, found: Sequence[Finding]) -> str:
    from coopnb.show.plan_json import finding_facts

    return json.dumps({"of": subject, "findings": [finding_facts(each) for each in found]}, indent=2)


def _convert(options: argparse.Namespace) -> int:
    from coopnb.server import stack_at
    from coopnb.show.text import counted

    _refuse_missing(options.paths)
    stack = stack_at(options.paths, options.name, settings=options.settings)
    errors = sum(finding.severity == "error" for finding in stack.findings)
    if errors:
        again = " ".join(options.paths)
        print(f"{counted(errors, 'error')} would block a plan: coopnb check {again}", file=sys.stderr)
    print(_masked(options, json.dumps(_bodies(stack), indent=2)))
    return 0


def _bodies(stack: Stack) -> dict[str, Any]:
    """A stack as the Engine API takes it; what has a name and no body is external, and must be there."""
    from base64 import b64encode

    return {
        "name": stack.name,
        "services": [_without_secrets(dict(service.spec)) for service in stack.services],
        "networks": [_named(network.name, network.external, network.spec) for network in stack.networks],
        "secrets": [_named(secret.name, secret.external, _valueless(secret)) for secret in stack.secrets],
        "configs": [
            _named(
                config.name,
                config.external,
                {
                    "Labels": dict(config.labels),
                    "Data": b64encode(config.data or b"").decode(),
                    **({"Templating": {"Name": config.template_driver}} if config.template_driver else {}),
                },
            )
            for config in stack.configs
        ],
    }


def _named(name: str, external: bool, body: Spec) -> dict[str, Any]:
    return {"Name": name, "External": True} if external else {"Name": name, **_without_secrets(dict(body))}


def _valueless(secret: StackSecret) -> Spec:
    driver = {"Driver": {"Name": secret.driver, "Options": dict(secret.driver_opts)}} if secret.driver else {}
    template = {"Templating": {"Name": secret.template_driver}} if secret.template_driver else {}
    return {"Labels": dict(secret.labels), **driver, **template}


def _without_secrets(value: Any, kind: str = "") -> Any:
    """A spec in which no text holds what looks secret: by the name of a variable or a label, or as part of a URL."""
    from coopnb.show.hidden import HIDDEN, shown_value, without_credentials

    if isinstance(value, dict):
        labels = kind in ("Labels", "Options")
        return {key: shown_value(key, each) if labels else _without_secrets(each, key) for key, each in value.items()}
    if isinstance(value, list | tuple):
        # In a command, the word after --password is its value.
        told = [isinstance(word, str) and without_credentials(f"{word} x") == f"{word} {HIDDEN}" for word in value]
        return [
            HIDDEN if after else _without_secrets(item, kind)
            for after, item in zip([False, *told], value, strict=False)
        ]
    if not isinstance(value, str):
        return value
    name, separator, given = value.partition("=")
    return f"{name}={shown_value(name, given)}" if kind == "Env" and separator else without_credentials(value)
