"""A service spec as the fields an operator thinks in, so that an update can say what it changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

SECOND = 1_000_000_000
"""Durations in the Engine API are nanoseconds."""
MEBIBYTE = 1024 * 1024


def fields(form: Mapping[str, Any]) -> dict[str, str]:
    """Field name -> value as people read it, of a canonical spec.

    Fields are named as in :attr:`coopnb.model.stack.StackService.origins`. What has no name of its own
    appears under its path in the API (``ContainerSpec.StopSignal``), so no difference is ever invisible.
    """
    return dict(_fields(form))


def _fields(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    template = form.get("TaskTemplate") or {}
    container = dict(template.get("ContainerSpec") or {})
    yield "image", container.pop("Image", "")
    for api_name, name in (("Command", "entrypoint"), ("Args", "command")):
        if words := container.pop(api_name, None):
            yield name, _words(words)
    for entry in container.pop("Env", ()):
        name, separator, value = entry.partition("=")
        yield f"env {name}", value if separator else "(from nowhere: named without a value)"
    yield from _named("container label", container.pop("Labels", {}))
    yield from _named("label", form.get("Labels") or {})
    for mount in container.pop("Mounts", ()):
        yield f"mount {mount.get('Target', '')}", _mount(mount)
    for kind, plural in (("secret", "Secrets"), ("config", "Configs")):
        for reference in container.pop(plural, ()):
            file = reference.get("File") or {}
            yield f"{kind} {file.get('Name') or reference.get(f'{kind.title()}Name', '')}", _reference(kind, reference)
    if health := container.pop("Healthcheck", None):
        yield "healthcheck", _healthcheck(health)
    yield from _rest("ContainerSpec", container)
    yield from _template(template)
    yield from _service(form)


def _template(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for network in template.get("Networks") or ():
        aliases = ", ".join(network.get("Aliases") or ())
        yield f"network {network['Target']}", f"as {aliases}" if aliases else "attached"
    if policy := template.get("RestartPolicy"):
        yield "restart", _flat(policy)
    if placement := template.get("Placement"):
        yield "placement", _flat(placement)
    if resources := template.get("Resources"):
        yield "resources", _flat(resources)
    named = ("ContainerSpec", "Networks", "RestartPolicy", "Placement", "Resources")
    yield from _rest("TaskTemplate", {key: value for key, value in template.items() if key not in named})


def _service(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    mode = form.get("Mode") or {}
    if replicated := mode.get("Replicated"):
        yield "replicas", str(replicated.get("Replicas", 1))
    else:
        yield "mode", _flat(mode)
    for api_name, name in (("UpdateConfig", "update"), ("RollbackConfig", "rollback")):
        if config := form.get(api_name):
            yield name, _flat(config)
    endpoint = form.get("EndpointSpec") or {}
    yield "endpoint mode", endpoint.get("Mode", "vip")
    for port in endpoint.get("Ports") or ():
        published = port.get("PublishedPort", "any")
        yield f"port {port.get('TargetPort')}/{port['Protocol']}", f"published as {published}, {port['PublishMode']}"
    named = ("Name", "Labels", "TaskTemplate", "Mode", "UpdateConfig", "RollbackConfig", "EndpointSpec")
    yield from _rest("", {key: value for key, value in form.items() if key not in named})


def _named(kind: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        yield f"{kind} {name}", str(value)


def _rest(prefix: str, block: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in block.items():
        yield ".".join(part for part in (prefix, key) if part), _flat(value)


def _words(words: list[str]) -> str:
    return " ".join(word if word and " " not in word else json.dumps(word) for word in words)


def _mount(mount: Mapping[str, Any]) -> str:
    source = mount.get("Source") or "(anonymous)"
    rest = {key: value for key, value in mount.items() if key not in ("Type", "Source", "Target", "ReadOnly")}
    # The volume label is the namespace itself and says nothing new.
    (rest.get("VolumeOptions") or {}).pop("Labels", None)
    rest = {key: value for key, value in rest.items() if value}
    parts = [f"{mount.get('Type', 'volume')} {source}", "read-only" if mount.get("ReadOnly") else "", _flat(rest)]
    return ", ".join(part for part in parts if part)


def _reference(kind: str, reference: Mapping[str, Any]) -> str:
    file = reference.get("File") or {}
    name = reference.get(f"{kind.title()}Name", "")
    return f"{name}, mode {file.get('Mode', 0o444):04o}, owner {file.get('UID')}:{file.get('GID')}"


def _healthcheck(health: Mapping[str, Any]) -> str:
    test = list(health.get("Test") or ())
    shown = _words(test[1:]) if test and test[0] in ("CMD", "CMD-SHELL") else _words(test)
    rest = _flat({key: value for key, value in health.items() if key != "Test"})
    return ", ".join(part for part in (shown, rest) if part)


_DURATIONS = {"Delay", "Monitor", "Window", "Interval", "Timeout", "StartPeriod", "StartInterval", "StopGracePeriod"}


def _flat(value: Any, key: str = "") -> str:
    """A JSON value in one line, with durations in seconds, memory in MiB and CPUs as numbers."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_spaced(name)} {_flat(item, name)}" for name, item in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(_flat(item) for item in value)
    if isinstance(value, int) and not isinstance(value, bool):
        if key in _DURATIONS:
            return f"{value / SECOND:g} s"
        if key == "MemoryBytes":
            return f"{value / MEBIBYTE:g} MiB"
        if key == "NanoCPUs":
            return f"{value / SECOND:g}"
    return str(value)


def _spaced(name: str) -> str:
    """``MaxFailureRatio`` -> ``max failure ratio``; abbreviations stay whole."""
    text = "".join(
        f" {letter.lower()}" if letter.isupper() and index and not name[index - 1].isupper() else letter.lower()
        for index, letter in enumerate(name)
    )
    return text.strip()
