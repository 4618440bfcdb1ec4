"""Stage 6, several files into one: docker/cli's rules (``loader/merge.go`` with mergo 1.0.1).

Services are merged key by key; networks, volumes, secrets and configs are replaced whole.
What is empty never overrides what is not, because Go cannot tell ``false`` or ``""`` from
absent. Where that contradicts what an overlay says, the merge says so in a finding.
"""

from __future__ import annotations

from collections.abc import Callable

from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath, key_path_text
from coopnb.recipe.node import Node, doubt, plain

_APPENDED = frozenset(
    (
        *("cap_add", "cap_drop", "depends_on", "devices", "dns", "dns_search", "env_file", "expose", "external_links"),
        *(
            "extra_hosts",
            "links",
            "security_opt",
            "tmpfs",
            "cache_from",
            "test",
            "constraints",
            "preferences",
            "generic_resources",
        ),
    )
)
_REPLACED = frozenset(("command", "entrypoint"))
_ALWAYS_REPLACED = frozenset(("replicas", "parallelism", "max_attempts", "retries"))
_TEXT_MAPS = frozenset(("labels", "sysctls"))
_KEYED = {"ports": "published", "volumes": "target", "secrets": "source", "configs": "source"}
Rule = Callable[["Merge", Node, Node, KeyPath], Node]


