"""Which objects a prune takes: those without, or with, certain labels, that are old enough."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coopnb.practice.clock import MINUTE, SECOND
from coopnb.practice.handlers.moment import read_moment
from coopnb.practice.specs.filters import Filters, read_filters
from coopnb.practice.wire import Request
from coopnb.practice.wire_errors import Refusal

_UNITS = {"h": 60 * MINUTE, "m": MINUTE, "s": SECOND}
_DURATION = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?[hms])+")


@dataclass(frozen=True, slots=True)
class Prune:
    """The filters of a prune; ``until`` in nanoseconds since 1970, None for all."""

    filters: Filters
    until: int | None

    def takes(self, labels: Mapping[str, str], created: int) -> bool:
        """Whether an object with these labels, made then, goes."""
        if self.until is not None and created > self.until:
            return False
        unwanted = Filters({"label": self.filters.get("label!")}) if self.filters.get("label!") else None
        return self.filters.labels("label", labels) and not (unwanted is not None and unwanted.labels("label", labels))


def read_prune(request: Request, now: int, accepted: Iterable[str]) -> Prune:
    """Read the filters of a prune.

    Raises:
        Refusal: 400, one is not known, or the time is none.
    """
    filters = read_filters(request, accepted)
    given = filters.get("until")
    if len(given) > 1:
        raise Refusal(400, "more than one until filter specified")
    if not given:
        return Prune(filters, None)
    text = given[0]
    if _DURATION.fullmatch(text):
        parts = re.findall(r"([\d.]+)([hms])", text)
        return Prune(filters, now - round(sum(float(number) * _UNITS[unit] for number, unit in parts)))
    try:
        return Prune(filters, read_moment(text))
    except Refusal as refusal:
        raise Refusal(400, refusal.message) from None
