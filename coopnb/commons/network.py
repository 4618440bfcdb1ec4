"""Git where it talks to somebody else: nobody is asked anything, and time, words and disk are bounded."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from coopnb.commons.addresses import without_credentials
from coopnb.commons.git import refused
from coopnb.errors import CommonsError

SECONDS = 300
"""How long one call may take."""

ASKING = 60.0
"""How long a remote may take to say which references it has: one that is well does so at once."""

MOST_SAID = 8 << 20
"""Bytes of a listing of references that are read at most."""

LARGEST = 512 << 20
"""Bytes a repository may take on the disk; a recipe is a few small files and their history."""

WAYS = "https:ssh:file"
"""The transports git may use, whatever an address or a configuration says; never ``ext``, which runs commands."""

Say = Callable[[str], None]

_KEPT = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH")
_QUIET = {"hooksPath": os.devnull, "fsmonitor": "false", "autocrlf": "false"}
_LOOK = 0.5
_WORDS_KEPT = 64 << 10


def talk(folder: Path, *arguments: str, given: bytes = b"", say: Say | None = None, seconds: float = SECONDS) -> bytes:
    """Run a git command that talks to a remote, in a repository; return what it prints.

    The operator's own configuration counts here (credential helpers, proxies, ``~/.ssh/config``), but
    there is no terminal to ask at, hooks do not run, and no other transport than :data:`WAYS` is used.

    Args:
        given: what git reads on its standard input.
        say: is told git's words on how far it is, as they come.

    Raises:
        CommonsError: git is not installed, refused, took too long, said or stored too much.
    """
    options = [f"core.{name}={value}" for name, value in _QUIET.items()]
    options += ["http.lowSpeedLimit=500", "http.lowSpeedTime=30", "gc.auto=0", "maintenance.auto=false"]
    command = ["git", *(word for option in options for word in ("-c", option)), *arguments]
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(folder, os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # without a terminal, ssh cannot ask; and one signal reaches what git starts
        )
    except FileNotFoundError as error:
        raise CommonsError(
            "git is not installed, and recipes are git repositories",
            hint="install it: apt-get install git, or your system's like",
        ) from error
    try:
        printed, words = _listen(process, folder, arguments[0], given, say, seconds)
        status = process.wait(timeout=10)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
    if status:
        raise _failed(folder, arguments[0], words)
    return printed


def _listen(
    process: subprocess.Popen[bytes], folder: Path, verb: str, given: bytes, say: Say | None, seconds: float
) -> tuple[bytes, str]:
    """Read both streams to their end, within the bounds."""
    assert process.stdin and process.stdout and process.stderr
    with suppress(BrokenPipeError):
        process.stdin.write(given)  # git reads all of it before it speaks to anybody
        process.stdin.close()
    printed, words = bytearray(), bytearray()
    ends = time.monotonic() + seconds
    weighed = time.monotonic()
    with selectors.DefaultSelector() as waiting:
        for stream in (process.stdout, process.stderr):
            waiting.register(stream, selectors.EVENT_READ)
        while waiting.get_map():
            for key, _ in waiting.select(_LOOK):
                chunk = os.read(key.fd, 1 << 16)
                if not chunk:
                    waiting.unregister(key.fileobj)
                elif key.fileobj is process.stdout:
                    printed += chunk
                else:
                    words += chunk
                    del words[:-_WORDS_KEPT]
                    _tell(chunk, say)
            if len(printed) > MOST_SAID:
                raise _bounded(f"the remote names more than {MOST_SAID >> 20} MiB of references", folder, verb)
            if time.monotonic() > ends:
                raise _bounded(f"git took longer than {seconds:g} s", folder, verb)
            if time.monotonic() > weighed + 1:
                weighed = time.monotonic()
                if _weight(folder / ".git" / "objects") > LARGEST:
                    raise _bounded(f"the repository is larger than {LARGEST >> 20} MiB", folder, verb)
    return bytes(printed), words.decode(errors="replace")


def _tell(chunk: bytes, say: Say | None) -> None:
    lines = [line.strip() for line in re.split(r"[\r\n]+", chunk.decode(errors="replace")) if line.strip()]
    if say is not None and lines:
        say(without_credentials(lines[-1])[:200])


def _weight(objects: Path) -> int:
    """Bytes of the packs of a repository, the one that is coming included."""
    total = 0
    for path in (objects / "pack").glob("*"):
        with suppress(OSError):
            total += path.stat().st_size
    return total


def _environment(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if not name.startswith("GIT_") or name in _KEPT}
    return kept | {
        "GIT_ALLOW_PROTOCOL": WAYS,
        "GIT_ASKPASS": "",
        "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent),
        "GIT_TERMINAL_PROMPT": "0",
        "SSH_ASKPASS_REQUIRE": "never",
        "LC_ALL": "C",
    }


def _failed(folder: Path, verb: str, words: str) -> CommonsError:
    """Say why, in git's last words, which are those that tell; and what to do about it."""
    lines = [without_credentials(line.strip()) for line in words.splitlines() if line.strip()]
    what = "\n".join(line for line in lines[-6:] if "\r" not in line)[:2000]
    for sign, headline, hint in _REASONS:
        if sign in words:
            return CommonsError(headline, what=what or None, where=str(folder), hint=hint)
    error = refused(folder, verb, what)
    error.hint = (
        error.hint or "git's own words say why; check the address, and what was fetched before can still be used"
    )
    return error


_REASONS = (
    (
        "certificate",
        "the server's certificate is not trusted; nothing was fetched",
        "is it the right server, and is its certificate still valid? If an authority of your own signed it:\n"
        "export GIT_SSL_CAINFO=/path/to/its/certificate.pem, or git config --global http.sslCAInfo ...",
    ),
    (
        "error: 403",
        "the remote refuses this fetch",
        "check the address, and whether you may read it; over ssh, your key says who you are",
    ),
    (
        "error: 5",
        "the remote has a trouble of its own",
        "try again later; what was fetched before can still be used",
    ),
    ("not allowed", "this way of fetching is not allowed", "use an https or ssh address, or a folder"),
    (
        "Host key verification failed",
        "the host's key is not known, or is another one than before",
        "compare its fingerprint with the one its owner publishes, then connect once with ssh to note it",
    ),
    (
        "Permission denied",
        "the remote lets nobody in without a key that it knows",
        "load your key (ssh-add), or use the https address; nobody was asked for a password",
    ),
    (
        "terminal prompts disabled",
        "the remote asks for a user and a password, or there is no such repository",
        "check the address; for a private one, set up git's credential helper or use ssh",
    ),
    (
        "could not read Username",
        "the remote asks for a user and a password, or there is no such repository",
        "check the address; for a private one, set up git's credential helper or use ssh",
    ),
    (
        "Could not resolve host",
        "the host of the address is not found",
        "check the address and the network; what was fetched before can still be used",
    ),
    (
        "' not found",
        "there is no git repository at this address",
        "check the address, and whether it needs .git at its end",
    ),
    (
        "Authentication failed",
        "the remote does not accept the user and the password it was given",
        "check what git's credential helper keeps for it",
    ),
    (
        "does not appear to be a git repository",
        "there is no git repository at this address",
        "check the address, and whether it needs .git at its end",
    ),
    (
        "unable to access",
        "the remote cannot be reached",
        "check the address and the network; what was fetched before can still be used",
    ),
)


def _bounded(text: str, folder: Path, verb: str) -> CommonsError:
    return CommonsError(
        f"{text}; it was stopped",
        what=f"git {verb}",
        where=str(folder),
        hint="what was fetched before can still be used; is it a recipe at all, and is the network well?",
    )
