"""A kept state to a Stack: its files are read as a recipe's are, out of memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from coopnb import convert, envfile, lint, recipe, secrets
from coopnb.errors import CoopError, InputError
from coopnb.model.app import App, Setting
from coopnb.model.finding import Finding
from coopnb.model.image import ImageSeen
from coopnb.model.kept import KeptState
from coopnb.model.plan import Plan
from coopnb.model.recipe import Recipe, RecipeVersion
from coopnb.model.snapshot import Snapshot
from coopnb.model.stack import Stack
from coopnb.plan.compare import compare
from coopnb.plan.kept import kept_states, runs, towards
from coopnb.recipe.kept_files import KeptFiles
from coopnb.server.loading import SCRIPT

WITHHELD = "withheld"
"""What stands for a setting that is told by name only; a plan that needs one is blocked."""
NOWHERE = "/nonexistent"
"""Where relative binds begin in a state that does not say; such a state has none."""


def states(snapshot: Snapshot) -> tuple[KeptState, ...]:
    """The kept states of an app, newest first, each with whether it runs and whether it can be gone back to."""
    return tuple(_judged(state, snapshot) for state in kept_states(snapshot))


def _judged(state: KeptState, snapshot: Snapshot) -> KeptState:
    if state.trouble:
        return state
    try:
        stack_of(state, {})
    except CoopError as error:
        return replace(state, trouble=error.headline)
    return replace(state, runs=True, ran=True) if _runs(state, snapshot) else state


def compared(stack: Stack, snapshot: Snapshot, images: Mapping[str, ImageSeen], *, prune: bool = False) -> Plan:
    """Plan towards a stack; where something is to be done, the state it leaves says which one it found running."""
    plan = compare(stack, snapshot, images, prune=prune)
    found = None if plan.nothing_to_do else found_instead(snapshot)
    return plan if found is None else compare(stack, snapshot, images, prune=prune, found=found)


def found_instead(snapshot: Snapshot) -> str | None:
    """The kept state that runs, if that is not the newest; blank if none of them does, None if the newest does."""
    there = kept_states(snapshot)
    running = next((state.name for state in there if not state.trouble and _runs(state, snapshot)), "")
    return None if not there or there[0].name == running else running


def _runs(state: KeptState, snapshot: Snapshot) -> bool:
    """Whether the services are as a state has them. A setting that is not kept is taken as the services have it."""
    try:
        return runs(towards(state, stack_of(state, _environment(snapshot)), snapshot))
    except CoopError:
        return False


def _environment(snapshot: Snapshot) -> dict[str, str]:
    """What the services are given by name; it is compared, and never shown."""
    given: dict[str, str] = {}
    for service in snapshot.services:
        container = (service.spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
        given.update(
            (name, value) for name, _, value in (str(each).partition("=") for each in container.get("Env") or ())
        )
    return given


def newest_stack(snapshot: Snapshot) -> Stack | None:
    """What was applied last, and so what the next deploy of the same files would ask for; ``None`` if unknown."""
    for state in kept_states(snapshot)[:1]:
        try:
            return None if state.trouble else stack_of(state, {})
        except CoopError:
            return None
    return None


def find_state(snapshot: Snapshot, name: str) -> KeptState:
    """The kept state of a name, or of the end of one (``9c1e0f22``).

    Raises:
        InputError: there is none, or it cannot be gone back to; it says which there are.
    """
    there = states(snapshot)
    where = f"server {snapshot.server.name}, stack {snapshot.stack}"
    found = next((state for state in there if name and name in (state.name, state.name.rpartition("_")[2])), None)
    if found is None:
        listed = "\n".join(f"{state.name}  {state.version}" for state in there)
        raise InputError(
            f"no state {name[:80]} is kept of this app; nothing was done",
            what=listed or "no state is kept: the app was not deployed by coopnb",
            where=where,
            hint="Name one of these states." if there else "Deploy the version you want: deploy-app",
        )
    if found.trouble:
        raise InputError(
            f"the state {found.name} cannot be gone back to: {found.trouble}; nothing was done",
            where=where,
            hint="Deploy its files: coopnb stack deploy"
            if found.content.get("additions") is False
            else f"Deploy its version from its recipe: deploy-app, {found.recipe} {found.version}",
        )
    return found


def stack_of(state: KeptState, local: Mapping[str, str]) -> Stack:
    """What a kept state asked for, as it did then.

    Args:
        local: settings of this machine's ``.env``, for those that are not kept because they look secret.

    Raises:
        CoopError: its files cannot be read as a recipe any more.
    """
    content = state.content
    texts = {str(name): str(text) for name, text in content["files"].items()}
    withheld = [str(name) for name in content["withheld"]]
    given = {str(name): str(value) for name, value in content["settings"].items()}
    lines = {name: Setting(name, value, 0, {}) for name, value in given.items()}
    for name in withheld:
        lines[name] = Setting(name, local.get(name, WITHHELD), 0, {})
    plain = content.get("additions") is False
    values = {name: line.value for name, line in lines.items()}
    if not plain:
        values = {"STACK_NAME": state.stack, **values, **envfile.exports(texts.get(SCRIPT, ""))}
    root = Path(str(content.get("binds_from") or NOWHERE))
    source = RecipeVersion(state.recipe, state.version, state.commit, tagged=True, root=root)
    files = KeptFiles(root, texts, [str(name) for name in content.get("secret_files") or ()])
    read = recipe.load(source, [str(name) for name in content["compose_files"]], values, files)
    read = replace(read, findings=(*read.findings, *lint.look_at(read)))
    if plain:
        stack = convert.convert_files(read, state.stack, values)
    else:
        files_data = {**read.files_data, **{name: text.encode() for name, text in texts.items()}}
        app = App(
            domain=state.app,
            server="",
            stack=state.stack,
            env_file=Path(f"{state.app}.env"),
            settings=lines,
            recipe=replace(read, files_data=files_data),
            secrets=secrets.wanted(read, lines, None),
        )
        stack = convert.convert(app)
    doubts = _withheld(withheld, texts, local, read, plain=plain)
    kept = {name: value for name, value in content.items() if name not in ("images", "platforms", "previous", "found")}
    return replace(stack, state=kept, findings=(*map(_as_then, stack.findings), *doubts))


def _as_then(finding: Finding) -> Finding:
    """What was accepted when the state was applied does not block the way back to it."""
    return replace(finding, severity="warning", acceptable=False) if finding.acceptable else finding


def _withheld(
    names: list[str], texts: Mapping[str, str], local: Mapping[str, str], read: Recipe, *, plain: bool
) -> list[Finding]:
    """A word for every setting whose value is not kept: the app is given all of them, used in a file or not."""
    found = []
    for name in names:
        used = [file for file in read.files if re.search(rf"\$\{{?{re.escape(name)}\b", texts.get(file, ""))]
        where = f" ({', '.join(used)})" if used else ""
        if name in local:
            text = f"the value of {name} is not kept in the swarm{where}: this machine's .env gives it, as it is today"
            found.append(Finding("warning", "setting-of-today", text))
            continue
        text = f"the value of {name} is not kept in the swarm, because it looks secret{where}"
        hint = f"Set {name} in the app's .env file on this machine, then plan again."
        if plain:
            hint = "Deploy the files of then with their settings: coopnb stack deploy"
        found.append(Finding("error", "setting-withheld", text, hint=hint))
    return found
