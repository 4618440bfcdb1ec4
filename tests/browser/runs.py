"""Copies of the runbook, and what is left of them on the disk and in the swarm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import docker
import nbformat

import coopnb
from coopnb.practice import process
from coopnb.runner.models import with_parameters
from coopnb.workspace import Workspace


def copy_of(workspace: Workspace, **parameters: str) -> Path:
    """Make a copy, as a button of the index does; parameters are filled in as somebody would."""
    path = coopnb.new_run("deploy-app", workspace=workspace.root).notebook
    if parameters:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        with_parameters(notebook, parameters, str(path))
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    return path


def ledger(notebook: Path) -> list[dict[str, Any]]:
    """The entries of the run that a copy belongs to."""
    return [json.loads(line) for line in (notebook.parent / "ledger.jsonl").read_text().splitlines()]


def facts(notebook: Path, event: str) -> dict[str, Any]:
    """The facts of the last entry of a kind."""
    found: list[dict[str, Any]] = [entry["facts"] for entry in ledger(notebook) if entry["event"] == event]
    return found[-1]


def settings(workspace: Workspace) -> list[tuple[str, str]]:
    """Server and domain of every app that has settings."""
    return list(workspace.apps())


def services(workspace: Workspace) -> list[str]:
    """The names of all services on the practice swarm, as its Engine API lists them."""
    swarm = process.start(workspace.practice)
    client = docker.APIClient(base_url=f"unix://{swarm.socket}", timeout=10)
    try:
        return sorted(service["Spec"]["Name"] for service in client.services())  # type: ignore[no-untyped-call]
    finally:
        client.close()
