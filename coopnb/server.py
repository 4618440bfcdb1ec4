"""A server, connected: the only place that wires rooms together.

::

    server = connect("practice")
    app = load_app("wiki.example.org")
    plan = server.plan(app)                 # reads, writes nothing
    run = server.apply(plan, approval)      # the only write
    run.wait()                              # converged, or NotConverged with the evidence
"""

from __future__ import annotations

import os
import secrets as randomness
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from coopnb import commons, convert, deploy, engine, envfile, observe, recipe, secrets
from coopnb.errors import (
    ConnectFailed,
    ConvertError,
    CoopError,
    InputError,
    NotApproved,
    PlanBlocked,
    RecipeError,
    SecretError,
    SettingsError,
    StalePlan,
)
from coopnb.model.app import App
from coopnb.model.finding import Finding
from coopnb.model.plan import Approval, CreateSecret, Plan
from coopnb.model.recipe import RecipeVersion
from coopnb.model.server import ServerIdentity
from coopnb.model.snapshot import Snapshot
from coopnb.plan import compare
from coopnb.plan.images import tagged
from coopnb.practice import process
from coopnb.practice.world import WorldError, load_world
from coopnb.record.fingerprints import remember_all
from coopnb.record.ledger import Ledger, open_run, utc_now
from coopnb.redaction import Redactor
from coopnb.samples import RECIPES
from coopnb.workspace import Workspace, locate

PRACTICE = "practice"
LOCAL_SOCKET = "unix:///var/run/docker.sock"
LOCAL_FOLDER = "default"
"""Where the field keeps the apps of a local engine (``abra server add --local``)."""


