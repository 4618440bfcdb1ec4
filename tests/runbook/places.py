"""A workspace of a test's own: a practice swarm, recipes planted in it, and what the swarm holds."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from coopnb.engine import Engine, connect
from coopnb.model.choice import Choice
from coopnb.practice import process
from coopnb.runbook.apps import take
from coopnb.server import connect as server_connect
from coopnb.server import folder_of, load_app, plant_samples
from coopnb.workspace import Workspace
from tests.runbook.headless import Ran, coopnb

VERSION = "1.0.0+1.0"
AT_ONCE = 2
"""Commands that run side by side: each is one busy process for most of its time."""


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace, and the engine of its practice swarm.

    Attributes:
        root: the workspace's folder.
    """

    root: Path
    engine: Engine

    def deploy(self, **parameters: str) -> Ran:
        """Run the runbook once on the practice swarm."""
        return coopnb(self.root, "run", "deploy-app", **{"server": "practice", **parameters})

    def digest(self, recipe: str, domain: str, version: str = "", server: str = "practice") -> str:
        """What approves the plan that a run will make: its settings are made, and it is planned, in this process."""
        workspace = Workspace(self.root)
        taken = take(workspace, Choice(server, recipe, version, domain), workspace.make(workspace.own / "versions"))
        with closing(server_connect(server, workspace=workspace)) as connected:
            app = load_app(domain, version=taken.choice.version, server=folder_of(server), workspace=workspace)
            return connected.plan(app).short_digest

    def approved(self, reason: str = "a test", **parameters: str) -> Ran:
        """Run the runbook once, with the approval that its plan will need."""
        return self.deploy(**parameters, approve=self.digest(**parameters), reason=reason)

    def deploy_all(self, cases: Mapping[str, Mapping[str, str]]) -> dict[str, Ran]:
        """Run the runbook once a case, some at the same time."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(cases, pool.map(lambda case: self.deploy(**case), cases.values()), strict=True))

    def write_settings(self, server: str, domain: str, text: str) -> Path:
        """Lay an app's ``.env`` down."""
        path = self.root / "servers" / server / f"{domain}.env"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def plant(self, recipe: str, files: Mapping[str, str], sample: str = "") -> None:
        """Make a recipe of one version: a git repository with these files, an ``.env.sample`` and a tag."""
        folder = self.root / "recipes" / recipe
        folder.mkdir(parents=True)
        settings = f"TYPE={recipe}\nDOMAIN={recipe}.example.com\n{sample}"
        for name, text in {".env.sample": settings, **files}.items():
            (folder / name).write_text(text)
        for command in ("init -q", "add -A", "commit -q -m begin", f"tag -a -m release {VERSION}"):
            own = ["-c", "user.name=ana", "-c", "user.email=ana@example.org", "-c", "init.defaultBranch=main"]
            subprocess.run(["git", *own, *command.split()], cwd=folder, check=True, capture_output=True, timeout=30)


def objects(engine: Engine) -> dict[str, list[str]]:
    """The names of everything a deployment could have made in a swarm."""
    kinds = ("services", "secrets", "configs")
    found = {kind: [item["Spec"]["Name"] for item in engine.request("GET", f"/{kind}").body or ()] for kind in kinds}
    return {**found, "networks": sorted(item["Name"] for item in engine.networks().body)}


@contextmanager
def practice_place(root: Path, *, clock: str = "auto", world: Path | None = None) -> Iterator[Place]:
    """A workspace with the sample recipes and a running practice swarm, which ends with it."""
    workspace = Workspace(root)
    swarm = process.start(workspace.make(workspace.practice), clock=clock, world=world)
    engine = connect(f"unix://{swarm.socket}")
    try:
        plant_samples(workspace)
        yield Place(root, engine)
    finally:
        engine.close()
        process.stop(workspace.practice)


def record_text(ran: Ran) -> str:
    """What a person reads in the record of a run."""
    [record] = ran.folder.glob("*.record.html")
    text = record.read_text()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def assert_told(ran: Ran, status: int, error: str, *parts: str) -> None:
    """A run that was begun must end with this status, this kind of error and a message that says all of ``parts``.

    No traceback is shown; the ledger ends with the status; the ledger and the record say what stopped the run.
    """
    assert ran.status == status, ran.out + ran.err
    assert ran.err.startswith(f"{error}: "), ran.err
    for part in (*parts, "  next   "):
        assert part in ran.err, ran.err
    assert "Traceback" not in ran.out + ran.err
    assert ran.entries[0]["event"] == "opened"
    assert ran.entries[-1]["event"] == "ended"
    assert ran.entries[-1]["facts"] == {"exit_status": status}
    headline = ran.err.splitlines()[0].removeprefix(f"{error}: ")
    failed = ran.facts("failed")
    assert (failed["error"], failed["text"].splitlines()[0]) == (error, headline)
    assert " ".join(headline.split()) in record_text(ran)


def assert_nothing_done(ran: Ran) -> None:
    """The ledger of a run must hold no write, and its end and its record must say so."""
    assert not [entry for entry in ran.entries if entry["event"] in ("applying", "operation")]
    assert "Nothing was changed on the server." in ran.out
    assert "stopped before any change" in record_text(ran)
