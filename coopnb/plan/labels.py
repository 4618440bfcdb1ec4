"""Secrets and configs that are there: swarm changes nothing of them but their labels, and those as a whole."""

from __future__ import annotations

from coopnb.model.finding import Finding
from coopnb.model.plan import FieldChange, ObjectKind, UpdateLabels
from coopnb.model.snapshot import ConfigSeen, SecretSeen
from coopnb.model.stack import StackConfig, StackSecret


def update_labels(wanted: StackSecret | StackConfig, seen: SecretSeen | ConfigSeen, where: str) -> UpdateLabels | None:
    """The write that gives an object the labels of its files and no others; None if it has them, or is external.

    ``docker stack deploy`` sends every secret and config anew (docker/cli ``stack/swarm/deploy_composefile.go``,
    ``createSecrets``); of that swarmkit takes the labels alone (``manager/controlapi/secret.go``, ``UpdateSecret``).

    Args:
        where: its place in the files, for the causes.
    """
    if wanted.external or dict(wanted.labels) == dict(seen.labels):
        return None
    names = sorted(wanted.labels.keys() | seen.labels.keys())
    changes = tuple(
        FieldChange(
            f"label {name}",
            seen.labels.get(name),
            wanted.labels.get(name),
            where if name in wanted.labels else "set in the swarm, not in the files",
        )
        for name in names
        if seen.labels.get(name) != wanted.labels.get(name)
    )
    kind: ObjectKind = "secret" if isinstance(wanted, StackSecret) else "config"
    differ = "1 label differs" if len(changes) == 1 else f"{len(changes)} labels differ"
    return UpdateLabels(
        kind=kind,
        name=seen.name,
        id=seen.id,
        index=seen.index,
        labels=wanted.labels,
        changes=changes,
        cause=f"{differ}; what the {kind} holds stays, and no task is restarted for it",
    )


def value_kept(secret: StackSecret) -> Finding | None:
    """A word for a secret that is there and has a file: nobody can tell whether the file still holds its value.

    swarm tells no value. docker finds out by writing: it sends the file, and swarm refuses one with another value.
    """
    if not secret.data:
        return None
    text = f"the secret {secret.name} is there and keeps its value, whatever its file holds: swarm never tells a value"
    hint = (
        "If the file has a new value, give the secret a new, versioned name; docker stack deploy refuses it as it is."
    )
    return Finding("note", "secret-value-kept", text, secret.origin, ("secrets", secret.key), hint)


def drivers_kept(wanted: StackSecret | StackConfig, seen: SecretSeen | ConfigSeen) -> Finding | None:
    """A word for an object that is there and whose plugins are others than those of its files: swarm keeps the old.

    ``docker stack deploy`` sends the new ones and says nothing (swarmkit ``manager/controlapi/config.go``,
    ``UpdateConfig``, takes the labels alone).
    """
    kind = "secret" if isinstance(wanted, StackSecret) else "config"
    plugins = [("template_driver", seen.template_driver, wanted.template_driver or "")]
    if isinstance(wanted, StackSecret) and isinstance(seen, SecretSeen):
        plugins.append(("driver", seen.driver, wanted.driver))
    others = [f"{key} {there or 'none'}, not {given or 'none'}" for key, there, given in plugins if there != given]
    if wanted.external or not others:
        return None
    text = f"the {kind} {wanted.name} is there and keeps {' and '.join(others)}: swarm changes nothing of it but labels"
    hint = f"Give the {kind} a new, versioned name; docker stack deploy passes over it in silence."
    return Finding("warning", "driver-kept", text, wanted.origin, (f"{kind}s", wanted.key), hint)
