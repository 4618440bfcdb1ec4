"""What swarmkit checks in a service's references to secrets and configs (manager/controlapi/service.go)."""

from __future__ import annotations

from coopnb.practice.objects import Config, Json, Secret
from coopnb.practice.store import Store
from coopnb.practice.wire_errors import invalid

_KINDS: tuple[tuple[str, type[Secret] | type[Config]], ...] = (("secret", Secret), ("config", Config))


def check_reference_shapes(container: Json) -> None:
    """Refuse references without id, name or target, and two with one target."""
    for word, _ in _KINDS:
        targets: dict[str, str] = {}
        for reference in container.get(f"{word.capitalize()}s") or ():
            _check_shape(word, reference, targets)


def check_references_exist(container: Json, store: Store) -> None:
    """Refuse references to what is not there; the name must be the one that the object has."""
    for word, kind in _KINDS:
        missing = []
        for reference in container.get(f"{word.capitalize()}s") or ():
            found = store.get(kind, reference[f"{word.capitalize()}ID"])
            name = reference[f"{word.capitalize()}Name"]
            if found is None or found.name != name:
                missing.append(name)
        if missing:
            noun = word if len(missing) == 1 else f"{word}s"
            raise invalid(f"{noun} not found: {', '.join(missing)}")


def _check_shape(word: str, reference: Json, targets: dict[str, str]) -> None:
    name = reference.get(f"{word.capitalize()}Name", "")
    if not name or not reference.get(f"{word.capitalize()}ID"):
        raise invalid(f"malformed {word} reference")
    if "File" not in reference:
        if word == "config" and "Runtime" in reference:
            return
        raise invalid(f"malformed {word} reference, no target provided")
    target = reference["File"].get("Name", "")
    if not target:
        raise invalid(f"malformed file {word} reference, invalid target file name provided")
    if target in targets:
        raise invalid(f"{word} references '{targets[target]}' and '{name}' have a conflicting target: '{target}'")
    targets[target] = name
