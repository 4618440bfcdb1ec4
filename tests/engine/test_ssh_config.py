"""The ssh config as OpenSSH itself reads it: what ``ssh -G`` says is what a hop is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from coopnb.engine import ssh_config
from coopnb.engine.ssh_config import Hop, read_hop
from coopnb.errors import InputError

FILES = {
    "plain": "Host one\n  HostName 10.0.0.1\n  Port 2222\n  User ops\n",
    "two keys": "Host one\n  IdentityFile {home}/k1\n  IdentityFile {home}/k2\n",
    "first wins": "Host on*\n  Port 2201\nHost one\n  Port 2202\nHost *\n  User last\n",
    "not for one": "Host * !one\n  Port 2201\nHost one other\n  User ops\n",
    "equals signs": 'Host=one\n  Port=2203\n  User = "ops"\n',
    "match host": "Host one\n  HostName node1.example.org\nMatch host *.example.org\n  User ops\n  Port 2204\n",
    "match originalhost": "Match originalhost one,two\n  User ops\nMatch !originalhost one\n  Port 2205\n",
    "match user": "Match originalhost one user ops\n  Port 2206\nMatch all\n  IdentitiesOnly yes\n",
    "match final": "Host one\n  HostName node1.example.org\nMatch final host node1.example.org\n  Port 2207\n",
    "alias of the key": "Host one\n  HostName 10.0.0.1\n  Port 2222\n  HostKeyAlias node1\n",
    "a command": "Host one\n  HostName 10.0.0.1\n  Port 2222\n  User ops\n  ProxyCommand nc -X 5 %h %p # %r %n 100%%\n",
    "a jump": "Host one\n  ProxyJump ana@bastion:2200,second\n",
    "included at the top": "Include {home}/more\nUser everybody\nHost one\n  Port 2208\n",
    "included below a host": "Host two\n  Include {home}/more\nHost one\n  User ops\n",
    "included below a match": "Match originalhost one\n  Include {home}/more\n  User late\nHost *\n  Compression yes\n",
    "several included": "Include {home}/mo?e {home}/nothing-there\n",
}
MORE = "Port 2299\nHost one\n  HostName 10.9.9.9\nHost two\n  HostName 10.8.8.8\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, on a machine without a config of its own."""
    monkeypatch.setattr(ssh_config, "SYSTEM_CONFIG", tmp_path / "none")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    return tmp_path


def write(home: Path, text: str) -> Path:
    """Write the config."""
    path = home / ".ssh" / "config"
    path.write_text(text.replace("{home}", str(home)))
    return path


def as_openssh_says(config: Path, said: str) -> dict[str, list[str]]:
    """What OpenSSH makes of it: keyword -> values."""
    command = ["/usr/bin/ssh", "-G", "-F", str(config), said]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        keyword, _, value = line.partition(" ")
        found.setdefault(keyword, []).append(value)
    return found


def assert_the_same(hop: Hop, theirs: dict[str, list[str]]) -> None:
    """Compare what both made of a host."""
    assert (hop.host, str(hop.port)) == (theirs["hostname"][0], theirs["port"][0])
    assert hop.user == theirs["user"][0]
    assert hop.only_keys == (theirs["identitiesonly"][0] == "yes")
    assert ",".join(hop.jumps) == theirs.get("proxyjump", [""])[0]
    if "hostkeyalias" in theirs:
        assert hop.known_as == theirs["hostkeyalias"][0]
    named = [value for value in theirs["identityfile"] if not value.startswith("~")]
    assert [str(path) for path in hop.keys if path.parent.name != ".ssh"] == named


@pytest.mark.parametrize("said", ["one", "two", "ops@one", "ssh://ops@one:2250"])
@pytest.mark.parametrize("name", FILES)
def test_a_config_means_what_it_means_to_openssh(home: Path, name: str, said: str) -> None:
    """Host, port, user, keys and jumps must be those of ``ssh -G``, for an alias and for what a URL says itself."""
    (home / "more").write_text(MORE)
    config = write(home, FILES[name])

    assert_the_same(read_hop(said, home), as_openssh_says(config, said))


def test_a_command_gets_its_tokens(home: Path) -> None:
    """``%h``, ``%p``, ``%r``, ``%n`` and ``%%`` must be those of the connection, a URL's own port and user included."""
    write(home, FILES["a command"])

    assert read_hop("one", home).proxy_command == "nc -X 5 10.0.0.1 2222 # ops one 100%"
    assert read_hop("ssh://ana@one:2250", home).proxy_command == "nc -X 5 10.0.0.1 2250 # ana one 100%"


def test_the_agent_is_the_one_that_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``IdentityAgent`` must go before the environment's agent; ``none`` must mean none."""
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    write(home, "Host one\n  IdentityAgent ~/agent\nHost two\n  IdentityAgent none\nHost four\n  IdentityAgent $MINE\n")
    monkeypatch.setenv("MINE", "/run/mine")

    agents = [read_hop(said, home).agent for said in ("one", "two", "three", "four")]

    assert agents == [f"{home}/agent", "", "/run/agent", "/run/mine"]


def test_no_keys_and_no_known_hosts_are_none(home: Path) -> None:
    """``none`` must be no file of that name."""
    write(home, "Host one\n  IdentityFile none\n  UserKnownHostsFile none\n  GlobalKnownHostsFile none\n")

    hop = read_hop("one", home)

    assert hop.keys == () and {str(path) for path in hop.known_hosts} == {"/dev/null"}


@pytest.mark.parametrize("condition", ["exec true", "localnetwork 10.0.0.0/8", "tagged work", "!exec false", "user"])
def test_a_condition_that_is_not_read_is_told_where_it_would_count(home: Path, condition: str) -> None:
    """A ``Match`` whose outcome cannot be known here must be wrong input with its line, for hosts it may be about."""
    config = write(home, f"Host one\n  Port 2201\n\nMatch originalhost one,two {condition}\n  Port 2202\n")

    assert read_hop("three", home).port == 22
    with pytest.raises(InputError) as refused:
        read_hop("one", home)

    said = str(refused.value)
    assert f"{config}:4" in said and f"Match {condition.split()[0]}" in said and "ssh -G one" in said


@pytest.mark.parametrize(
    ("text", "place"),
    [("Host one\n  Port\n", ":2"), ("# fine\nHost 'one\n", ":2"), ("Host one\n  Port many\n", "")],
)
def test_a_line_that_cannot_be_read_is_told_with_its_place(home: Path, text: str, place: str) -> None:
    """A config that cannot be read must be wrong input with its file, and its line where that is known."""
    config = write(home, text)

    with pytest.raises(InputError, match="cannot be read") as refused:
        read_hop("one", home)

    assert str(refused.value.where) == f"{config}{place}" and "ssh -G" in str(refused.value.hint)


def test_a_circle_of_includes_ends(home: Path) -> None:
    """A config that includes itself must be read to a bound."""
    write(home, "Include {home}/.ssh/config\nHost one\n  Port 2201\n")

    assert read_hop("one", home).port == 2201
