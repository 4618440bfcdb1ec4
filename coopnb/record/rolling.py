"""A keyed rolling hash of all windows of a text at once: it tells which are worth a closer look."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt

TAG_BITS = 8
"""Bits of the hash that are kept: enough to pass over all but one window in 256, too few to lead back to a value."""

_Windows = npt.NDArray[np.uint64]


class Rolling:
    """A polynomial hash modulo 2**64 of all windows of a text at once, mixed so that its tag is not linear."""

    def __init__(self, key: bytes, text: str) -> None:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        seed = hmac.digest(key, b"rolling", "sha256")
        base, self._mix, self._shift = (
            int.from_bytes(seed[at : at + 8], "little") | (1 if at < 16 else 0) for at in (0, 8, 16)
        )
        inverse = pow(base, -1, 1 << 64)
        self._powers = _powers(base, len(codes))
        sums = np.zeros(len(codes) + 1, dtype=np.uint64)
        np.cumsum(codes * _powers(inverse, len(codes)), dtype=np.uint64, out=sums[1:])
        self._sums = sums

    def where(self, length: int, tags: Collection[int]) -> Iterator[int]:
        """Give the places of the windows of ``length`` characters that have one of these tags."""
        hits = np.isin(self._tags(length), np.array(sorted(tags), dtype=np.uint64))
        return map(int, np.flatnonzero(hits))

    def tag(self) -> int:
        """Give the tag of the text as a whole."""
        return int(self._tags(len(self._sums) - 1)[0])

    def _tags(self, length: int) -> _Windows:
        count = len(self._sums) - length
        windows = (self._sums[length:] - self._sums[:count]) * self._powers[:count]
        windows ^= np.uint64(self._shift)
        windows ^= windows >> np.uint64(31)
        windows *= np.uint64(self._mix)
        windows ^= windows >> np.uint64(29)
        windows *= np.uint64(0xBF58476D1CE4E5B9)
        return windows >> np.uint64(64 - TAG_BITS)


def _powers(base: int, count: int) -> _Windows:
    powers = np.full(count, np.uint64(base), dtype=np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)