class Server:
    """An open connection to a swarm, with everything an app needs done there.

    Attributes:
        identity: which swarm this is.
    """

    def __init__(self, door: engine.Engine, identity: ServerIdentity, workspace: Workspace, redactor: Redactor) -> None:
        self._engine = door
        self.identity = identity
        self.workspace = workspace
        self._redactor = redactor

    def __repr__(self) -> str:
        return f"<Server {self.identity.name}, {self.identity.endpoint}>"

    def snapshot(self, app: App | str) -> Snapshot:
        """Look at an app, or at a stack by its name."""
        return observe.snapshot(self._engine, self.identity, app if isinstance(app, str) else app.stack)

    def plan(self, app: App, *, prune: bool = False) -> Plan:
        """Say what would be written to make the swarm as the app's files want it. Writes nothing."""
        with _located(app.recipe.source, app.env_file):
            stack = convert.convert(app)
        given = {item.name: item.data.decode("utf-8", "replace") for item in stack.secrets if item.data is not None}
        self._know(given)
        images = observe.look_up(self._engine, (tagged(service.image) for service in stack.services))
        return compare(stack, self.snapshot(stack.name), images, prune=prune)

    def replan(self, plan: Plan) -> Plan:
        """The same plan on a fresh snapshot; equal digests mean that nothing it rests on has changed."""
        return compare(plan.stack, self.snapshot(plan.stack.name), plan.images, prune=plan.prune)

    def apply(self, plan: Plan, approval: Approval, *, ledger: Ledger | None = None) -> deploy.Run:
        """Make the writes of an approved plan. What comes of them is watched with the run's ``wait()``.

        Args:
            ledger: of the run this belongs to; without one, a run of its own is opened in the workspace.

        Raises:
            PlanBlocked, NotApproved, StalePlan, LedgerError: nothing was written.
            EngineError, TransportError: some may be written; the ledger has what.
        """
        refuse_blocked(plan)
        if not plan.nothing_to_do:
            if approval.digest != plan.digest:
                raise NotApproved(
                    f"the approval is for another plan ({approval.digest[:8]})",
                    hint=f"Approve this one: its digest is {plan.short_digest}.",
                )
            refuse_stale(plan, self.replan(plan))
        if ledger is None:
            ledger = self._own_run(plan, approval)
        written = () if plan.nothing_to_do else deploy.apply(self._engine, plan, ledger, self._make_secrets)
        return deploy.Run(self._engine, plan, written, ledger)

    def close(self) -> None:
        """Let go of the connection; the server and the practice swarm go on."""
        self._engine.close()

    def _make_secrets(self, operations: Sequence[CreateSecret]) -> Mapping[str, str]:
        """Make values that are masked from the moment they exist."""
        made = {item.name: secrets.generate(item.length or 0, item.charset, randomness) for item in operations}
        self._know(made)
        return made

    def _know(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            self._redactor.add(name, value)
        if values:
            remember_all(self.workspace.fingerprints, values)

    def _own_run(self, plan: Plan, approval: Approval) -> Ledger:
        self.workspace.make(self.workspace.runs)
        facts = {"runbook": "apply", "who": approval.by, "headless": True}
        date = utc_now().date().isoformat()
        ledger = open_run(self.workspace.runs, "apply", plan.app, date, facts, redactor=self._redactor)
        ledger.append("gate", "approved", {"digest": plan.digest, "by": approval.by, "reason": approval.reason})
        return ledger


def connect(name: str, *, workspace: Workspace | str | Path | None = None, redactor: Redactor | None = None) -> Server:
    """Connect to a server.

    Args:
        name: ``practice`` (started if it does not run yet), ``unix:///path/to/docker.sock``, or ``default``
            for the engine of this machine. Servers over ssh are not reached yet.
        workspace: a folder in abra's layout; by default ``$COOPNB_WORKSPACE``, ``$ABRA_DIR``, ``~/.abra``.
        redactor: what is secret from here on; the kernel's masking shares it.

    Raises:
        InputError: the name is none of these, or the engine is no swarm manager.
        TransportError: nobody answers there.
    """
    place = as_workspace(workspace)
    if name == PRACTICE:
        url = f"unix://{start_practice(place).socket}"
        plant_samples(place)
    else:
        url = LOCAL_SOCKET if name == LOCAL_FOLDER else name
    door = engine.connect(url)
    return Server(door, observe.identify(door, name), place, redactor or Redactor())


def load_app(
    domain: str,
    *,
    version: str = "",
    server: str = "",
    workspace: Workspace | str | Path | None = None,
    into: Path | None = None,
) -> App:
    """Load an app: its settings, its recipe at its version, and the secrets it wants.

    Args:
        version: instead of the one its settings pin (``TYPE=wiki:1.2.0+1.39.8``); a tag or a short commit.
        server: the server's folder, where a domain has settings on several.
        into: the folder for the recipe's files; by default one of the workspace, by commit.

    Raises:
        SettingsError, CommonsError, RecipeError, SecretError: with file, line and key path.
    """
    place = as_workspace(workspace)
    path = place.find_env_file(domain, server or None)
    return _load(place, path, domain, version, into)


def findings(app: App | Path | str) -> tuple[Finding, ...]:
    """Everything there is to say of an app before a server is asked: sorted, worst first, never an exception.

    Takes an app, or the path of its ``.env`` file: then a file that cannot be read is a finding too.
    """
    try:
        if not isinstance(app, App):
            path = Path(app)
            app = _load(Workspace(path.absolute().parents[2]), path, path.name.removesuffix(".env"), "", None)
        found = convert.convert(app).findings
    except CoopError as error:
        text = "; ".join(part for part in (error.headline, error.what, error.where) if part)
        return (Finding("error", "unreadable", text, hint=error.hint),)
    return tuple(sorted(found, key=Finding.sort_key))


def folder_of(server: str) -> str:
    """The folder under ``servers/`` that holds a server's apps."""
    return LOCAL_FOLDER if "://" in server else server


def refuse_unknown(server: str) -> None:
    """Raise if no server can be called this; asks nobody."""
    if server not in (PRACTICE, LOCAL_FOLDER):
        engine.refuse_unknown_way(server)


def start_practice(
    workspace: Workspace, *, clock: str = "real", world: Path | None = None, socket: Path | None = None
) -> process.PracticeProcess:
    """Start the practice swarm of a workspace, or find the one that runs.

    Raises:
        InputError: the world file cannot be used.
        ConnectFailed: it does not come up.
    """
    try:
        if world is not None:
            load_world(world)
    except WorldError as error:
        raise InputError(
            "the practice swarm cannot have this world", what=str(error), hint="Mend the file, then start it again."
        ) from error
    try:
        return process.start(workspace.make(workspace.practice), clock=clock, world=world, socket=socket)
    except (process.PracticeError, OSError) as error:
        raise ConnectFailed(
            "the practice swarm cannot be started",
            what=str(error),
            where=str(workspace.practice),
            hint="Mend what it says, or end a swarm that hangs: coopnb practice down",
        ) from error


def stop_practice(workspace: Workspace) -> bool:
    """End the practice swarm of a workspace; whether there was one.

    Raises:
        ConnectFailed: it does not end.
    """
    try:
        return process.stop(workspace.practice)
    except (process.PracticeError, OSError) as error:
        raise ConnectFailed(
            "the practice swarm cannot be stopped", what=str(error), where=str(workspace.practice)
        ) from error


def plant_samples(workspace: Workspace) -> None:
    """Make repositories of the sample recipes, where there is none of their name."""
    commons.plant_samples(workspace, RECIPES)


def as_workspace(chosen: Workspace | str | Path | None, environ: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace that was given, or the one the environment names."""
    return chosen if isinstance(chosen, Workspace) else locate(chosen, environ)


def refuse_blocked(plan: Plan) -> None:
    """Raise if the plan has findings that must be mended first."""
    if plan.blocked:
        raise PlanBlocked(
            f"the plan for {plan.app} has {len(plan.blocked)} finding{'s' * (len(plan.blocked) > 1)} to mend first",
            what="\n".join(str(finding) for finding in plan.blocked),
            where=f"recipe {plan.recipe} {plan.version_after}, server {plan.server.name}",
            hint=plan.blocked[0].hint or "Mend them, then plan again. Nothing was changed.",
        )


def refuse_stale(plan: Plan, fresh: Plan) -> None:
    """Raise if the swarm is not as it was when the plan was made."""
    if fresh.digest == plan.digest:
        return
    then, today = set(plan.rests_on), set(fresh.rests_on)
    changed = sorted({f"{rest.kind} {rest.name}" for rest in then ^ today})
    raise StalePlan(
        f"the swarm changed after the plan {plan.short_digest} was made; its approval is void, nothing was written",
        what=f"changed meanwhile: {', '.join(changed) or 'what the plan would do'}",
        where=f"server {plan.server.name}, {plan.app}",
        hint=f"Run the plan cell again and read it. Headless: approve={fresh.short_digest}",
    )


def _load(place: Workspace, path: Path, domain: str, version: str, into: Path | None) -> App:
    settings = envfile.read(path)
    recipe_name, pinned = recipe_of(settings.values, path)
    source = commons.read_version(place, recipe_name, version or pinned, into or place.make(place.own / "versions"))
    stack = settings.values.get("STACK_NAME") or stack_name(domain)
    # The versions that abra.sh exports win over the settings, as they do for abra (MergeAbraShEnv).
    values = {"STACK_NAME": stack, **settings.values, **_exports(source.root)}
    files = [name for name in values.get("COMPOSE_FILE", "").split(":") if name] or ["compose.yml"]
    sample = source.root / ".env.sample"
    with _located(source, path):
        read = recipe.load(source, files, values)
        wanted = secrets.wanted(read, settings.last, envfile.read(sample, ".env.sample") if sample.is_file() else None)
    doubts = (*read.findings, *settings.findings, *secrets.doubts(wanted), *_untagged(source))
    return App(
        domain=domain,
        server=path.parent.name,
        stack=stack,
        env_file=path,
        settings=settings.last,
        recipe=replace(read, findings=doubts),
        secrets=wanted,
    )


@contextmanager
def _located(source: RecipeVersion, settings: Path) -> Iterator[None]:
    """Say which recipe and which settings an error is about: a file and a line alone could be any recipe's."""
    try:
        yield
    except (RecipeError, ConvertError, SecretError) as error:
        own = f"recipe {source.recipe} {source.version}, settings {settings}"
        error.where = "\n".join(part for part in (error.where, own) if part)
        raise


def _untagged(source: RecipeVersion) -> tuple[Finding, ...]:
    """A version that is no tag can be lost from the recipe's history, and with it what was deployed."""
    if source.tagged:
        return ()
    text = f"{source.recipe} is used at the commit {source.version}, which is no released version"
    return (Finding("warning", "version-not-tagged", text, hint="Release it: git tag -a, then name the tag."),)


def _exports(root: Path) -> dict[str, str]:
    script = root / "abra.sh"
    return envfile.exports(script.read_text(encoding="utf-8", errors="replace")) if script.is_file() else {}


def stack_name(domain: str) -> str:
    """``wiki.example.org`` -> ``wiki_example_org``, cut at 45 characters: names made of it must fit 63."""
    return domain.replace(".", "_")[:45]


def recipe_of(values: Mapping[str, str], path: Path) -> tuple[str, str]:
    """The recipe and the pinned version of ``TYPE=recipe:version`` (``RECIPE`` is an alias)."""
    kind = values.get("TYPE") or values.get("RECIPE") or ""
    if not kind:
        raise SettingsError(
            "the settings do not say which recipe this is",
            where=str(path),
            hint="Write a first line like TYPE=wiki, or TYPE=wiki:1.2.0+1.39.8 to pin a version.",
        )
    name, _, version = kind.partition(":")
    return name, version
