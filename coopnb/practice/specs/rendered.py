"""Objects as JSON text, kept until they change: a list that is read again costs only what is new in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TypeVar

from coopnb.practice.objects import Json, Stored
from coopnb.practice.store import Change, Store

Object = TypeVar("Object", bound=Stored)

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


class Rendered:
    """The texts of objects, by id; of an object that is gone nothing is kept."""

    def __init__(self, store: Store) -> None:
        self._texts: dict[str, tuple[int, object, bytes]] = {}
        store.watch(self._changed)

    def list(self, objects: Iterable[Object], render: Callable[[Object], Json]) -> bytes:
        """A JSON array of objects, one line; ``render`` must depend on nothing but the object.

        A rendering that depends on more (the API version, perhaps) is another function for each case.
        """
        return b"[" + b",".join([self._text(item, render) for item in objects]) + b"]\n"

    def _text(self, item: Object, render: Callable[[Object], Json]) -> bytes:
        kept = self._texts.get(item.id)
        if kept is not None and kept[0] == item.index and kept[1] is render:
            return kept[2]
        text = _ENCODER.encode(render(item)).encode()
        self._texts[item.id] = (item.index, render, text)
        return text

    def _changed(self, change: Change) -> None:
        if change.new is None:
            self._texts.pop(change.object.id, None)
