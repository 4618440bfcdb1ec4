"""The one question that ``coopnb`` asks, at a real terminal: whether a host key is the right one."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_servers import home
from tests.testbed.ssh import SshServer, sshd
from tests.testbed.ssh_client import Home, Knows, introduce

pytestmark = pytest.mark.timeout(60)
__all__ = ["home"]

_AT_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "from coopnb.cli import main; sys.exit(main(sys.argv[1:]))"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    """An sshd; nobody logs in, so nothing need be behind it."""
    with sshd(tmp_path / "server", "unix:///nowhere") as running:
        yield running


def answered(keys: bytes, *arguments: str) -> tuple[int, str]:
    """The status of a command at its own terminal, where these keys are pressed once it asks; and what it says.

    They are pressed again after a second without an answer, as a person does: a Ctrl-C that arrives between Python's
    question and its read of the terminal is noted, and heeded only with the next key.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _AT_TERMINAL, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    os.close(theirs)
    shown, asked, ends = b"", False, time.monotonic() + 40
    try:
        while time.monotonic() < ends:
            if not select.select([ours], [], [], 1)[0]:
                if asked:
                    os.write(ours, keys)
                continue
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so when the last one has closed the other side
                break
            if not piece:
                break
            shown += piece
            if not asked and b"If it is the same" in shown:
                os.write(ours, keys)
                asked = True
        return process.wait(timeout=10), shown.decode(errors="replace").replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait(timeout=10)
        os.close(ours)


@pytest.mark.parametrize(
    ("keys", "status", "says"),
    [
        (b"\x04", 3, "was not trusted; nothing was written"),
        (b"\x03", 130, "nothing was trusted, nothing was written"),
        (b"\n", 3, "was not trusted; nothing was written"),
        (b"yes\n", 3, "was not trusted; nothing was written"),
    ],
    ids=["end of input", "interrupted", "blank", "another word"],
)
def test_a_question_that_is_not_answered_trusts_nothing(
    home: Home, server: SshServer, keys: bytes, status: int, says: str
) -> None:
    """Ctrl-D, Ctrl-C, nothing and another word must leave known_hosts as it was, and be told in a sentence."""
    introduce(home, server, "one", knows=Knows.NOTHING)
    ended, shown = answered(keys, "server", "trust", "ssh://one")
    assert ended == status, shown
    assert says in shown and "Traceback" not in shown
    assert server.fingerprint in shown
    assert home.known_hosts.read_text() == ""


def test_the_name_is_the_answer(home: Home, server: SshServer) -> None:
    """The name as it is shown, typed at the terminal, must trust the key."""
    introduce(home, server, "one", knows=Knows.NOTHING)
    _, shown = answered(b"\n", "server", "trust", "ssh://one")
    name = shown.split("type ", 1)[1].split(": ", 1)[0]
    ended, shown = answered(f"{name}\n".encode(), "server", "trust", "ssh://one")
    assert ended == 0, shown
    assert f"written to {home.known_hosts}" in shown
    assert home.known_hosts.read_text() != ""


@pytest.mark.parametrize("closed", ["<&-", "</dev/null"])
def test_nobody_to_ask_trusts_nothing(home: Home, server: SshServer, closed: str) -> None:
    """With standard input closed or empty, no question must be asked, and the way without one be told."""
    introduce(home, server, "one", knows=Knows.NOTHING)
    command = f'exec "$0" -m coopnb.cli server trust ssh://one {closed}'
    ran = subprocess.run(
        ["sh", "-c", command, sys.executable], capture_output=True, text=True, timeout=40, cwd=Path(__file__).parents[2]
    )
    assert ran.returncode == 3, ran.stderr
    assert "was not trusted; nothing was written" in ran.stderr and "Traceback" not in ran.stderr
    assert f"--fingerprint {server.fingerprint}" in ran.stderr
    assert home.known_hosts.read_text() == ""
