"""The lists of a service that have a short form: ports, volumes, networks, configs and secrets."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from coopnb.model.finding import Finding, Severity
from coopnb.model.origin import KeyPath
from coopnb.recipe.forms import distinct, entries, texts_by_name, whole_part
from coopnb.recipe.mounts import read_mount
from coopnb.recipe.node import Node, doubt, wrong
from coopnb.recipe.ports import read_ports

MAX_PORTS = 10_000
"""What a service may publish; a range of the short form makes a port of every number in it."""
RELATIVE_BIND = "bind-of-a-relative-path"
_KNOWN_OPTIONS = {"bind": {"propagation"}, "volume": {"nocopy", "subpath"}, "tmpfs": {"size"}}
_KNOWN_REFERENCE = {"source", "target", "uid", "gid", "mode"}


@dataclass(frozen=True, slots=True)
class Context:
    """What the reading of a file depends on beside its text.

    Attributes:
        settings: of the app; docker has the process environment in their place.
        root: the absolute folder of the recipe's version.
        folder: where relative paths begin, relative to ``root``: the folder of the first compose file.
        read: reads a file named relative to ``root``, or raises the error that says why not.
        findings: where findings go.
    """

    settings: Mapping[str, str]
    root: str
    folder: str
    read: Callable[[str, Node, KeyPath], bytes]
    findings: list[Finding] = field(default_factory=list)

    def from_root(self, name: str) -> str:
        """A path that a compose file names, relative to the root."""
        return posixpath.normpath(posixpath.join(self.folder, name))


def ports(node: Node, path: KeyPath, context: Context) -> Node:
    """Ports: numbers and texts become long forms, a range becomes several."""
    distinct(node, path)
    result: list[Node] = []
    for index, item in enumerate(node.items):
        if isinstance(item.value, str) or type(item.value) is int:
            result.extend(_short_ports(item, (*path, index), context))
            if len(result) > MAX_PORTS:
                text = f"the ranges of a service make more than {MAX_PORTS:,} ports"
                raise wrong(text, item, (*path, index), hint="publish fewer, or use the host's network")
        else:
            result.append(item)
    return node.with_value(result) if isinstance(node.value, list) else node


def _short_ports(item: Node, path: KeyPath, context: Context) -> list[Node]:
    try:
        read = read_ports(str(item.value))
    except ValueError as error:
        hint = 'as "8080:80", "53:53/udp", "8000-8001:90-91", or in the long form'
        raise wrong(
            f"this port cannot be read: {error}", item, path, what=f"written {item.written}", hint=hint
        ) from None
    if read.dropped_address:
        loopback = ipaddress.ip_address(read.dropped_address).is_loopback
        text = (
            f"swarm cannot publish a port on one address: {item.written} would be reachable "
            f"on every address of every node, not only on {read.dropped_address}"
        )
        hint = "leave the address out if that is meant; else do not publish the port"
        severity: Severity = "error" if loopback else "warning"
        context.findings.append(doubt(severity, "port-address-is-dropped", text, item, path, hint))
    return [
        item.with_value(
            {
                "mode": item.with_value("ingress"),
                "target": item.with_value(port.target),
                "published": item.with_value(port.published),
                "protocol": item.with_value(port.protocol),
            }
        )
        for port in read.ports
    ]


def mounts(node: Node, path: KeyPath, context: Context) -> Node:
    """Volumes of a service, in the long form; a relative path of a bind is made absolute."""
    if not isinstance(node.value, list):
        return node
    return node.with_value([_mount(item, (*path, index), context) for index, item in enumerate(node.value)])


def _mount(item: Node, path: KeyPath, context: Context) -> Node:
    if isinstance(item.value, str):
        item = _short_mount(item, item.value, path, context)
    if not isinstance(item.value, dict):
        return item
    mount = {key: _options(key, entry, (*path, key), context) for key, entry in item.value.items()}
    source = mount.get("source")
    is_bind = "type" in mount and mount["type"].value == "bind"
    if is_bind and (source is None or not source.value):
        hint = "give it source: with a path that exists on the nodes"
        raise wrong("a bind needs a source", source or item, path, hint=hint)
    if is_bind and source is not None and isinstance(source.value, str):
        mount["source"] = _bind_source(source, source.value, (*path, "source"), context)
    return item.with_value(mount)


def _short_mount(item: Node, text: str, path: KeyPath, context: Context) -> Node:
    try:
        mount, ignored = read_mount(text)
    except ValueError as error:
        raise wrong(f"this volume cannot be read: {error}", item, path, what=f"written {item.written}") from None
    if re.match("[a-zA-Z]:/", text) and "source" not in mount:
        note = f"docker takes the letter of {item.written} for a Windows drive: it mounts a nameless volume at {text}"
        hint = "give the volume a name of two letters or more, or use the long form"
        context.findings.append(doubt("error", "one-letter-volume", note, item, path, hint))
    for option in ignored:
        note, hint = f"swarm ignores the mount option {option!r}", "leave it out"
        context.findings.append(doubt("warning", "mount-option-has-no-effect", note, item, path, hint))
    return item.with_value(_nodes(item, mount))


def _nodes(item: Node, value: dict[str, Any]) -> dict[str, Node]:
    return {
        key: item.with_value(_nodes(item, entry) if isinstance(entry, dict) else entry) for key, entry in value.items()
    }


def _options(key: str, node: Node, path: KeyPath, context: Context) -> Node:
    known = _KNOWN_OPTIONS.get(key)
    if known is None or not isinstance(node.value, dict):
        return node
    return _only_known(node, known, path, context)


def _only_known(node: Node, known: set[str], path: KeyPath, context: Context) -> Node:
    """Docker's schema allows any key here, and its loader drops what it does not know."""
    for name, entry in node.entries.items():
        if name not in known:
            text = f"docker stack ignores {name} here"
            hint = "look for a typing error, or leave it out"
            context.findings.append(doubt("warning", "key-has-no-effect", text, entry, (*path, name), hint))
    return node.with_value({name: entry for name, entry in node.entries.items() if name in known})


