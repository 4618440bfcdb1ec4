"""``known_hosts``: what OpenSSH's own tool finds is found, and what is revoked or written elsewhere stays so."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import paramiko
import pytest

from coopnb.engine.known_hosts import HostKey, judge, trust

KEY, OTHER = (paramiko.ECDSAKey.generate() for _ in range(2))
PORT = "[node1.example.org]:2222"


def line(name: str, key: paramiko.PKey = KEY, marker: str = "") -> str:
    """A line of the file."""
    return f"{marker}{name} {key.get_name()} {key.get_base64()}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where known hosts are kept."""
    return tmp_path / "known_hosts"


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("", "unknown"),
        ("# a comment\n\nnot a line\n", "unknown"),
        (line(PORT), "known"),
        (line(PORT, OTHER), "changed"),
        (line("other,[node1.example.org]:2222"), "known"),
        (line("[*.example.org]:2222"), "known"),
        (line("[NODE1.example.org]:2222"), "known"),
        (line("[*.example.org]:2222,![node1.example.org]:2222"), "unknown"),
        (line("node1.example.org"), "known"),
        (line("node1.example.org", OTHER), "unknown"),
        (line("node1.example.org") + line(PORT, OTHER), "changed"),
        (line("*", marker="@revoked "), "revoked"),
        (line(PORT) + line("*", marker="@revoked "), "revoked"),
        (line("node1.example.org", marker="@revoked "), "revoked"),
        (line(PORT) + line("*", OTHER, "@revoked "), "known"),
        (line("*", OTHER, "@revoked "), "unknown"),
        (line("*.example.org", OTHER, "@cert-authority "), "unknown"),
    ],
)
def test_a_key_stands_as_its_lines_say(file: Path, text: str, standing: str) -> None:
    """Names, patterns, exceptions, ports and revocations must be read as sshd(8) describes them."""
    file.write_text(text)

    assert judge(PORT, KEY, (file,)).standing == standing


def test_what_ssh_keygen_hashed_is_found(file: Path) -> None:
    """Hashed names, with a port and without, must be found; another host's must not."""
    file.write_text(line(PORT) + line("node2.example.org", OTHER))
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", file], check=True, capture_output=True, timeout=20)
    assert "example" not in file.read_text()

    found = [judge(name, KEY, (file,)).standing for name in (PORT, "node2.example.org", "node3.example.org")]

    assert found == ["known", "changed", "unknown"]


def test_a_changed_key_that_is_trusted_leaves_every_other_byte(file: Path) -> None:
    """Only the host's own line may go, hashed as it may be; a comment in another alphabet must stay as it is."""
    file.write_bytes(b"# K\xf6ln, in latin-1\n" + line(PORT, OTHER).encode() + line("a,b", OTHER).encode())
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", file], check=True, capture_output=True, timeout=20)
    first, _, *rest = file.read_bytes().splitlines()

    trust(judge(PORT, KEY, (file,)))

    assert file.read_bytes().splitlines() == [first, *rest, line(PORT).strip().encode()]
    assert judge(PORT, KEY, (file,)).standing == "known"


def test_what_keeps_nothing_is_not_written_to(tmp_path: Path) -> None:
    """Where the ssh config names what is no file, as ``/dev/null`` is none, nothing may be put in its place."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    known = tmp_path / "known_hosts"
    known.symlink_to(pipe)

    with pytest.raises(OSError, match="no file that keeps anything"):
        trust(HostKey(PORT, KEY.get_name(), KEY.get_base64(), known, "unknown"))

    assert pipe.is_fifo() and known.is_symlink()


def test_an_authority_is_told_of(file: Path) -> None:
    """A host that only an authority vouches for must be unknown, with the authority's line."""
    file.write_text(line("*.example.org", OTHER, "@cert-authority "))

    assert judge("node1.example.org", KEY, (file,)).authority == f"{file}:1"
