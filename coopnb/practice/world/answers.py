"""What a command that is run inside a container answers: the image's own words, or the little every image knows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from coopnb.practice.world.seeds import ImageSeed, ServeSeed

_LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
_SHELLS = ("sh", "bash", "ash", "dash")
_PORTS = {"http": 80, "https": 443}
_SYNTAX = re.compile(r"[;&|<>$`]")
"""What only a shell could make something of: rather no answer than a wrong one."""
_URL = re.compile(r"(?:https?://)?[\w.:\[\]-]+(?::\d+)?(?:[/?]\S*)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and its exit code."""

    output: str = ""
    error: str = ""
    exit: int = 0


def answer_exec(image: ImageSeed, command: Sequence[str], *, serving: bool = True) -> Answer:
    """Run a command in a container of an image; ``serving`` says whether its ports answer (it is healthy).

    Looked up in this order: the world's ``exec`` (the longest beginning that fits), a program that ``commands``
    does not have (127), ``curl`` and ``wget`` on what the image serves, ``true``, ``false`` and ``echo``.
    """
    words = _unwrapped(command)
    spoken = [ask for ask in image.exec if _begins(ask.command, command) or _begins(ask.command, words)]
    if spoken:
        said = max(spoken, key=lambda ask: len(ask.command))
        return Answer(said.output, said.error, said.exit)
    program = words[0].rpartition("/")[2] if words else ""
    if not has_command(image, words[0] if words else ""):
        return Answer(error=f"sh: {program}: not found\n", exit=127)
    if program in ("curl", "wget"):
        return _fetch(program, words, image, serving)
    if program in ("true", ":", "false"):
        return Answer(exit=1 if program == "false" else 0)
    if program == "echo" and not _SYNTAX.search(" ".join(words)):
        return Answer(" ".join(words[1:]) + "\n")
    text = f"practice: nothing runs here, and the world does not say what {program or 'this'} answers\n"
    return Answer(error=text, exit=126)


def has_command(image: ImageSeed, program: str) -> bool:
    """Whether an image has a program; one whose programs the world does not list has every one."""
    if image.commands is None:
        return True
    known = {*image.commands, *(asked.command.split(" ")[0] for asked in image.exec)}
    if "/" in program:
        return program in known or program.rpartition("/")[2] in {name for name in known if "/" not in name}
    return program in {name.rpartition("/")[2] for name in known}


def _unwrapped(command: Sequence[str]) -> list[str]:
    """The words that a shell was asked to run, or the command as it is."""
    if len(command) >= 3 and command[0].rpartition("/")[2] in _SHELLS and command[1].startswith("-"):
        try:
            return shlex.split(command[2])
        except ValueError:
            return command[2].split()
    return list(command)


def _begins(beginning: str, words: Sequence[str]) -> bool:
    spoken = " ".join(words)
    return (
        spoken == beginning
        or spoken.startswith(beginning + " ")
        or (beginning.endswith(" ") and spoken.startswith(beginning))
    )


def _fetch(program: str, words: Sequence[str], image: ImageSeed, serving: bool) -> Answer:
    urls = [word for word in words[1:] if not word.startswith("-") and _URL.fullmatch(word)]
    url = next((word for word in urls if "://" in word), urls[-1] if urls else "")
    parts = urlsplit(url if "://" in url else f"http://{url}")
    host = parts.hostname or ""
    port = parts.port or _PORTS.get(parts.scheme, 80)
    if host not in _LOCAL:
        return _unresolved(program, host)
    found = [page for page in image.serves if page.port == port and _below(page.path, parts.path or "/")]
    if not found or not serving:
        return _refused(program, host, port)
    return _page(program, words, max(found, key=lambda page: len(page.path)))


def _below(path: str, wanted: str) -> bool:
    return wanted == path or wanted.startswith(path.rstrip("/") + "/")


def _page(program: str, words: Sequence[str], page: ServeSeed) -> Answer:
    quiet = any(word in ("/dev/null", "--spider") for word in words)
    body = "" if quiet else page.body
    if page.status < 400:
        return Answer(body)
    if program == "wget":
        return Answer(error=f"wget: server returned error: HTTP/1.1 {page.status}\n", exit=1)
    if any(word == "--fail" or (word.startswith("-") and not word.startswith("--") and "f" in word) for word in words):
        return Answer(error=f"curl: (22) The requested URL returned error: {page.status}\n", exit=22)
    return Answer(body)


def _refused(program: str, host: str, port: int) -> Answer:
    if program == "wget":
        return Answer(error=f"wget: can't connect to remote host ({host}): Connection refused\n", exit=1)
    text = f"curl: (7) Failed to connect to {host} port {port} after 0 ms: Could not connect to server\n"
    return Answer(error=text, exit=7)


def _unresolved(program: str, host: str) -> Answer:
    if program == "wget":
        return Answer(error=f"wget: bad address '{host}'\n", exit=1)
    return Answer(error=f"curl: (6) Could not resolve host: {host}\n", exit=6)
