"""A command line in one text, split into words as docker/cli does (google/shlex).

Python's own ``shlex`` differs: there ``#`` begins a comment inside a word too, and a
backslash in double quotes stays unless it precedes a quote or a backslash.
"""

from __future__ import annotations

_SPACES = " \t\r\n"


def split_words(text: str) -> list[str]:
    r"""Split a command line; ``#`` at the start of a word begins a comment up to the end of the line.

    >>> split_words(r'''sh -c "a b" c'd e'\ f # g''')
    ['sh', '-c', 'a b', 'cd e f']

    Raises:
        ValueError: a quote is not closed, or nothing follows a backslash.
    """
    words: list[str] = []
    word: list[str] | None = None
    quote = ""
    characters = iter(text)
    for character in characters:
        if quote:
            assert word is not None, "a quote is inside a word"
            if character == quote:
                quote = ""
            elif character == "\\" and quote == '"':
                word.append(_escaped(next(characters, None)))
            else:
                word.append(character)
        elif character in _SPACES:
            if word is not None:
                words.append("".join(word))
            word = None
        elif character == "#" and word is None:
            while next(characters, "\n") != "\n":
                pass
        else:
            word = [] if word is None else word
            if character in "'\"":
                quote = character
            else:
                word.append(_escaped(next(characters, None)) if character == "\\" else character)
    if quote:
        raise ValueError(f"a {quote} is not closed")
    if word is not None:
        words.append("".join(word))
    return words


def _escaped(character: str | None) -> str:
    if character is None:
        raise ValueError("nothing follows the last backslash")
    return character
