"""Finds an object by full id, full name, or the beginning of an id that only one object has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from coopnb.practice.objects import Config, Network, Node, Secret, Service, Stored, Task
from coopnb.practice.store import Store
from coopnb.practice.wire_errors import Refusal, not_found

Object = TypeVar("Object", bound=Stored)

_WORDS: dict[type[Stored], str] = {
    Service: "service",
    Task: "task",
    Node: "node",
    Network: "network",
    Secret: "secret",
    Config: "config",
}


def find(store: Store, kind: type[Object], reference: str, name: Callable[[Object], str]) -> Object:
    """The object that a reference means.

    Raises:
        Refusal: 404 when there is none, 400 when a beginning fits several.
    """
    found = store.get(kind, reference)
    if found is not None:
        return found
    named = _named(store, kind, reference, name)
    if len(named) == 1:
        return named[0]
    begun = named or [item for item in store.all(kind) if reference and item.id.startswith(reference)]
    if len(begun) > 1:
        raise Refusal(400, f"{_WORDS[kind]} {reference} is ambiguous ({len(begun)} matches found)")
    if not begun:
        raise not_found(_WORDS[kind], reference)
    return begun[0]


def _named(store: Store, kind: type[Object], reference: str, name: Callable[[Object], str]) -> list[Object]:
    """The objects with a name; a task's ends with its id."""
    if kind is not Task:
        return store.named(kind, reference)
    found = store.get(kind, reference.rpartition(".")[2])
    return [found] if found is not None and name(found) == reference else []
