"""Values, made of a source of randomness that is given."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_letters, digits
from types import MappingProxyType
from typing import Protocol

from coopnb.errors import SecretError

ALPHABETS: Mapping[str, str] = MappingProxyType({"alnum": ascii_letters + digits, "hex": digits + "abcdef"})
"""Charset -> its characters. An unknown charset is made as ``alnum``, which every app can take."""


class Randomness(Protocol):
    """What the standard library's ``secrets`` offers of use here."""

    def choice(self, seq: str, /) -> str:
        """Pick one character, each as likely as any other."""
        ...


def generate(length: int, charset: str, randomness: Randomness) -> str:
    """Make a value of ``length`` characters.

    Args:
        charset: a key of :data:`ALPHABETS`; any other counts as ``alnum``.
        randomness: the standard library's ``secrets``, where the value is for use.

    Raises:
        SecretError: the length is not positive.
    """
    if length < 1:
        raise SecretError(f"a secret cannot have {length} characters", hint="write a length beside its version setting")
    alphabet = ALPHABETS.get(charset, ALPHABETS["alnum"])
    return "".join(randomness.choice(alphabet) for _ in range(length))
