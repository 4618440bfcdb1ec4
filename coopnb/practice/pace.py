"""How time moves in ``auto``: only when a client's read finds nothing new.

For each exact URL of a polled collection the version index at its last answer is remembered; reading it
again with the store unchanged advances time by one step. A client that polls always sees time move, so
that its timeouts end; a client that does not poll sees a world that stands still.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping

from coopnb.practice.clock import Clock
from coopnb.practice.store import Store
from coopnb.practice.wire import Request

_POLLED = re.compile(r"/(?:tasks|services)(?:/[^/]+)?|/containers/(?:json|[^/]+/json)|/nodes")
_REMEMBERED = 4096


class Pace:
    """Advances an auto clock between requests."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._seen: OrderedDict[str, int] = OrderedDict()

    def before(self, request: Request) -> None:
        """Move time one step when this read would find nothing new."""
        if self._paces(request) and self._seen.get(request.target) == self._store.index:
            self._clock.step()

    def after(self, request: Request) -> None:
        """Remember what this read has seen."""
        if self._paces(request):
            self._seen[request.target] = self._store.index
            self._seen.move_to_end(request.target)
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)

    def memory(self) -> dict[str, int]:
        """What reads have seen so far: the version index by URL."""
        return dict(self._seen)

    def remember(self, seen: Mapping[str, int]) -> None:
        """Take over what another one has seen."""
        self._seen = OrderedDict(seen)

    def _paces(self, request: Request) -> bool:
        return self._clock.mode == "auto" and request.method == "GET" and _POLLED.fullmatch(request.path) is not None
