"""Short forms: words, durations, sizes, ports, mounts, images."""

from __future__ import annotations

from typing import Any

import pytest

from coopnb.recipe.image import is_image_reference
from coopnb.recipe.mounts import read_mount
from coopnb.recipe.ports import read_ports
from coopnb.recipe.quantities import nanoseconds, size_in_bytes
from coopnb.recipe.words import split_words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('sh -c "a b"', ["sh", "-c", "a b"]),
        ("a  b\tc\nd", ["a", "b", "c", "d"]),
        ("a # comment\nb", ["a", "b"]),
        ("a#b", ["a#b"]),
        (r"a\ b", ["a b"]),
        (r'"a\nb"', ["anb"]),
        (r"'a\nb'", [r"a\nb"]),
        ("''", [""]),
        ("a'b'\"c\"", ["abc"]),
        ("", []),
    ],
)
def test_a_command_is_split_as_docker_splits_it(line: str, words: list[str]) -> None:
    """A line must give the words that google/shlex gives."""
    assert split_words(line) == words


@pytest.mark.parametrize("line", ["'a", '"a', "a\\"])
def test_an_unfinished_command_is_refused(line: str) -> None:
    """An open quote or a last backslash must be refused."""
    with pytest.raises(ValueError):
        split_words(line)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90s", 90 * 10**9),
        ("1m30s", 90 * 10**9),
        ("1.5h", 5400 * 10**9),
        ("0", 0),
        ("-1s", -(10**9)),
        (".5ms", 500_000),
    ],
)
def test_durations_are_read_as_go_reads_them(text: str, value: int) -> None:
    """A duration must become its nanoseconds."""
    assert nanoseconds(text) == value


@pytest.mark.parametrize("text", ["90", "1 s", "", "s", "1d", "1m-30s", "300000000h", "1M"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A number without a unit, and other slips, must be refused."""
    with pytest.raises(ValueError):
        nanoseconds(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50M", 52_428_800),
        ("50MiB", 52_428_800),
        ("1.5g", 1_610_612_736),
        ("20000000", 20_000_000),
        ("1 kb", 1024),
        ("7b", 7),
    ],
)
def test_sizes_are_read_in_powers_of_1024(text: str, value: int) -> None:
    """A size must become its bytes."""
    assert size_in_bytes(text) == value


@pytest.mark.parametrize("text", ["", "M", "-1M", "5X", "5iB", "1e3"])
def test_what_is_no_size_is_refused(text: str) -> None:
    """Anything that is no size must be refused."""
    with pytest.raises(ValueError):
        size_in_bytes(text)


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("80", [(0, 80, "tcp")]),
        ("8080:80", [(8080, 80, "tcp")]),
        ("53:53/UDP", [(53, 53, "udp")]),
        ("8000-8001:90-91", [(8000, 90, "tcp"), (8001, 91, "tcp")]),
        ("3000-3001:80", [(3000, 80, "tcp"), (3001, 80, "tcp")]),
        ("0.0.0.0:1:2", [(1, 2, "tcp")]),
        ("[::1]:1:2", [(1, 2, "tcp")]),
    ],
)
def test_ports_are_read_as_docker_reads_them(text: str, ports: list[tuple[int, int, str]]) -> None:
    """A short form must give published port, target and protocol."""
    assert [(port.published, port.target, port.protocol) for port in read_ports(text).ports] == ports


@pytest.mark.parametrize("text", ["", "x", "80:", "1:2/xyz", "1-2:1-3", "70000", "2-1", "nowhere:1:2", "1:2:3:4"])
def test_what_is_no_port_is_refused(text: str) -> None:
    """Anything that docker refuses must be refused."""
    with pytest.raises(ValueError):
        read_ports(text)


def test_an_address_that_swarm_cannot_honour_is_told() -> None:
    """The address of a port must be given back, because swarm listens everywhere."""
    assert read_ports("127.0.0.1:80:80").dropped_address == "127.0.0.1"
    assert read_ports("0.0.0.0:80:80").dropped_address == ""


@pytest.mark.parametrize(
    ("text", "mount", "ignored"),
    [
        ("data:/d", {"type": "volume", "source": "data", "target": "/d"}, []),
        ("/anon", {"type": "volume", "target": "/anon"}, []),
        ("./r:/d:rslave", {"type": "bind", "source": "./r", "target": "/d", "bind": {"propagation": "rslave"}}, []),
        ("/a:/d:ro,z", {"type": "bind", "source": "/a", "target": "/d", "read_only": True}, ["z"]),
        ("v1:/d:nocopy", {"type": "volume", "source": "v1", "target": "/d", "volume": {"nocopy": True}}, []),
        ("v:/d", {"type": "volume", "target": "v:/d"}, []),
        ("c:\\x:/d", {"type": "bind", "source": "c:\\x", "target": "/d"}, []),
    ],
)
def test_mounts_are_read_as_docker_reads_them(text: str, mount: dict[str, Any], ignored: list[str]) -> None:
    """A short form must give the long form, and the options that mean nothing."""
    assert read_mount(text) == (mount, ignored)


@pytest.mark.parametrize("text", ["", "aa::b", ":/data", "aa:bb:ro:cc"])
def test_what_is_no_mount_is_refused(text: str) -> None:
    """Empty parts and too many of them must be refused."""
    with pytest.raises(ValueError):
        read_mount(text)


@pytest.mark.parametrize(
    "text",
    [
        "nginx",
        "nginx:1.27",
        "a/b_c/d-e:v1",
        "host:5000/a",
        "localhost/a:1",
        "ghcr.io/a/b@sha256:" + "a" * 64,
        "[::1]:5000/a",
    ],
)
def test_image_references_are_known(text: str) -> None:
    """A reference that docker accepts must be accepted."""
    assert is_image_reference(text)


@pytest.mark.parametrize("text", ["", "nginx:", "/nginx", "Nginx", "a//b", "a b", "a:b:c", "nginx@sha256:12", "f" * 64])
def test_what_is_no_image_reference_is_known(text: str) -> None:
    """A text that docker refuses as an image must be refused."""
    assert not is_image_reference(text)
