"""Stage 4, one long form for everything: what docker/cli's ``loader`` transforms do.

Findings come from what a short form cannot carry over, and from keys docker tolerates and drops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from coopnb.model.origin import KeyPath, key_path_text
from coopnb.recipe import forms
from coopnb.recipe.environment import resolve_environment
from coopnb.recipe.forms import Form
from coopnb.recipe.node import Node, doubt, wrong
from coopnb.recipe.service_lists import Context, mounts, networks, ports, references

_KEY = re.compile(r"[a-zA-Z0-9._-]+")
_UPDATE: dict[str, Form] = {
    "delay": forms.duration,
    "monitor": forms.duration,
    "max_failure_ratio": forms.single_precision,
}
_BUILD: dict[str, Form] = {
    "args": forms.pairs_or_names,
    "cache_from": forms.distinct,
    "extra_hosts": forms.hosts,
    "labels": forms.pairs,
}
_BUILD_KEYS = ("args", "cache_from", "context", "dockerfile", "extra_hosts", "labels", "network", "target")
_GENERIC = forms.nested({"discrete_resource_spec": forms.nested({"value": forms.whole_part})})
_SERVICE: dict[str, Form] = {
    "cap_add": forms.distinct,
    "cap_drop": forms.distinct,
    "command": forms.words,
    "depends_on": forms.distinct,
    "devices": forms.distinct,
    "dns": forms.one_or_many,
    "dns_search": forms.one_or_many,
    "entrypoint": forms.words,
    "env_file": forms.one_or_many,
    "environment": forms.pairs_or_names,
    "extra_hosts": forms.hosts,
    "healthcheck": forms.nested(
        {
            "test": forms.shell_test,
            "retries": forms.whole_part,
            **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), forms.duration),
        }
    ),
    "labels": forms.pairs,
    "links": forms.distinct,
    "external_links": forms.distinct,
    "logging": forms.nested({"options": forms.texts_by_name}),
    "security_opt": forms.distinct,
    "stop_grace_period": forms.duration,
    "sysctls": forms.pairs,
    "tmpfs": forms.one_or_many,
    "ulimits": forms.ulimits,
    "deploy": forms.nested(
        {
            "labels": forms.pairs,
            "update_config": forms.nested(_UPDATE),
            "rollback_config": forms.nested(_UPDATE),
            "restart_policy": forms.nested({"delay": forms.duration, "window": forms.duration}),
            "resources": forms.nested(
                {
                    "limits": forms.nested({"memory": forms.size}),
                    "reservations": forms.nested({"memory": forms.size, "generic_resources": forms.each(_GENERIC)}),
                }
            ),
        }
    ),
}
_LISTS: dict[str, Callable[[Node, KeyPath, Context], Node]] = {
    "configs": references,
    "networks": networks,
    "ports": ports,
    "secrets": references,
    "volumes": mounts,
}
_OBJECT: dict[str, Form] = {"labels": forms.pairs, "driver_opts": forms.texts_by_name}


@dataclass(frozen=True, slots=True)
class Canonical:
    """The stage, for one file.

    Attributes:
        context: what the reading of a file depends on, and where its findings go.
    """

    context: Context

    def run(self, root: Node, version: str) -> Node:
        """Bring a file into its long form.

        Raises:
            RecipeError: a short form that cannot be read, an empty value where one is needed, a
                repeated item, a forbidden key.
        """
        root = _without_extensions(root, ())
        _refuse_empty(root)
        sections = {key: node for key, node in root.entries.items() if key != "version"}
        result = {"version": Node(version, root.entries.get("version", root).origin)}
        for key, node in sections.items():
            result[key] = self._section(key, node) if isinstance(node.value, dict) else node
        return root.with_value(result)

    def _section(self, section: str, node: Node) -> Node:
        result: dict[str, Node] = {}
        for key, entry in node.entries.items():
            path = (section, key)
            if section in ("services", "networks", "volumes", "secrets", "configs") and not _KEY.fullmatch(key):
                raise wrong(
                    f"{key!r} is no name for one of the {section}", entry, path, hint="use letters, digits, . _ -"
                )
            if section == "services":
                result[key] = self._service(entry, path)
            else:
                result[key] = self._object(section, entry, path)
        return node.with_value(result)

    def _service(self, node: Node, path: KeyPath) -> Node:
        _refuse_forbidden(node, path)
        result: dict[str, Node] = {}
        for key, entry in node.entries.items():
            at = (*path, key)
            if entry.value is None:
                continue
            if key in _LISTS:
                result[key] = _LISTS[key](entry, at, self.context)
            elif key in _SERVICE:
                result[key] = _SERVICE[key](entry, at)
            elif key == "build":
                result[key] = _build(entry, at)
            elif key == "expose" and isinstance(entry.value, list):
                result[key] = forms.distinct(entry.with_value([forms.exposed(item) for item in entry.value]), at)
            else:
                result[key] = entry
        if not isinstance(node.value, dict):
            return node
        return node.with_value(resolve_environment(result, path, self.context))

    def _object(self, section: str, node: Node, path: KeyPath) -> Node:
        if node.value is None:
            return node.with_value({})
        if not isinstance(node.value, dict):
            return node
        result = dict(forms.entries(node, path, _OBJECT).entries)
        file = result.get("file")
        if file is not None and isinstance(file.value, str):
            result["file"] = file.with_value(self.context.from_root(file.value))
        if "driver" in result and "file" in result and section == "secrets":
            text = f"{key_path_text(path)} has a driver and a file, and can come from one of them only"
            raise wrong(text, result["file"], (*path, "file"), hint="remove one of the two")
        if section == "volumes" and "x-cluster-spec" in result:
            text = f"docker stack reads x-cluster-spec of the volume {path[-1]}, and makes no volume of it"
            spec, at = result.pop("x-cluster-spec"), (*path, "x-cluster-spec")
            hint = "make it once, by hand: docker volume create, with a CSI driver"
            self.context.findings.append(doubt("warning", "cluster-spec-has-no-effect", text, spec, at, hint))
        external = result.get("external")
        if external is not None and isinstance(external.value, dict):
            name = external.entries.get("name")
            for key, entry in external.value.items():
                if key != "name":
                    raise wrong(f"{key!r} is not a key of external", entry, (*path, "external", key))
            result["external"] = external.with_value(True)
            if name is not None:
                if "name" in result:
                    text = f"{key_path_text(path)} has a name twice: name and external.name"
                    raise wrong(text, name, (*path, "external", "name"), hint="keep external: true and name:")
                result["name"] = name
        if _is_true(result.get("external")):
            self._external(section, result, node, path)
        return node.with_value(result)

    def _external(self, section: str, result: dict[str, Node], node: Node, path: KeyPath) -> None:
        result.setdefault("name", node.with_value(path[-1]))
        for key in ("driver", "driver_opts", "labels", "file", "internal", "attachable", "ipam", "template_driver"):
            given = result.get(key)
            if given is None or not given.value:
                continue
            if section == "volumes":
                text = f"{key_path_text(path)} is external, so it cannot have {key}"
                raise wrong(text, given, (*path, key), hint="remove one of the two")
            text = f"{path[-1]} is external: it is used as it is, and {key} has no effect"
            hint = "leave it out"
            self.context.findings.append(doubt("warning", "external-ignores-the-rest", text, given, (*path, key), hint))


def _build(node: Node, path: KeyPath) -> Node:
    """docker's schema takes any key here, and its loader forgets those it does not know."""
    if isinstance(node.value, str):
        return node.with_value({"context": node})
    known = {key: entry for key, entry in node.entries.items() if key in _BUILD_KEYS}
    return forms.entries(node.with_value(known), path, _BUILD) if isinstance(node.value, dict) else node