def _bind_source(node: Node, source: str, path: KeyPath, context: Context) -> Node:
    if source.startswith("~") and "HOME" in context.settings:
        source = context.settings["HOME"] + source[1:]
    if source.startswith("/") or re.match(r"[a-zA-Z]:[\\/]", source) or not source:
        return node.with_value(source)
    text = f"{node.written} is a path on the machine that deploys, and the nodes of the swarm do not have it"
    hint = "use an absolute path that exists on the node, a named volume, or a config"
    context.findings.append(doubt("error", RELATIVE_BIND, text, node, path, hint))
    return node.with_value(posixpath.normpath(posixpath.join(context.root, context.folder, source)))


def networks(node: Node, path: KeyPath, context: Context) -> Node:
    """Networks of a service: a list of names becomes a mapping without options."""
    if isinstance(node.value, list) and all(isinstance(item.value, str) for item in node.value):
        distinct(node, path)
        return node.with_value({str(item.value): item.with_value(None) for item in node.value})
    if not isinstance(node.value, dict):
        return node
    return node.with_value({name: _network(entry, (*path, name)) for name, entry in node.value.items()})


def _network(node: Node, path: KeyPath) -> Node:
    if not isinstance(node.value, dict):
        return node
    result = dict(node.value)
    if "driver_opts" in result:
        result["driver_opts"] = texts_by_name(result["driver_opts"], (*path, "driver_opts"))
    if "aliases" in result:
        result["aliases"] = distinct(result["aliases"], (*path, "aliases"))
    return node.with_value(result)


def references(node: Node, path: KeyPath, context: Context) -> Node:
    """Configs and secrets of a service: a name alone becomes a mapping with a source."""
    result: list[Node] = []
    for index, item in enumerate(node.items):
        if isinstance(item.value, str):
            result.append(item.with_value({"source": item}))
        elif isinstance(item.value, dict):
            known = _only_known(item, _KNOWN_REFERENCE, (*path, index), context)
            result.append(entries(known, (*path, index), {"mode": whole_part}))
        else:
            result.append(item)
    return node.with_value(result) if isinstance(node.value, list) else node
