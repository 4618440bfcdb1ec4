"""Making values."""

from __future__ import annotations

import secrets

import pytest

from coopnb.errors import SecretError
from coopnb.secrets import ALPHABETS, generate


class First:
    """A source that always gives the first character, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def choice(self, seq: str, /) -> str:
        """Give the first character."""
        self.asked.append(seq)
        return seq[0]


@pytest.mark.parametrize(("charset", "alphabet"), [("alnum", "alnum"), ("hex", "hex"), ("special", "alnum")])
def test_every_character_is_drawn_from_the_alphabet(charset: str, alphabet: str) -> None:
    """Each character must be one draw from the whole alphabet of the source that was given."""
    source = First()

    assert generate(5, charset, source) == ALPHABETS[alphabet][0] * 5
    assert source.asked == [ALPHABETS[alphabet]] * 5


def test_values_of_the_real_source_use_the_whole_alphabet() -> None:
    """With the standard library's source, long values must differ and hold every character of their alphabet."""
    first, second = (generate(4000, "alnum", secrets) for _ in range(2))

    assert first != second and len(first) == 4000
    assert set(first) == set(ALPHABETS["alnum"]) and len(set(ALPHABETS["alnum"])) == 62
    assert set(generate(2000, "hex", secrets)) == set("0123456789abcdef")


@pytest.mark.parametrize("length", [0, -1])
def test_an_empty_value_is_refused(length: int) -> None:
    """A length that is not positive must be refused: swarm takes no empty secret."""
    with pytest.raises(SecretError):
        generate(length, "alnum", secrets)
