"""Ids that look like Docker's and come from a seed, so that a run can be repeated."""

from __future__ import annotations

import hashlib
import random

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


_ADJECTIVES = ("brave", "calm", "clever", "eager", "gentle", "happy", "jolly", "keen", "kind", "lucid", "nice", "wise")
_PEOPLE = ("dijkstra", "hamilton", "hopper", "knuth", "kropotkin", "liskov", "lovelace", "ostrom", "owen", "perlman")


class Ids:
    """A stream of ids: the same seed gives the same ids in the same order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"practice {seed}")

    def object_id(self) -> str:
        """An id of a swarm object: 25 base-36 characters."""
        return "".join(self._random.choice(_BASE36) for _ in range(25))

    def fingerprint(self) -> str:
        """What differs when another number of ids was taken."""
        return hashlib.sha256(repr(self._random.getstate()).encode()).hexdigest()[:16]

    def name(self) -> str:
        """A name for what was given none: an adjective and somebody who thought of machines, or of living together."""
        return f"{self._random.choice(_ADJECTIVES)}_{self._random.choice(_PEOPLE)}"

    def container_id(self) -> str:
        """An id of a container or a local network: 64 hexadecimal digits."""
        return f"{self._random.getrandbits(256):064x}"


def digest_of(reference: str) -> str:
    """The digest that an image reference has here: pseudo, but the same at all times and in all worlds."""
    return "sha256:" + hashlib.sha256(f"practice image {reference}".encode()).hexdigest()
