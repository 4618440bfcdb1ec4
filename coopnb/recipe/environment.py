"""A service's environment: ``env_file`` first, then ``environment``, then the app's settings.

docker/cli fills every name that has no value, or an empty one, from the environment of whoever
deploys (``loader.go``, ``updateEnvironment``). In this field that environment is the app's
settings, and nothing else (abra gives the loader the app's ``.env`` in its place).
"""

from __future__ import annotations

from dataclasses import replace

from coopnb.model.origin import KeyPath, Origin
from coopnb.recipe.node import Node, doubt, wrong
from coopnb.recipe.service_lists import Context


def resolve_environment(service: dict[str, Node], path: KeyPath, context: Context) -> dict[str, Node]:
    """Return the service with its environment complete.

    Raises:
        RecipeError: an ``env_file`` that is missing or cannot be read.
    """
    written = service.get("environment")
    if written is not None and not isinstance(written.value, dict):
        return service
    files = service.get("env_file")
    if written is None and files is None:
        return service
    result: dict[str, Node] = {}
    for index, file in enumerate(files.items if files else ()):
        if isinstance(file.value, str):
            result.update(_filled(_read(file, file.value, (*path, "env_file", index), context), path, context))
    result.update(_filled(written.entries if written else {}, path, context))
    holder = written or files
    assert holder is not None, "one of the two is there"
    return {**service, "environment": holder.with_value(result)}


def _filled(given: dict[str, Node], path: KeyPath, context: Context) -> dict[str, Node]:
    return {name: _fill(name, node, (*path, "environment", name), context) for name, node in given.items()}


def _fill(name: str, node: Node, path: KeyPath, context: Context) -> Node:
    value = context.settings.get(name)
    if value is None or (node.value is not None and node.value != ""):
        return node
    if node.value == "" and node.raw is None and value:
        text = f"{name} is written as empty, and docker takes the setting {name} in its place"
        hint = f"remove {name} from the app's settings, or from here"
        context.findings.append(doubt("warning", "empty-value-is-replaced", text, node, path, hint))
    used = (*node.origin.settings, name)
    return Node(value, replace(node.origin, settings=used), node.raw if node.raw is not None else name)


def _read(file: Node, name: str, path: KeyPath, context: Context) -> dict[str, Node]:
    """docker/cli ``pkg/kvfile``: quotes, trailing comments and ``$`` are part of a value."""
    name = context.from_root(name)
    text = context.read(name, file, path).decode("utf-8-sig", errors="replace")
    result: dict[str, Node] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.lstrip()
        if not line or line.startswith("#"):
            continue
        key, separator, value = line.partition("=")
        if not key or " " in key or "\t" in key:
            raise wrong(f"line {number} of {name} has no variable name before its =", file, path)
        if separator:
            result[key] = Node(value, Origin(name, number))
        elif key in context.settings:
            result[key] = Node(context.settings[key], Origin(name, number, (key,)), key)
    return result
