"""Where the files of an operator are looked for."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from coopnb.errors import SettingsError, WorkspaceError
from coopnb.workspace import Workspace, locate


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with one app on each of two servers."""
    workspace = Workspace(tmp_path / "w")
    for server, domain in (("one", "wiki.example.org"), ("two", "chat.example.org")):
        path = workspace.env_file(server, domain)
        path.parent.mkdir(parents=True)
        path.write_text("TYPE=wiki\n")
    return workspace


def test_the_option_goes_before_the_environment(tmp_path: Path) -> None:
    """The four places must be tried in their order, an empty one counting as none."""
    environ = {"COOPNB_WORKSPACE": str(tmp_path / "b"), "ABRA_DIR": str(tmp_path / "c"), "HOME": str(tmp_path)}

    assert locate(tmp_path / "a", environ).root == tmp_path / "a"
    assert locate(None, environ).root == tmp_path / "b"
    assert locate("", environ | {"COOPNB_WORKSPACE": " "}).root == tmp_path / "c"
    assert locate(None, {"HOME": str(tmp_path)}).root == tmp_path / ".abra"


def test_a_workspace_is_absolute_and_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path and a tilde must become absolute paths."""
    monkeypatch.chdir(tmp_path)

    assert locate("here/../there", {}).root == tmp_path / "there"
    assert locate("~/co-op", {"HOME": "/home/ana"}).root == Path("/home/ana/co-op")


def test_a_file_is_no_workspace(tmp_path: Path) -> None:
    """A workspace that is a file must be refused, naming where it was said."""
    (tmp_path / "file").write_text("")

    with pytest.raises(WorkspaceError, match=r"\$ABRA_DIR is not a folder"):
        locate(None, {"ABRA_DIR": str(tmp_path / "file")})


def test_coopnbs_own_folder_is_private(tmp_path: Path) -> None:
    """Whatever is made first under coopnb's own folder, that folder must be readable by its owner only."""
    workspace = Workspace(tmp_path / "not" / "there")

    made = workspace.make(workspace.runs / "2026-11-23_deploy-app_wiki")

    assert made.is_dir()
    assert stat.S_IMODE(workspace.own.stat().st_mode) == 0o700
    assert workspace.make(made) == made


def test_nothing_is_made_outside(tmp_path: Path) -> None:
    """A folder outside the workspace must not be made."""
    with pytest.raises(WorkspaceError, match="not in the workspace"):
        Workspace(tmp_path / "w").make(tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    """A file in the way must end as an error with the path and a next step."""
    (tmp_path / "coopnb").write_text("")

    with pytest.raises(WorkspaceError, match=r"(?s)cannot be made.*where.*next"):
        Workspace(tmp_path).make(Workspace(tmp_path).runs)


def test_an_app_is_found_by_its_domain(workspace: Workspace) -> None:
    """An app must be found on whichever server it is, and listed."""
    assert workspace.find_env_file("chat.example.org") == workspace.servers / "two" / "chat.example.org.env"
    assert workspace.find_env_file("wiki.example.org", "one").parent.name == "one"
    assert workspace.apps() == (("one", "wiki.example.org"), ("two", "chat.example.org"))


def test_a_missing_app_names_those_there_are(workspace: Workspace, tmp_path: Path) -> None:
    """The error for a missing app must list what there is, and say what to do when there is nothing."""
    with pytest.raises(SettingsError, match=r"(?s)no app cloud.example.org\n.*chat.example.org \(two\)"):
        workspace.find_env_file("cloud.example.org")
    with pytest.raises(SettingsError, match=r"no app wiki.example.org on two"):
        workspace.find_env_file("wiki.example.org", "two")
    with pytest.raises(SettingsError, match=r"(?s)no apps yet.*next"):
        Workspace(tmp_path / "empty").find_env_file("wiki.example.org")


def test_an_app_on_two_servers_is_ambiguous(workspace: Workspace) -> None:
    """A domain that is an app on two servers must be refused with both named, and found when the server is said."""
    workspace.env_file("two", "wiki.example.org").write_text("TYPE=wiki\n")

    with pytest.raises(SettingsError, match=r"(?s)2 servers.*one or two"):
        workspace.find_env_file("wiki.example.org")
    assert workspace.find_env_file("wiki.example.org", "two").parent.name == "two"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a..b", "-x", ".x", "x.", "a b", "a\n", "ä", "x" * 201])
def test_what_is_no_name_is_refused(workspace: Workspace, name: str) -> None:
    """A name that could leave its folder, or hide in it, must be refused for apps and for servers."""
    with pytest.raises(SettingsError, match="is not the name of a domain"):
        workspace.find_env_file(name)
    with pytest.raises(SettingsError, match="is not the name of a server"):
        workspace.env_file(name, "wiki.example.org")
