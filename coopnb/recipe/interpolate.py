"""Stage 3, settings into values: docker/cli's ``interpolation`` with its casts.

Only values are replaced, never keys. A value becomes a number or a boolean only where
``loader/interpolate.go`` lists its path, and only if substitution changed it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath, key_path_text
from coopnb.recipe.node import Node, Scalar, doubt, wrong
from coopnb.recipe.template import Substituted, substitute

_SERVICE_CASTS: dict[str, str] = {
    "configs.[].mode": "whole",
    "secrets.[].mode": "whole",
    "healthcheck.retries": "whole",
    "healthcheck.disable": "truth",
    "deploy.replicas": "whole",
    "deploy.update_config.parallelism": "whole",
    "deploy.update_config.max_failure_ratio": "number",
    "deploy.rollback_config.parallelism": "whole",
    "deploy.rollback_config.max_failure_ratio": "number",
    "deploy.restart_policy.max_attempts": "whole",
    "deploy.placement.max_replicas_per_node": "whole",
    "ports.[].target": "whole",
    "ports.[].published": "whole",
    "ulimits.*": "whole",
    "ulimits.*.hard": "whole",
    "ulimits.*.soft": "whole",
    "privileged": "truth",
    "oom_score_adj": "whole",
    "read_only": "truth",
    "stdin_open": "truth",
    "tty": "truth",
    "volumes.[].read_only": "truth",
    "volumes.[].volume.nocopy": "truth",
}
_SECTION_CASTS: dict[str, str] = {
    "networks.*.external": "truth",
    "networks.*.internal": "truth",
    "networks.*.attachable": "truth",
    "volumes.*.external": "truth",
    "secrets.*.external": "truth",
    "configs.*.external": "truth",
}
_CASTS: list[tuple[list[str], str]] = [
    (pattern.split("."), kind)
    for pattern, kind in [
        *((f"services.*.{key}", kind) for key, kind in _SERVICE_CASTS.items()),
        *_SECTION_CASTS.items(),
    ]
]
_TRUTHS = {**dict.fromkeys(("y", "yes", "true", "on"), True), **dict.fromkeys(("n", "no", "false", "off"), False)}
IMAGE_NEEDS_A_SETTING = "image-needs-a-setting"
_NUMBER = re.compile(
    r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)p[-+]?[0-9]+"
    r"|inf(?:inity)?)|nan",
    re.IGNORECASE,
)
_WRONG_UNDERSCORE = re.compile(r"(?<![0-9a-fA-FxX])_|_(?![0-9a-fA-F])")
# Of traefik's matchers, which the field routes with: an empty host in one of them is no host, or every host.
_HOST_RULE = re.compile(r"\bHost(?:SNI|Regexp)?\(([^)]*)\)")
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"")
MAX_FILLED = 4_000_000
"""Characters that all values with settings in them may have together."""
_HINT = "to mean a $ itself, write $$"


def interpolate(root: Node, settings: Mapping[str, str]) -> tuple[Node, tuple[Finding, ...]]:
    """Replace the settings in every value of a file.

    Returns the file with values replaced, each with the settings that flowed in, and findings
    where docker's reading contradicts what is written.

    Raises:
        RecipeError: an expression docker refuses, a required setting that is missing, or a value
            that must be a number and is none.
    """
    stage = _Interpolation(settings)
    return stage.node(root, ()), tuple(stage.findings)


class _Interpolation:
    def __init__(self, settings: Mapping[str, str]) -> None:
        self.settings = settings
        self.findings: list[Finding] = []
        self.told_missing: set[str] = set()
        self.left = MAX_FILLED

    def node(self, node: Node, path: KeyPath) -> Node:
        if isinstance(node.value, dict):
            return node.with_value({key: self.node(entry, (*path, key)) for key, entry in node.value.items()})
        if isinstance(node.value, list):
            return node.with_value([self.node(item, (*path, index)) for index, item in enumerate(node.value)])
        if isinstance(node.value, str) and "$" in node.value:
            return self._text(node, node.value, path)
        return node

    def _text(self, node: Node, text: str, path: KeyPath) -> Node:
        done = substitute(text, self.settings)
        if done.refused is not None:
            raise wrong(
                f"{key_path_text(path)} cannot be filled in: {done.refused}",
                node,
                path,
                what=f"written {text!r}",
                hint="set it in the app's .env file" if "required" in done.refused else _HINT,
            )
        self.left -= len(done.text)
        if self.left < 0:
            names = " and ".join(done.used)
            text = f"the values of settings make more than {MAX_FILLED:,} characters of this file"
            raise wrong(text, node, path, hint=f"look at the length of {names}" if names else None)
        self._report(node, done, path)
        if done.text == text:
            return node
        origin = replace(node.origin, settings=done.used)
        return Node(self._cast(node, done, path), origin, text)

    def _report(self, node: Node, done: Substituted, path: KeyPath) -> None:
        for each in done.doubts:
            text = f"{each.text} (written {node.value!r})"
            hint = "write it so that docker and the compose specification read the same: ${NAME} or ${NAME:-default}"
            self.findings.append(doubt("error", each.rule, text, node, path, hint))
        if done.missing and len(path) == 3 and (path[0], path[2]) == ("services", "image"):
            self.findings.append(_image_needs(node, done, path))
            return
        hosts = _hosts_without(node, done, path)
        if hosts:
            self.findings.append(_host_needs(hosts, node, path))
        for name in done.missing:
            if name not in self.told_missing and name not in hosts:
                self.told_missing.add(name)
                self.findings.append(_not_set(name, node, path))

    def _cast(self, node: Node, done: Substituted, path: KeyPath) -> Scalar:
        kind, text = _kind_of(path), done.text
        if kind is None:
            return text
        cast, wanted = _READERS[kind]
        value = cast(text)
        if value is None:
            names = " and ".join(done.missing or done.used)
            what = f"nothing sets {names}" if done.missing else f"the value of {names} is none"
            hint = f"set {names} in the app's .env file"
            raise wrong(f"{key_path_text(path)} must be {wanted}", node, path, what=what, hint=hint)
        if path[-1] == "mode" and re.fullmatch("0[0-7]+", text):
            self.findings.append(
                doubt(
                    "error",
                    "octal-read-as-decimal",
                    f"a mode that comes from a setting is read as a decimal number: {text} is not 0o{text[1:]} here",
                    node,
                    path,
                    f"write the mode itself into the file, or set it to {int(text, 8)}",
                )
            )
        return value


def _image_needs(node: Node, done: Substituted, path: KeyPath) -> Finding:
    names = " and ".join(done.missing)
    text = f"nothing sets {names}, and the image needs it: {node.value!r} becomes {done.text!r}"
    hint = f"set {names} in the app's .env file, or give it a default: ${{{done.missing[0]}:-...}}"
    return doubt("error", IMAGE_NEEDS_A_SETTING, text, node, path, hint)


def _hosts_without(node: Node, done: Substituted, path: KeyPath) -> tuple[str, ...]:
    """The settings that are missing in a host: a hostname, an extra host, or the host of a routing rule."""
    if path[:1] == ("services",) and path[2:3] in (("hostname",), ("extra_hosts",)):
        return done.missing
    rules = " ".join(_HOST_RULE.findall(str(node.value)))
    # More hosts may be added outside of the quotes, and none is well: Host(`a.example.org`${MORE_HOSTS})
    hosts = " ".join(_QUOTED.findall(rules))
    return tuple(name for name in done.missing if re.search(rf"\$\{{?{name}(?![A-Za-z0-9_])", hosts))


def _host_needs(names: tuple[str, ...], node: Node, path: KeyPath) -> Finding:
    text = f"nothing sets {' and '.join(names)}, and a host needs it: {node.written}"
    hint = f"set {' and '.join(names)} in the app's .env file, or give it a default: ${{{names[0]}:-...}}"
    return doubt("error", "host-needs-a-setting", text, node, path, hint)


def _not_set(name: str, node: Node, path: KeyPath) -> Finding:
    hint = f"set {name} in the app's .env file"
    if path[0] != "services" and path[2:] in (("name",), ("external", "name")):
        text = f"nothing sets {name}, and the name of {path[1]} needs it: {node.written}"
        return doubt("error", "name-needs-a-setting", text, node, path, hint)
    return doubt("note", "setting-not-set", f"nothing sets {name}: it is empty here", node, path, hint)


def _kind_of(path: KeyPath) -> str | None:
    """docker matches the dotted text of a path, so a key with a dot in it counts as two parts."""
    parts = ".".join("[]" if isinstance(part, int) else part for part in path).split(".")
    for pattern, kind in _CASTS:
        if len(pattern) == len(parts) and all(want in ("*", part) for want, part in zip(pattern, parts, strict=True)):
            return kind
    return None


def _whole(text: str) -> int | None:
    """Go's ``strconv.Atoi``."""
    value = int(text) if re.fullmatch("[-+]?[0-9]{1,40}", text) else None
    return value if value is not None and -(2**63) <= value < 2**63 else None


def _number(text: str) -> float | None:
    """Go's ``strconv.ParseFloat``, which takes hexadecimal ones, too."""
    bare = text.replace("_", "")
    if not _NUMBER.fullmatch(bare) or _WRONG_UNDERSCORE.search(text):
        return None
    try:
        value = float.fromhex(bare) if "x" in bare.lower() else float(bare)
    except OverflowError:
        return None
    return None if math.isinf(value) and "inf" not in text.lower() else value


def _truth(text: str) -> bool | None:
    return _TRUTHS.get(text.lower())


_READERS: dict[str, tuple[Callable[[str], int | float | bool | None], str]] = {
    "whole": (_whole, "a whole number"),
    "number": (_number, "a number"),
    "truth": (_truth, "true or false"),
}
