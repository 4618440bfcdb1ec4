"""Plans that change services as they run, beside their files: how many tasks, and a restart.

No state is kept for them. A state is what an app's files and settings ask for, and these change neither: the
way back from another number is the number before, and a restart leaves nothing to go back from.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from coopnb.convert.stack import DEFAULT_TIMEOUT, LONGEST_TIMEOUT
from coopnb.errors import InputError
from coopnb.model.finding import Finding
from coopnb.model.plan import FieldChange, LiveChange, Plan, RestsOn, Untouched, UpdateService
from coopnb.model.snapshot import ServiceSeen, Snapshot
from coopnb.model.stack import Spec, Stack, StackService
from coopnb.plan.canonical import canonical
from coopnb.plan.compare import version_running
from coopnb.plan.restart import interruption

MOST = 1000
"""Tasks of one service that can be asked for; more is a slip of the finger."""


def live_plan(snapshot: Snapshot, change: LiveChange, app: str, files: Stack | None) -> Plan:
    """Plan a change of services as they run.

    Args:
        app: the app's domain, or its stack's name where nothing else is known.
        files: what the app's files or its newest kept state ask for, if that is known: the next deploy will.

    Raises:
        InputError: a service that is not there, or cannot have that number of tasks; it says why.
    """
    there = {_key(service.name, snapshot.stack): service for service in snapshot.services}
    _refuse_unknown(change, there, snapshot)
    names = {network.id: network.name for network in snapshot.networks}
    wants: list[StackService] = []
    updates: list[UpdateService] = []
    untouched: list[Untouched] = []
    rests_on: list[RestsOn] = []
    for key, seen in there.items():
        spec = _changed(key, seen, change)
        wants.append(StackService(key, seen.name, spec, _image(seen.spec)))
        rests_on.append(RestsOn("service", seen.name, seen.id, seen.index))
        if spec == seen.spec:
            asked = key in change.replicas
            reason = f"{change.replicas[key]} tasks are wanted already" if asked else "is not meant"
            untouched.append(Untouched("keep", "service", seen.name, reason))
        else:
            updates.append(_update(key, seen, spec, change, names))
    version = version_running(snapshot) or "unknown"
    return Plan(
        server=snapshot.server,
        nodes=len(snapshot.nodes),
        app=app,
        recipe=_label(snapshot, "recipe") or "unknown",
        stack=Stack(
            name=snapshot.stack,
            app=app,
            recipe=_label(snapshot, "recipe") or "unknown",
            version=version,
            services=tuple(wants),
            networks=(),
            configs=(),
            secrets=(),
            timeout=_timeout(snapshot),
        ),
        version_before=version,
        version_after=version,
        operations=tuple(updates),
        untouched=tuple(untouched),
        findings=tuple(sorted(_findings(change, there, files), key=Finding.sort_key)),
        rests_on=tuple(rests_on),
        looked_at=snapshot.at,
        live=change,
    )


def _refuse_unknown(change: LiveChange, there: Mapping[str, ServiceSeen], snapshot: Snapshot) -> None:
    where = f"server {snapshot.server.name}, stack {snapshot.stack}"
    if not there:
        raise InputError(
            f"nothing runs in the stack {snapshot.stack}; nothing was done",
            where=where,
            hint="Deploy the app first: deploy-app",
        )
    if unknown := sorted({*change.replicas, *change.restarts} - there.keys()):
        raise InputError(
            f"the app has no service {', '.join(unknown)}; nothing was done",
            what=f"it has: {', '.join(there)}",
            where=where,
            hint="Name one of them.",
        )
    for key, count in change.replicas.items():
        if replicas_of(there[key].spec) is None:
            raise InputError(
                f"the service {key} has one task a node, so it has no number of tasks to set; nothing was done",
                where=where,
                hint="Its tasks follow the nodes it may run on: add or drain a node.",
            )
        if count < 1:
            raise InputError(
                f"{count} tasks of {key} would take the app out of service; nothing was done",
                where=where,
                hint="Ask for 1 or more. To stop an app for good, remove it with its stack.",
            )
        if count > MOST:
            raise InputError(
                f"{count} tasks of {key} are more than the {MOST} that can be asked for; nothing was done", where=where
            )


def _changed(key: str, seen: ServiceSeen, change: LiveChange) -> Spec:
    spec: dict[str, Any] = copy.deepcopy(dict(seen.spec))
    if key in change.replicas and change.replicas[key] != replicas_of(seen.spec):
        spec["Mode"] = {"Replicated": {"Replicas": change.replicas[key]}}
    if key in change.restarts:
        template = spec["TaskTemplate"]
        spec["TaskTemplate"] = {**template, "ForceUpdate": int(template.get("ForceUpdate") or 0) + 1}
    return spec


def _update(key: str, seen: ServiceSeen, spec: Spec, change: LiveChange, names: Mapping[str, str]) -> UpdateService:
    before, after = canonical(seen.spec, names), canonical(spec, names)
    changes: list[FieldChange] = []
    if key in change.replicas:
        old, new = replicas_of(seen.spec), replicas_of(spec)
        changes.append(FieldChange("replicas", str(old), str(new), "asked for; not in the files"))
    if key in change.restarts:
        # The canonical form leaves ForceUpdate out, and a restart is all that it means.
        before["TaskTemplate"] = {**before["TaskTemplate"], "ForceUpdate": "before"}
        changes.append(FieldChange("restart", None, "every task is replaced", "asked for; nothing else changes"))
    effect = interruption(before, after)
    return UpdateService(
        name=seen.name,
        id=seen.id,
        index=seen.index,
        spec=spec,
        changes=tuple(changes),
        restarts=effect.restarts,
        interruption=effect.text,
        interrupts=effect.interrupts,
        cause="asked for",
    )


def _findings(change: LiveChange, there: Mapping[str, ServiceSeen], files: Stack | None) -> list[Finding]:
    found = []
    wanted = {service.key: service for service in files.services} if files else {}
    for key, count in change.replicas.items():
        if count == replicas_of(there[key].spec):
            continue
        found.append(_set_back(key, count, wanted.get(key)))
        volumes = _volumes(there[key].spec)
        if count > 1 and volumes:
            text = (
                f"{key} keeps data in {', '.join(volumes)}: a volume belongs to a node, so a task on another node "
                "begins with an empty one, and tasks on one node write to the same files"
            )
            hint = "Scale it only if the app is made for that, or its volume is shared between the nodes."
            found.append(Finding("warning", "volume-is-not-shared", text, path=("services", key), hint=hint))
    return found


def _set_back(key: str, count: int, service: StackService | None) -> Finding:
    """What the next deploy will do about the number, and where it can be made to last."""
    if service is None:
        text = f"{count} tasks of {key} last until the next deploy, which sets what the recipe says"
        return Finding("warning", "scaled-until-next-deploy", text, path=("services", key))
    files = replicas_of(service.spec)
    origin = service.origins.get("replicas")
    path = ("services", key, "deploy", "replicas")
    if files == count:
        return Finding("note", "scaled-as-files", f"{count} tasks of {key} are what the files ask for", origin, path)
    text = f"{count} tasks of {key} last until the next deploy, which sets {files} again"
    settings = [name for name in origin.settings if name != "STACK_NAME"] if origin else []
    hint = (
        f"To make it last, write {settings[0]}={count} into the app's .env file."
        if settings
        else "The recipe has no setting for it: ask its maintainers for one, or scale again after each deploy."
    )
    return Finding("warning", "scaled-until-next-deploy", text, origin, path, hint)


def replicas_of(spec: Spec) -> int | None:
    """The tasks that a service is told to have; ``None`` for a global service, and for a job."""
    replicated = (spec.get("Mode") or {}).get("Replicated")
    if replicated is None:
        return None if any(value is not None for value in (spec.get("Mode") or {}).values()) else 1
    replicas = replicated.get("Replicas")
    return 1 if replicas is None else int(replicas)


def _volumes(spec: Spec) -> list[str]:
    mounts = spec["TaskTemplate"]["ContainerSpec"].get("Mounts") or ()
    return [str(mount.get("Source") or mount.get("Target")) for mount in mounts if mount.get("Type") == "volume"]


def _image(spec: Spec) -> str:
    return str(spec["TaskTemplate"]["ContainerSpec"].get("Image", ""))


def _key(name: str, stack: str) -> str:
    return name.removeprefix(f"{stack}_")


def _label(snapshot: Snapshot, name: str) -> str:
    """A label that the field gives a stack's services (``coop-cloud.<stack>.<name>``), of the first that has it."""
    label = f"coop-cloud.{snapshot.stack}.{name}"
    labels = (service.spec.get("Labels") or {} for service in snapshot.services)
    return next((str(found[label]) for found in labels if label in found), "")


def _timeout(snapshot: Snapshot) -> int:
    said = _label(snapshot, "timeout")
    return int(said) if said.isascii() and said.isdigit() and 0 < int(said) <= LONGEST_TIMEOUT else DEFAULT_TIMEOUT


def tasks_wanted(snapshot: Snapshot) -> dict[str, int | None]:
    """Service -> the tasks it is told to have; ``None`` for one that has a task a node."""
    return {_key(service.name, snapshot.stack): replicas_of(service.spec) for service in snapshot.services}


def every_service(snapshot: Snapshot) -> tuple[str, ...]:
    """The keys of all services of a stack, as ``services=`` of a restart takes them."""
    return tuple(_key(service.name, snapshot.stack) for service in snapshot.services)
