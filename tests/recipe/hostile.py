"""Compose files as nobody should write them: the corpus, broken by a seed, and bytes of no meaning.

``python -m tests.recipe.hostile FIRST COUNT`` reads COUNT of them in this process, and says the first that does harm.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from coopnb.convert import convert
from coopnb.envfile import parse, set_value
from coopnb.errors import CoopError
from coopnb.lint import look_at
from coopnb.model.recipe import RecipeVersion
from coopnb.recipe import load
from tests.convert.apps import app
from tests.recipe.corpus import CORPUS

SECONDS = 5.0
"""What one input may take of the processor; they take milliseconds. Other work of a machine is no fault of theirs."""

_PIECES = (
    *(
        "\t",
        " ",
        "\n",
        "\r",
        ":",
        ": ",
        "- ",
        "#",
        " #",
        "'",
        '"',
        "&a ",
        "*a",
        "<<: ",
        "<<: *a",
        "!",
        "!!str ",
        "!!int ",
    ),
    *("!!binary ", "!x ", "[", "]", "{", "}", ",", "|", ">", "?", "? ", "%", "@", "`", "~", "null", "true", "no", "0"),
    *("1.5", "08", "0x1F", "1e999", ".inf", ".nan", "-1", "99999999999999999999", "2001-01-01", "$", "$$", "${X}"),
    *("${X:?}", "${X:-", "${", "---\n", "...\n", "\\", "\x00", "\x07", "\x1b[2J", "\ufeff", "\u0085", "\u2028"),
    *(
        "\U0001f600",
        "\ud800",
        "é",
        "x-a: ",
        "services:",
        "  app:\n",
        "    image: x\n",
        "image",
        "[]",
        "{}",
        "[[",
        "{a: ",
    ),
    *("&a [*a, *a]", "\n  ", "=", "/", "..", "127.0.0.1:", "-65536", "/udp", "M", "s", "h", "99999999h", "export "),
)


def broken_file(seed: int) -> bytes:
    """A file of the corpus with some harm done to it, always the same for a seed."""
    chance = random.Random(seed)
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(200))
    if chance.random() < 0.05:
        return (chance.choice(_PIECES) * chance.choice((10, 1_000, 100_000))).encode(errors="surrogatepass")
    text = chance.choice(_whole())
    for _ in range(chance.choice((1, 1, 1, 2, 3, 10))):
        text = _harmed(text, chance)
    data = text.encode(errors="surrogatepass")
    if chance.random() < 0.1:
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.randbytes(chance.randrange(4)) + data[at:]
    return data


def _harmed(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    lines = text.split("\n")
    line = chance.randrange(len(lines))
    match chance.randrange(9):
        case 0 | 1:
            return text[:at] + chance.choice(_PIECES) + text[at:]
        case 2:
            return text[:at] + text[at + chance.choice((1, 2, 5, 50)) :]
        case 3:
            lines.insert(chance.randrange(len(lines)), lines[line])
        case 4:
            del lines[line]
        case 5:
            lines[line] = " " * chance.choice((1, 2, 4)) + lines[line]
        case 6:
            # A value that is right elsewhere.
            other = lines[chance.randrange(len(lines))].partition(":")[2]
            lines[line] = lines[line].partition(":")[0] + ":" + other
        case 7:
            words = text.split(" ")
            words[chance.randrange(len(words))] = chance.choice(words)
            return " ".join(words)
        case _:
            key, colon, _ = lines[line].partition(":")
            lines[line] = f"{key}{colon} {chance.choice(_PIECES)}"
    return "\n".join(lines)


@cache
def _whole() -> tuple[str, ...]:
    files = sorted(path for path in CORPUS.rglob("*.yml") if not path.name.startswith("refused-"))
    return tuple(data.decode() for path in files if (data := path.read_bytes()) and _is_text(data))


def _is_text(data: bytes) -> bool:
    try:
        return len(data.decode()) < 8_000
    except UnicodeDecodeError:
        return False


def read_anything(data: bytes, root: Path) -> bool:
    """Read bytes as a compose file, look at what comes of it, and convert it.

    Returns whether it could be read; raises what is none of our own errors, and TimeoutError where it took too long.
    """
    (root / "compose.yml").write_bytes(data)
    begin = time.process_time()
    try:
        source = RecipeVersion("hostile", "1", "c0ffee", True, root)
        recipe = load(source, ["compose.yml"], {"X": "v", "STACK_NAME": "hostile", "DOMAIN": "example.org"})
        look_at(recipe)
        convert(app(recipe))
    except CoopError:
        return False
    finally:
        _in_time(begin)
    return True


def read_any_settings(text: str) -> bool:
    """Read a text as settings, and write one of them; raises as :func:`read_anything` does."""
    begin = time.process_time()
    try:
        parsed = parse(text, ".env")
        assert parsed.text == text
        assert parse(set_value(text, "NEW_NAME", "a b"), ".env").values["NEW_NAME"] == "a b"
    except CoopError:
        return False
    finally:
        _in_time(begin)
    return True


def _in_time(begin: float) -> None:
    if (taken := time.process_time() - begin) > SECONDS:
        raise TimeoutError(f"it took {taken:.1f} seconds")


def main(first: int, count: int) -> None:
    """Read inputs by seed; the first that does harm ends it, with its seed."""
    read = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            data = broken_file(seed)
            try:
                read += read_anything(data, Path(folder))
                read_any_settings(data.decode(errors="replace"))
            except Exception as error:
                raise SystemExit(f"seed {seed}: {type(error).__name__}: {error}\n{data[:2_000]!r}") from error
    print(f"{count:,} inputs, {read:,} of them could be read")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
