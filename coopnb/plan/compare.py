"""Compare what is wanted with what is there, object by object; the result is the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coopnb.model.finding import Finding
from coopnb.model.image import ImageSeen
from coopnb.model.origin import Origin
from coopnb.model.plan import (
    CreateConfig,
    CreateNetwork,
    CreateSecret,
    CreateService,
    FieldChange,
    ObjectKind,
    Operation,
    Plan,
    Remove,
    RestsOn,
    Untouched,
    UpdateLabels,
    UpdateService,
)
from coopnb.model.snapshot import ConfigSeen, SecretSeen, ServiceSeen, Snapshot
from coopnb.model.stack import Stack, StackConfig, StackSecret, StackService
from coopnb.plan.canonical import canonical
from coopnb.plan.fields import fields
from coopnb.plan.images import IMAGE_LABEL, image_findings, pin, readable
from coopnb.plan.in_the_way import content_changed, engine_forgets, missing
from coopnb.plan.labels import drivers_kept, update_labels, value_kept
from coopnb.plan.older_engines import as_kept
from coopnb.plan.restart import interruption
from coopnb.plan.undo import drop_oldest, keep_state, no_way_back, states


def compare(
    stack: Stack,
    snapshot: Snapshot,
    images: Mapping[str, ImageSeen],
    *,
    prune: bool = False,
    found: str | None = None,
) -> Plan:
    """Plan the writes that make the swarm what the stack wants.

    Args:
        images: what the registries say of each reference, with its tag.
        prune: whether to remove services that run in the stack and are not in its files.
        found: see :func:`coopnb.plan.undo.keep_state`.
    """
    draft = _Draft(stack, snapshot)
    draft.networks()
    draft.secrets()
    draft.configs()
    draft.services(images)
    draft.surplus(prune)
    running = {service.name: service.spec for service in snapshot.services}
    draft.findings += image_findings(stack.services, running, images)
    kept = states(snapshot)
    previous = kept[-1].name if kept else None
    new_state = previous
    if draft.operations or draft.removals:
        state = keep_state(stack, images, kept, found)
        new_state = state.name
        draft.configs_wanted.append(state)
        draft.findings += no_way_back(stack, state)
        draft.removals += drop_oldest(kept)
        draft.rests_on += [RestsOn("config", config.name, config.id, config.index) for config in kept]
    return Plan(
        server=snapshot.server,
        nodes=len(snapshot.nodes),
        app=stack.app,
        recipe=stack.recipe,
        stack=stack,
        version_before=version_running(snapshot),
        version_after=stack.version,
        operations=draft.ordered(),
        untouched=tuple(draft.untouched),
        findings=tuple(sorted((*stack.findings, *draft.findings), key=Finding.sort_key)),
        rests_on=tuple(draft.rests_on),
        looked_at=snapshot.at,
        previous_state=previous,
        new_state=new_state,
        prune=prune,
        images=images,
    )


def version_running(snapshot: Snapshot) -> str | None:
    """The version the swarm says it runs (label ``coop-cloud.<stack>.version`` of any service)."""
    label = f"coop-cloud.{snapshot.stack}.version"
    for service in snapshot.services:
        labels = service.spec.get("Labels") or {}
        if label in labels:
            return str(labels[label])
    return "unknown" if snapshot.services else None


class _Draft:
    """A plan in the making: each method looks at one kind of object and adds what it finds."""

    def __init__(self, stack: Stack, snapshot: Snapshot) -> None:
        self.stack = stack
        self.snapshot = snapshot
        self.networks_wanted: list[CreateNetwork] = []
        self.secrets_wanted: list[CreateSecret | UpdateLabels] = []
        self.configs_wanted: list[CreateConfig | UpdateLabels] = []
        self.service_writes: list[CreateService | UpdateService] = []
        self.removals: list[Remove] = []
        self.untouched: list[Untouched] = []
        self.findings: list[Finding] = []
        self.rests_on: list[RestsOn] = []

    @property
    def operations(self) -> list[Operation]:
        return [*self.networks_wanted, *self.secrets_wanted, *self.configs_wanted, *self.service_writes]

    def ordered(self) -> tuple[Operation, ...]:
        """What others rest on first; removals last, so that nothing goes before its successor is accepted."""
        return (*self.operations, *self.removals)

    def networks(self) -> None:
        there = {network.name: network for network in self.snapshot.networks}
        for network in self.stack.networks:
            if seen := there.get(network.name):
                self._keep("network", seen.name, seen.id, 0, "is there")
            elif network.external:
                self.findings.append(missing("network", network, "docker network create --driver overlay --attachable"))
            else:
                self.networks_wanted.append(CreateNetwork(network.name, network.spec, f"wanted by {network.origin}"))

    def secrets(self) -> None:
        there = {secret.name: secret for secret in self.snapshot.secrets}
        for secret in self.stack.secrets:
            wanted_by = f"wanted by {', '.join(secret.wanted_by) or 'no service'} ({secret.origin})"
            if seen := there.get(secret.name):
                self.secrets_wanted += self._relabelled(secret, seen, "is there; swarm never tells its value")
                self.findings += [found for found in (value_kept(secret), drivers_kept(secret, seen)) if found]
            elif secret.data is not None:
                self.secrets_wanted.append(
                    CreateSecret(
                        secret.name,
                        secret.labels,
                        f"made by the driver {secret.driver}; {wanted_by}" if secret.driver else wanted_by,
                        data=secret.data,
                        driver=secret.driver,
                        driver_opts=secret.driver_opts,
                        template_driver=secret.template_driver,
                    )
                )
            elif secret.length:
                cause = f"{secret.length} characters, generated; {wanted_by}"
                self.secrets_wanted.append(
                    CreateSecret(secret.name, secret.labels, cause, length=secret.length, charset=secret.charset)
                )
            else:
                command = "docker secret create, with the value on its standard input:"
                self.findings.append(missing("secret", secret, command))

    def configs(self) -> None:
        there = {config.name: config for config in self.snapshot.configs}
        for config in self.stack.configs:
            seen = there.get(config.name)
            if seen is None and config.external:
                self.findings.append(missing("config", config, "docker config create"))
            elif seen is None:
                self.configs_wanted.append(
                    CreateConfig(
                        config.name,
                        config.labels,
                        config.data or b"",
                        config.template_driver,
                        f"wanted by {config.origin}",
                    )
                )
            elif config.data is not None and seen.data != config.data:
                self.findings.append(content_changed(config))
            else:
                self.configs_wanted += self._relabelled(config, seen, "is there, with this content")
                if kept := drivers_kept(config, seen):
                    self.findings.append(kept)

    def services(self, images: Mapping[str, ImageSeen]) -> None:
        there = {service.name: service for service in self.snapshot.services}
        names = {network.id: network.name for network in self.snapshot.networks}
        for service in self.stack.services:
            seen = there.get(service.name)
            spec = pin(service, seen.spec if seen else None, images)
            kept, forgotten = as_kept(spec, self.snapshot.server.api)
            self.findings += [engine_forgets(service, lost, self.snapshot.server.engine) for lost in forgotten]
            if seen is None:
                origin = service.origins.get("service")
                cause = f"not there; {self._where(origin)}" if origin else "not there"
                self.service_writes.append(CreateService(service.name, spec, cause))
                continue
            self.rests_on.append(RestsOn("service", seen.name, seen.id, seen.index))
            before, after = canonical(seen.spec, names), canonical(kept, names)
            if before == after:
                self.untouched.append(Untouched("keep", "service", seen.name, "unchanged, will not be written"))
            else:
                self.service_writes.append(self._update(service, seen, spec, before, after))

    def surplus(self, prune: bool) -> None:
        wanted = {service.name for service in self.stack.services}
        for seen in self.snapshot.services:
            if seen.name in wanted:
                continue
            self.rests_on.append(RestsOn("service", seen.name, seen.id, seen.index))
            if prune:
                self.removals.append(Remove("service", seen.name, seen.id, "not in the files, and prune was asked for"))
            else:
                reason = "runs in the stack, not in its files; removed only with prune"
                self.untouched.append(Untouched("left", "service", seen.name, reason))

    def _update(
        self,
        service: StackService,
        seen: ServiceSeen,
        spec: Mapping[str, Any],
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> UpdateService:
        effect = interruption(before, after)
        changes = tuple(self._changes(service, fields(before), fields(after)))
        force = (seen.spec.get("TaskTemplate") or {}).get("ForceUpdate", 0)
        template = {**spec["TaskTemplate"], "ForceUpdate": force}
        return UpdateService(
            name=seen.name,
            id=seen.id,
            index=seen.index,
            spec={**spec, "TaskTemplate": template},
            changes=changes,
            restarts=effect.restarts,
            interruption=effect.text,
            interrupts=effect.interrupts,
            cause=f"{len(changes)} {'field differs' if len(changes) == 1 else 'fields differ'}",
        )

    def _changes(self, service: StackService, before: dict[str, str], after: dict[str, str]) -> Iterable[FieldChange]:
        for field in sorted(before.keys() | after.keys(), key=_reading_order):
            old, new = before.get(field), after.get(field)
            if old == new:
                continue
            if field == "image" and old and new:
                old, new = readable(old, new)
            yield FieldChange(field, old, new, self._cause(service, field, field in after))

    def _cause(self, service: StackService, field: str, wanted: bool) -> str:
        if not wanted:
            return "set in the swarm, not in the files"
        origin = service.origins.get("image" if field == IMAGE_LABEL else field)
        if origin is None:
            return "set differently in the swarm, not in the files"
        settings = [name for name in origin.settings if name != "STACK_NAME"]
        where = self._where(origin)
        return f"setting {', '.join(settings)}; {where}" if settings else where

    def _where(self, origin: Origin) -> str:
        return str(origin) if self.stack.plain else f"recipe {self.stack.version}, {origin}"

    def _relabelled(
        self, wanted: StackSecret | StackConfig, seen: SecretSeen | ConfigSeen, reason: str
    ) -> list[UpdateLabels]:
        """The write of its labels, if there is one: what has them is kept."""
        if update := update_labels(wanted, seen, self._where(wanted.origin)):
            self.rests_on.append(RestsOn(update.kind, seen.name, seen.id, seen.index))
            return [update]
        kind: ObjectKind = "secret" if isinstance(wanted, StackSecret) else "config"
        self._keep(kind, seen.name, seen.id, seen.index, reason)
        return []

    def _keep(self, kind: ObjectKind, name: str, object_id: str, index: int, reason: str) -> None:
        self.untouched.append(Untouched("keep", kind, name, reason))
        self.rests_on.append(RestsOn(kind, name, object_id, index))


_FIRST = ("image", "replicas", "mode", "command", "entrypoint")


def _reading_order(field: str) -> tuple[int, str]:
    return (_FIRST.index(field) if field in _FIRST else len(_FIRST), field)