def _is_true(node: Node | None) -> bool:
    return node is not None and node.value is True


_FORBIDDEN: Mapping[str, str] = {
    "extends": "docker stack has no extends: repeat what is needed, or use a YAML anchor",
    "volume_driver": "declare the volume under the top-level volumes, with its driver",
    "volumes_from": "declare a volume under the top-level volumes, and mount it in each service",
    **dict.fromkeys(
        ("cpu_quota", "cpu_shares", "cpuset", "mem_limit", "memswap_limit"), "set limits under deploy.resources"
    ),
}


def _refuse_forbidden(node: Node, path: KeyPath) -> None:
    for key, hint in _FORBIDDEN.items():
        if key in node.entries:
            raise wrong(f"{key} cannot be used with swarm", node.entries[key], (*path, key), hint=hint)


def _without_extensions(node: Node, path: KeyPath) -> Node:
    """Take out the ``x-`` keys where docker's schema allows them; elsewhere they are unknown keys."""
    if not isinstance(node.value, dict):
        return node
    kept = {
        key: _without_extensions(entry, (*path, key)) if len(path) < 2 else entry
        for key, entry in node.value.items()
        if not (key.startswith("x-") and len(path) in (0, 2) and (path[:1], key) != (("volumes",), "x-cluster-spec"))
    }
    return node.with_value(kept)


def _refuse_empty(root: Node) -> None:
    stack: list[tuple[tuple[Any, ...], Node]] = [((), root)]
    while stack:
        path, node = stack.pop()
        stack.extend(((*path, key), entry) for key, entry in node.entries.items())
        stack.extend(((*path, index), item) for index, item in enumerate(node.items))
        if node.value is None and not _may_be_empty(path):
            raise wrong(f"{key_path_text(path)} is empty", node, path, hint="give it a value, or leave the key out")


def _may_be_empty(path: tuple[Any, ...]) -> bool:
    """Where docker's schema takes a null."""
    match path:
        case ("services", _, "deploy" | "pid") | ("services", _, "networks", _) | ("networks" | "volumes", _):
            return True
        case ("services", _, "environment" | "labels" | "sysctls" | "extra_hosts", str()):
            return True
        case ("services", _, "logging", "options", _) | ("services", _, "deploy", "labels", str()):
            return True
        case ("services", _, "build", _, *_) | ("networks" | "volumes" | "secrets" | "configs", _, "labels", str()):
            return True
    return False