class Merge:
    """A merge in progress; ``findings`` tells what an overlay said in vain."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def files(self, roots: list[Node]) -> Node:
        """Merge files in order, services sorted by name."""
        merged = roots[0]
        for overlay in roots[1:]:
            merged = self._file(merged, overlay)
        services = merged.entries.get("services")
        if services is None:
            return merged
        ordered = services.with_value(dict(sorted(services.entries.items())))
        return merged.with_value({**merged.entries, "services": ordered})

    def _file(self, base: Node, overlay: Node) -> Node:
        result = dict(base.entries)
        for section, node in overlay.entries.items():
            if section not in result:
                result[section] = node
            elif section == "services":
                result[section] = self._each(result[section], node, ("services",), self._service)
            elif section != "version":
                result[section] = self._each(result[section], node, (section,), self._replace_whole)
        return base.with_value(result)

    def _each(self, base: Node, overlay: Node, path: KeyPath, both: Callable[[Node, Node, KeyPath], Node]) -> Node:
        result = dict(base.entries)
        for key, node in overlay.entries.items():
            result[key] = both(result[key], node, (*path, key)) if key in result else node
        return base.with_value(result)

    def _replace_whole(self, base: Node, overlay: Node, path: KeyPath) -> Node:
        lost = sorted(set(base.entries) - set(overlay.entries))
        if lost:
            text = f"this replaces {path[-1]} of {base.origin} whole: its {', '.join(lost)} is lost"
            hint = "repeat here what should stay"
            self.findings.append(doubt("warning", "overlay-replaces-whole", text, overlay, path, hint))
        return overlay

    def _service(self, base: Node, overlay: Node, path: KeyPath) -> Node:
        merged = self._mapping(base, overlay, path)
        # docker sorts and joins these lists even where only the first file has them.
        return merged.with_value(
            {
                key: self._keyed(node, None, (*path, key)) if key in _KEYED and key not in overlay.entries else node
                for key, node in merged.entries.items()
            }
        )

    def _mapping(self, base: Node, overlay: Node, path: KeyPath) -> Node:
        result = dict(base.entries)
        for key, node in overlay.entries.items():
            at = (*path, key)
            result[key] = self._value(key, result[key], node, at) if key in result else node
        return base.with_value(result)

    def _value(self, key: str, base: Node, overlay: Node, path: KeyPath) -> Node:
        if key in _APPENDED:
            return self._append(key, base, overlay, path)
        if key in _REPLACED:
            return overlay if overlay.items else base
        if key in _ALWAYS_REPLACED:
            return overlay
        if key in _KEYED and len(path) == 3:
            return self._keyed(base, overlay, path) if base.items else overlay
        if key in _TEXT_MAPS:
            return base.with_value({**base.entries, **overlay.entries})
        if key == "ulimits":
            return base.with_value({**base.entries, **overlay.entries})
        if key == "networks" and len(path) == 3:
            return self._each(base, overlay, path, self._network)
        if key == "logging":
            return self._logging(base, overlay, path)
        if isinstance(base.value, dict) and isinstance(overlay.value, dict):
            return self._mapping(base, overlay, path)
        return self._scalar(base, overlay, path)

    def _scalar(self, base: Node, overlay: Node, path: KeyPath) -> Node:
        if not base.value or overlay.value:
            return overlay
        if overlay.value is not None:
            text = (
                f"{key_path_text(path)} stays as in {base.origin}: docker does not let an empty or "
                f"false value of a later file override it"
            )
            self._doubt(
                "overlay-cannot-empty", text, overlay, path, "remove it from the first file, or give another value"
            )
        return base

    def _append(self, key: str, base: Node, overlay: Node, path: KeyPath) -> Node:
        if key == "test" and base.items and overlay.items:
            text = f"docker joins this test to the one in {base.origin}, and runs neither"
            hint = "keep the test in one of the two files only"
            self.findings.append(doubt("warning", "healthcheck-test-is-appended", text, overlay, path, hint))
        return base.with_value([*base.items, *overlay.items])

    def _network(self, base: Node, overlay: Node, path: KeyPath) -> Node:
        if base.value is None or overlay.value is None:
            return base if overlay.value is None else overlay
        result = {key: node for key, node in base.entries.items() if key != "aliases"}
        if "aliases" in overlay.entries:
            result["aliases"] = overlay.entries["aliases"]
        for key in ("ipv4_address", "ipv6_address"):
            if key in overlay.entries and overlay.entries[key].value:
                result[key] = overlay.entries[key]
        lost = overlay.entries.get("driver_opts")
        if lost is not None and plain(lost) != plain(base.entries.get("driver_opts", lost.with_value({}))):
            text = "docker takes a network's driver_opts from the first file only"
            self._doubt(
                "overlay-options-are-lost", text, lost, (*path, "driver_opts"), "write them into the first file"
            )
        return base.with_value(result)

    def _logging(self, base: Node, overlay: Node, path: KeyPath) -> Node:
        names = [str(node.entries["driver"].value) if "driver" in node.entries else "" for node in (base, overlay)]
        if all(names) and names[0] != names[1]:
            return overlay
        result = dict(base.entries)
        if not names[0] and names[1]:
            result["driver"] = overlay.entries["driver"]
        added = overlay.entries.get("options")
        if added is None or not added.entries:
            return base.with_value(result)
        if "options" in base.entries:
            options = base.entries["options"]
            result["options"] = options.with_value({**options.entries, **added.entries})
        else:
            text = f"docker loses these options, because logging in {base.origin} has none"
            self._doubt("overlay-options-are-lost", text, added, (*path, "options"), "write them into the first file")
        return base.with_value(result)

    def _keyed(self, base: Node, overlay: Node | None, path: KeyPath) -> Node:
        """Join by key, the last one winning, and sort by it."""
        field = _KEYED[str(path[-1])]
        result: dict[str | int, Node] = {}
        for source in (base, overlay):
            seen: dict[str | int, Node] = {}
            for item in source.items if source else ():
                key = _key_of(item, field)
                if key in seen:
                    self._collapsed(seen[key], item, key, path)
                seen[key] = result[key] = item
        ordered = sorted(result.items(), key=lambda pair: (isinstance(pair[0], str), pair[0]))
        return base.with_value([node for _, node in ordered])

    def _collapsed(self, first: Node, second: Node, key: str | int, path: KeyPath) -> None:
        if plain(first) == plain(second):
            return
        field = _KEYED[str(path[-1])]
        shown = f"with {field} {key}" if key else f"without {field}"
        text = f"two {path[-1]} {shown} become one when files are merged: the one of {first.origin} is lost"
        hint = (
            "give each its own published port"
            if not key
            else f"docker merges {path[-1]} by {field}: use one file only, or different values of {field}"
        )
        self._doubt("merged-into-one", text, second, path, hint)

    def _doubt(self, rule: str, text: str, node: Node, path: KeyPath, hint: str) -> None:
        self.findings.append(doubt("error", rule, text, node, path, hint))


def _key_of(item: Node, field: str) -> str | int:
    value = item.entries[field].value if field in item.entries else None
    if isinstance(value, str | int):
        return value
    return 0 if field == "published" else ""
