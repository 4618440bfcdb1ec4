"""The stack of the deploy benchmark: ten services, each with a config, a secret and a volume."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from benchmarks.measure import process

IMAGE = "busybox:1.36"
SERVICES = tuple(f"part{number:02}" for number in range(10))
VERSION = "1.0.0+1.36"


def write_app(workspace: Path, domain: str, replicas: int) -> None:
    """Write the recipe ``tens`` as a tagged repository, and an app of it on the server ``default``."""
    settings = [f"TYPE=tens:{VERSION}", f"DOMAIN={domain}"]
    settings += [f"SECRET_{key.upper()}_VERSION=v1 # length=32" for key in SERVICES]
    env_file = workspace / "servers" / "default" / f"{domain}.env"
    env_file.parent.mkdir(parents=True, exist_ok=True)
    env_file.write_text("\n".join(settings) + "\n", encoding="utf-8")
    recipe = workspace / "recipes" / "tens"
    recipe.mkdir(parents=True)
    _write(recipe, replicas, {key: _external(key) for key in SERVICES})
    git = ["git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-qm", "tens"], ["tag", "-am", "tens", VERSION]):
        process([*git, *step], cwd=recipe)


def write_for_peer(folder: Path, replicas: int) -> None:
    """Write the same stack for the docker CLI, which makes no secrets: they are files beside it."""
    folder.mkdir()
    for key in SERVICES:
        (folder / f"{key}.secret").write_text(f"{key}{'x' * 26}", encoding="utf-8")
    _write(folder, replicas, {key: {"file": f"./{key}.secret"} for key in SERVICES})


def _write(folder: Path, replicas: int, secrets: Mapping[str, Mapping[str, object]]) -> None:
    for key in SERVICES:
        (folder / f"{key}.conf").write_text(f"# {key}\n" + "setting = value\n" * 40, encoding="utf-8")
    compose = {
        "version": "3.8",
        "services": {key: _service(key, replicas) for key in SERVICES},
        "networks": {"internal": {}},
        "volumes": dict.fromkeys(SERVICES),
        "configs": {key: {"file": f"./{key}.conf"} for key in SERVICES},
        "secrets": dict(secrets),
    }
    (folder / "compose.yml").write_text(yaml.safe_dump(compose, sort_keys=False), encoding="utf-8")


def _service(key: str, replicas: int) -> dict[str, object]:
    return {
        "image": IMAGE,
        "command": ["sleep", "100000"],
        "init": True,
        "stop_grace_period": "1s",
        "networks": ["internal"],
        "configs": [{"source": key, "target": f"/etc/{key}.conf"}],
        "secrets": [key],
        "volumes": [f"{key}:/data"],
        "deploy": {"replicas": replicas, "endpoint_mode": "dnsrr"},
    }


def _external(key: str) -> dict[str, object]:
    return {"external": True, "name": f"${{STACK_NAME}}_{key}_${{SECRET_{key.upper()}_VERSION}}"}
