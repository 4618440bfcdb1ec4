"""Recipes over https from git's own backend, and over ssh from a real sshd: had whole, or not at all and told why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb.cli import main
from coopnb.commons import address_of, fetch, fetch_again, network
from coopnb.errors import CommonsError
from coopnb.workspace import Workspace
from tests.commons.conftest import Git
from tests.commons.test_fetch import forge, publish, theirs
from tests.testbed.certificates import Authority, authority
from tests.testbed.git_https import GitSite, git_site
from tests.testbed.ssh import sshd
from tests.testbed.ssh_client import Knows, client_home, introduce

pytestmark = pytest.mark.timeout(90)
__all__ = ["forge", "theirs"]


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    """The authority of whoever runs the git server."""
    return authority(tmp_path / "ca.pem")


@pytest.fixture
def site(theirs: Path, tmp_path: Path, ca: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitSite]:
    """The server, and an operator without a configuration who trusts its authority."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("GIT_CONFIG_GLOBAL", "XDG_CONFIG_HOME", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_SSL_CAINFO", str(ca.file))
    with git_site(theirs.parent, ca, tmp_path / "tls") as running:
        yield running


def refusal(workspace: Workspace, url: str) -> CommonsError:
    """Why a recipe cannot be fetched; nothing of it may be left."""
    with pytest.raises(CommonsError) as refused:
        fetch(workspace, address_of(url))
    assert list(workspace.recipes.iterdir()) == []
    return refused.value


def test_a_recipe_comes_over_https(workspace: Workspace, site: GitSite, theirs: Path, git: Git) -> None:
    """With an authority that is trusted a recipe must come whole, and later what is new of it."""
    fetched = fetch(workspace, address_of(f"{site.url}/wiki"))
    assert fetched.first and [item.version for item in fetched.versions] == ["1.1.0+5.8.1", "1.0.0+5.8"]
    assert (fetched.folder / "compose.yml").is_file()

    publish(git, theirs, "1.2.0+5.9", {"compose.yml": "services: {app: {image: a:3}}\n"})
    assert fetch_again(workspace, "wiki").new == ("1.2.0+5.9",)


def test_a_certificate_that_is_not_trusted_is_told(
    workspace: Workspace, site: GitSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the authority the fetch must end, and say how a co-op's own authority is made known."""
    monkeypatch.delenv("GIT_SSL_CAINFO")
    error = refusal(workspace, f"{site.url}/wiki")
    assert error.headline == "the server's certificate is not trusted; nothing was fetched"
    assert error.where == f"{site.url}/wiki" and "GIT_SSL_CAINFO" in str(error.hint)
    assert site.paths == []


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "the remote asks for a user and a password, or there is no such repository"),
        (403, "the remote refuses this fetch"),
        (404, "there is no git repository at this address"),
        (503, "the remote has a trouble of its own"),
    ],
)
def test_a_refusal_is_told(workspace: Workspace, site: GitSite, status: int, says: str) -> None:
    """Each answer of a server that is no recipe must have its own words, with the address and what to do."""
    site.refuses = status
    error = refusal(workspace, f"{site.url}/wiki")
    assert error.headline == says
    assert error.where == f"{site.url}/wiki" and error.hint


def test_a_server_that_never_answers_is_given_up(
    workspace: Workspace, site: GitSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes the question and stays silent must be given up in the time that a question may take."""
    monkeypatch.setattr(network, "ASKING", 1.0)
    site.silent = True
    error = refusal(workspace, f"{site.url}/wiki")
    assert error.headline == "git took longer than 1 s; it was stopped" and error.where == f"{site.url}/wiki"


def test_a_password_in_an_address_is_never_shown(
    workspace: Workspace, site: GitSite, git: Git, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clone that was made by hand with a password in its address must work, and the password be shown nowhere."""
    monkeypatch.setenv("COOPNB_WORKSPACE", str(workspace.root))
    folder = fetch(workspace, address_of(f"{site.url}/wiki")).folder
    git(folder, "config", "remote.origin.url", site.url.replace("//", "//ana:geheim@") + "/wiki")

    assert main(["recipe", "fetch"]) == 0
    assert main(["recipe", "show", "wiki"]) == 0
    shown = capsys.readouterr().out
    assert f"https://***@127.0.0.1:{site.server_port}/wiki" in shown
    for status in (401, 404, 503):
        site.refuses = status
        assert main(["recipe", "fetch", "wiki"]) == 2
    assert main(["recipe", "fetch", f"{site.url}/wiki"]) == 2
    for address in (
        "https://ana:geheim@git.example.org/wiki",
        "HTTPS://ana:gehe@im@git.example.org/x y",
        "ana:geheim@h:x",
    ):
        assert main(["recipe", "fetch", address]) == 2
    printed = capsys.readouterr()
    assert site.credentials  # it was used, so that it had to be hidden
    assert "geheim" not in shown + printed.out + printed.err and "im@" not in printed.err


def test_a_recipe_comes_over_ssh(
    workspace: Workspace, theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ssh address must be fetched by the operator's own alias, port and key; an unknown host key be refused."""
    home = client_home(tmp_path / "home")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with sshd(tmp_path / "server", "unix:///nowhere") as server:
        introduce(home, server, "forge", knows=Knows.NOTHING)
        # ssh takes the home of the account rather than $HOME, so that the test names its own configuration.
        monkeypatch.setenv("GIT_SSH_COMMAND", f"ssh -F {home.path / '.ssh' / 'config'}")
        error = refusal(workspace, f"ssh://forge{theirs}")
        assert error.headline == "the host's key is not known, or is another one than before"
        home.known_hosts.write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
        fetched = fetch(workspace, address_of(f"ssh://forge{theirs}"))
    assert [item.version for item in fetched.versions] == ["1.1.0+5.8.1", "1.0.0+5.8"]
