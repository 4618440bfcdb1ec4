"""The lines of an ssh config and of the files it includes, each under the conditions it stands under (ssh_config(5)).

paramiko reads ``Host``, ``Match`` and tokens, and leaves ``Include`` out. An included file stands under the block that
includes it, and its own blocks end with it: so every header is given as a ``Match`` of all conditions that hold there.
"""

from __future__ import annotations

import glob
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from coopnb.errors import InputError

UNREAD = "CoopnbUnread"
"""A setting of ours, in a block whose condition is not read here: where that stands, and the condition."""

_SETTING = re.compile(r"\s*(\w+)(?:\s*=\s*|\s+)(.+?)\s*")
_ALONE = ("all", "canonical", "final")
_READ = (*_ALONE, "host", "originalhost", "user", "localuser")
_DEEPEST = 16


def config_lines(paths: tuple[Path, ...], home: Path) -> Iterator[str]:
    """All lines of configs, the first one's first, in the words that paramiko reads; a missing file has none.

    Raises:
        InputError: a line that is none, with its place.
    """
    for path in paths:
        yield from _lines(path, path.parent, home, (), 0)


def at_home(path: str, home: Path) -> Path:
    """A path of a config: ``~`` and ``%d`` are the home folder."""
    path = path.strip('"').replace("%d", str(home))
    return home / path[2:] if path.startswith("~/") else Path(path)


def _lines(path: Path, base: Path, home: Path, outer: tuple[str, ...], depth: int) -> Iterator[str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    here = outer
    yield _header(here)
    for at, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        setting = _SETTING.fullmatch(line)
        if setting is None:
            raise _no_line(path, at, line)
        key, value = setting.group(1).lower(), setting.group(2)
        if key in ("host", "match"):
            conditions, unread = _conditions(key, _words(value, path, at))
            here = (*outer, *conditions)
            yield _header(here)
            yield f"{UNREAD} {path}:{at}: Match {unread}" if unread else ""
        elif key == "include":
            for pattern in _words(value, path, at) if depth < _DEEPEST else ():
                for name in sorted(glob.glob(str(base / at_home(pattern, home)))):
                    yield from _lines(Path(name), base, home, here, depth + 1)
            yield _header(here)
        else:
            yield line


def _conditions(key: str, words: list[str]) -> tuple[tuple[str, ...], str]:
    """The conditions of a header that paramiko reads, and the first that it does not."""
    if key == "host":
        return ("originalhost", ",".join(words)), ""
    found: list[str] = []
    rest = iter(words)
    for word in rest:
        kind = word.removeprefix("!").lower()
        about = "" if kind in _ALONE else next(rest, "")
        if kind not in _READ or not (about or kind in _ALONE):
            return tuple(found), word
        if kind != "all":
            found += [word.lower(), about] if about else [word.lower()]
    return tuple(found), ""


def _header(conditions: tuple[str, ...]) -> str:
    return "Match " + (shlex.join(conditions) if conditions else "all")


def _words(value: str, path: Path, at: int) -> list[str]:
    try:
        return shlex.split(value)
    except ValueError:
        raise _no_line(path, at, value) from None


def _no_line(path: Path, at: int, line: str) -> InputError:
    return InputError(
        f"the ssh config has a line that cannot be read: {line.strip()[:80]!r}",
        where=f"{path}:{at}",
        hint="A line is a keyword and its value. See what OpenSSH says to it: ssh -G HOST",
    )
