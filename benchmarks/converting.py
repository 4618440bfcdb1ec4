"""Turning an app's files into what is sent to swarm, against ``docker stack config`` on the same files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.measure import Comparison, in_turns, process
from coopnb import convert, envfile, recipe, secrets
from coopnb.model.app import App
from coopnb.model.recipe import RecipeVersion
from coopnb.model.stack import Stack
from coopnb.samples import RECIPES
from tests.samples.reading import environment
from tests.testbed.cli import docker_cli

VERSION = "1.3.0+1.39.17"
DOMAIN = "wiki.example.org"


def compare_conversion(runs: int) -> list[Comparison]:
    """Convert the sample ``wiki``: warm in this process, and cold in a process of its own."""
    folder = RECIPES / "wiki" / VERSION
    peer_env = {**environment(folder, DOMAIN), "PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    command = [str(docker_cli()), "stack", "config", "-c", "compose.yml"]
    if b"mediawiki" not in process(command, peer_env, folder).stdout:
        raise RuntimeError("docker stack config did not print the wiki")

    def peer() -> None:
        process(command, peer_env, folder)

    def warm() -> None:
        convert_wiki(folder)

    def cold() -> None:
        process([sys.executable, "-m", "benchmarks.converting", str(folder)], cwd=Path(__file__).parents[1])

    for _ in range(3):
        warm()
    lines = []
    for name, ours_is, work in (
        ("wiki's files to a stack", "in process, warm", warm),
        ("the same, cold", "a process of its own, imports included", cold),
    ):
        ours, theirs = in_turns(work, peer, runs)
        lines.append(Comparison(name, ours_is, "docker stack config", ours, theirs))
    return lines


def convert_wiki(folder: Path) -> Stack:
    """Settings, recipe, secrets, conversion: what ``load_app`` and ``Server.plan`` do, less git and the server."""
    settings = envfile.read(folder / ".env.sample")
    exports = envfile.exports((folder / "abra.sh").read_text(encoding="utf-8"))
    values = {"STACK_NAME": DOMAIN.replace(".", "_"), **settings.values, **exports}
    source = RecipeVersion("wiki", VERSION, "0" * 40, True, folder)
    read = recipe.load(source, values["COMPOSE_FILE"].split(":"), values)
    wanted = secrets.wanted(read, settings.last, settings)
    app = App(DOMAIN, "default", values["STACK_NAME"], folder / ".env.sample", settings.last, read, wanted)
    return convert.convert(app)


if __name__ == "__main__":
    if len(convert_wiki(Path(sys.argv[1])).services) != 2:
        sys.exit("the wiki has two services")
