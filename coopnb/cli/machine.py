"""``coopnb lab`` and ``coopnb doctor``: this machine and its workspace."""

from __future__ import annotations

import argparse

from coopnb.cli.parsing import Commands, add_command


def add_lab(commands: Commands) -> None:
    """Declare ``coopnb lab``."""
    text = "open JupyterLab on the workspace's runs and runbooks"
    parser = add_command(commands, "lab", _lab, text, "Whatever follows -- goes to jupyter lab.\n")
    parser.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="for jupyter lab, after --")


def _lab(options: argparse.Namespace) -> int:
    from coopnb.runner.lab import open_lab

    return open_lab(options.workspace, options.arguments)


def add_doctor(commands: Commands) -> None:
    """Declare ``coopnb doctor``."""
    epilog = """\
exit statuses:
  0    everything that is needed is here
  1    something is missing or wrong; its line begins with ✗
"""
    add_command(commands, "doctor", _doctor, "look whether everything coopnb needs is here", epilog)


def _doctor(options: argparse.Namespace) -> int:
    from coopnb.runner.doctor import examine

    healthy = True
    for found in examine(options.workspace):
        sign = {True: "✓", False: "✗", None: "?"}[found.ok]
        print(f"{sign} {found.name:<18} {found.text}")
        healthy = healthy and found.ok is not False
    return 0 if healthy else 1
