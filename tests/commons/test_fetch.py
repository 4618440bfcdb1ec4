"""Recipes from real repositories elsewhere: cloned, brought up to date, and never taken at their word twice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coopnb.commons import (
    accept_moved,
    address_of,
    fetch,
    fetch_again,
    fetch_named,
    have,
    network,
    read_version,
    versions,
)
from coopnb.commons.network import talk
from coopnb.errors import CommonsError
from coopnb.workspace import Workspace
from tests.commons.test_read import everything

MakeRecipe = Callable[..., Path]
Git = Callable[..., str]

FILES = {
    "1.0.0+5.8": {"compose.yml": "services: {app: {image: a:1}}\n", ".env.sample": "TYPE=wiki\n"},
    "1.1.0+5.8.1": {"compose.yml": "services: {app: {image: a:2}}\n"},
}


@pytest.fixture
def forge(tmp_path: Path) -> Workspace:
    """Where the repositories of others lie."""
    return Workspace(tmp_path / "forge")


@pytest.fixture
def theirs(forge: Workspace, git: Git) -> Path:
    """Somebody else's recipe, in two versions."""
    folder = forge.recipes / "wiki"
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "trunk")
    for version, files in FILES.items():
        publish(git, folder, version, files)
    return folder


def publish(git: Git, folder: Path, version: str, files: dict[str, str], *options: str) -> None:
    """Commit files and tag them."""
    for path, content in files.items():
        (folder / path).write_text(content)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", version)
    git(folder, "tag", "-a", "-m", version, *options, version)


def checked_out(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything of a clone that says what is checked out: its files, its index, its HEAD and its branches."""
    mine = (".git/index", ".git/HEAD", ".git/refs/heads")
    found = everything(folder)
    return {name: is_ for name, is_ in found.items() if not name.startswith(".git/") or name.startswith(mine)}


def test_a_recipe_is_cloned_where_the_fields_tools_look(workspace: Workspace, theirs: Path, git: Git) -> None:
    """A first fetch must lay out a clone with a work tree on the default branch, clean, with all tags."""
    said: list[str] = []

    fetched = fetch(workspace, address_of(str(theirs)), said.append)

    folder = workspace.recipes / "wiki"
    assert (fetched.recipe, fetched.folder, fetched.first, fetched.moved) == ("wiki", folder, True, ())
    assert fetched.new == ("1.1.0+5.8.1", "1.0.0+5.8")
    assert (folder / "compose.yml").read_text() == FILES["1.1.0+5.8.1"]["compose.yml"]
    assert git(folder, "status", "--porcelain", "--branch").strip() == "## trunk...origin/trunk"
    assert git(folder, "config", "remote.origin.url").strip() == str(theirs)
    assert read_version(workspace, "wiki", "", workspace.root / "run").version == "1.1.0+5.8.1"
    assert all(words.strip() == words and "\n" not in words for words in said)
    assert [path.name for path in workspace.recipes.iterdir()] == ["wiki"]


def test_a_second_fetch_brings_new_versions_and_leaves_the_checkout(
    workspace: Workspace, theirs: Path, git: Git
) -> None:
    """References and tags must come; a dirty work tree, its index and its branch must stay to the byte."""
    folder = fetch(workspace, address_of(str(theirs))).folder
    git(folder, "checkout", "-q", "1.0.0+5.8")
    (folder / "compose.yml").write_text("mine\n")
    (folder / "staged.yml").write_text("staged\n")
    git(folder, "add", "staged.yml")
    before = checked_out(folder)
    publish(git, theirs, "1.2.0+6.0", {"compose.yml": "services: {app: {image: a:3}}\n"})

    fetched = fetch_again(workspace, "wiki")

    assert (fetched.first, fetched.new) == (False, ("1.2.0+6.0",))
    assert checked_out(folder) == before
    assert git(folder, "rev-parse", "origin/trunk") == git(theirs, "rev-parse", "trunk")
    assert read_version(workspace, "wiki", "1.2.0+6.0", workspace.root / "run").tagged


def test_a_moved_tag_is_told_and_the_old_one_kept(workspace: Workspace, theirs: Path, git: Git) -> None:
    """A tag that its maintainers moved must stay here as it was, and both commits must be told."""
    fetch(workspace, address_of(str(theirs)))
    old = git(theirs, "rev-parse", "1.0.0+5.8^{}").strip()
    publish(git, theirs, "1.0.0+5.8", {"compose.yml": "services: {app: {image: evil:1}}\n"}, "--force")
    new = git(theirs, "rev-parse", "1.0.0+5.8^{}").strip()

    fetched = fetch_again(workspace, "wiki")

    assert [(tag.version, tag.here, tag.there) for tag in fetched.moved] == [("1.0.0+5.8", old, new)]
    assert fetched.new == ()
    assert read_version(workspace, "wiki", "1.0.0+5.8", workspace.root / "run").commit == old


def test_a_moved_tag_is_taken_only_when_accepted(workspace: Workspace, theirs: Path, git: Git) -> None:
    """What was used before must be refused under the same tag until somebody accepts it by name."""
    folder = fetch(workspace, address_of(str(theirs))).folder
    old = read_version(workspace, "wiki", "1.0.0+5.8", workspace.root / "run").commit
    publish(git, theirs, "1.0.0+5.8", {"compose.yml": "services: {app: {image: b:1}}\n"}, "--force")
    git(folder, "fetch", "-q", "--force", "origin", "refs/tags/*:refs/tags/*")

    with pytest.raises(CommonsError) as refused:
        read_version(workspace, "wiki", "1.0.0+5.8", workspace.root / "run")
    assert "moved" in refused.value.headline and old in str(refused.value)
    assert "coopnb recipe fetch wiki --accept-moved 1.0.0+5.8" in str(refused.value)

    accepted = accept_moved(workspace, "wiki", "1.0.0+5.8")
    assert accepted.commit != old
    assert read_version(workspace, "wiki", "1.0.0+5.8", workspace.root / "run").commit == accepted.commit


def test_a_tag_moved_by_hand_in_the_workspace_is_refused_too(
    workspace: Workspace, make_recipe: MakeRecipe, git: Git
) -> None:
    """A recipe that comes from nowhere must keep its word as well, and can be accepted as it is."""
    folder = make_recipe("mine", {"1.0.0+1": {"compose.yml": "a\n"}})
    read_version(workspace, "mine", "1.0.0+1", workspace.root / "run")
    publish(git, folder, "1.0.0+1", {"compose.yml": "b\n"}, "--force")

    with pytest.raises(CommonsError, match="moved"):
        read_version(workspace, "mine", "", workspace.root / "run")

    accept_moved(workspace, "mine", "1.0.0+1")
    assert (read_version(workspace, "mine", "", workspace.root / "run").root / "compose.yml").read_text() == "b\n"


def test_a_recipe_without_tags_is_had_at_its_commit(workspace: Workspace, tmp_path: Path, git: Git) -> None:
    """No tag at all must give one version, the short commit."""
    folder = tmp_path / "untagged"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "commit", "-q", "--allow-empty", "-m", "begin")

    fetched = fetch(workspace, address_of(str(folder)))

    assert [(item.version, item.tagged) for item in fetched.versions] == [(git(folder, "rev-parse", "HEAD")[:8], False)]


def test_another_recipe_of_that_name_is_not_overwritten(
    workspace: Workspace, theirs: Path, make_recipe: MakeRecipe
) -> None:
    """A recipe that was made here, or comes from elsewhere, must be kept, and the way out told."""
    folder = make_recipe("wiki", {"9.0.0+1": {"compose.yml": "mine\n"}})
    before = everything(folder)

    with pytest.raises(CommonsError, match="from somewhere else") as refused:
        fetch(workspace, address_of(str(theirs)))

    assert "--as NAME" in str(refused.value)
    assert everything(folder) == before
    with pytest.raises(CommonsError, match="made here"):
        fetch_again(workspace, "wiki")


@pytest.mark.parametrize("what", ["nothing", "a file", "an empty repository", "a plain folder"])
def test_what_is_no_recipe_leaves_nothing_behind(workspace: Workspace, tmp_path: Path, git: Git, what: str) -> None:
    """An address without a recipe must be told with what to do, and leave no half of a folder."""
    place = tmp_path / "thing"
    if what == "a file":
        place.write_text("x")
    elif what != "nothing":
        place.mkdir()
        if what == "an empty repository":
            git(place, "init", "-q")

    with pytest.raises(CommonsError) as refused:
        fetch(workspace, address_of(str(place)))

    assert refused.value.hint
    assert list(workspace.recipes.iterdir()) == []


def test_git_runs_no_transport_helper_whatever_a_configuration_says(
    workspace: Workspace, make_recipe: MakeRecipe, git: Git, tmp_path: Path
) -> None:
    """A remote that would run a command must be refused by git itself too."""
    folder = make_recipe("wiki", {"1.0.0+1": {}})
    git(folder, "config", "remote.origin.url", f"ext::touch {tmp_path}/ran")
    git(folder, "config", "protocol.ext.allow", "always")

    with pytest.raises(CommonsError, match="not allowed"):
        fetch_again(workspace, "wiki")
    assert not (tmp_path / "ran").exists()


def test_hooks_of_a_checkout_do_not_run(workspace: Workspace, theirs: Path, git: Git, tmp_path: Path) -> None:
    """A hook in the operator's clone must not run because coopnb fetches."""
    folder = fetch(workspace, address_of(str(theirs))).folder
    hook = folder / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    publish(git, theirs, "1.3.0+6", {"compose.yml": "x\n"})

    assert fetch_again(workspace, "wiki").new == ("1.3.0+6",)
    assert not (tmp_path / "ran").exists()


def test_a_remote_that_never_answers_is_given_up(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """A remote that is silent must be bounded in time, and what git started for it must end with it."""
    git(tmp_path, "init", "-q")
    silent = tmp_path / "ssh"
    silent.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    silent.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(silent))
    git(tmp_path, "config", "remote.origin.url", "ssh://git.example.org/wiki")
    began = time.monotonic()

    with pytest.raises(CommonsError, match="took longer than"):
        talk(tmp_path, "ls-remote", "origin", seconds=0.6)

    assert time.monotonic() - began < 5
    assert not _runs(int((tmp_path / "pid").read_text()))


def _runs(process: int) -> bool:
    """Whether a process still runs, rather than waits for somebody to take note of its end."""
    for _ in range(100):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return False
        except FileNotFoundError:
            return False
        time.sleep(0.02)
    return True


def test_a_remote_that_says_too_much_is_stopped(theirs: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing of references must be bounded in size."""
    git(theirs, "config", "remote.origin.url", str(theirs))
    monkeypatch.setattr(network, "MOST_SAID", 100)

    with pytest.raises(CommonsError, match="references"):
        talk(theirs, "ls-remote", "origin")


def test_tags_with_names_that_are_no_versions_are_kept_out_of_the_versions(
    workspace: Workspace, theirs: Path, git: Git
) -> None:
    """Odd tag names of others must neither stop a fetch nor be offered."""
    for name in ("v2", "nightly/1", "-strange", "with space"[:4] + "%$x"):
        git(theirs, "update-ref", f"refs/tags/{name}", "HEAD")

    fetched = fetch(workspace, address_of(str(theirs)))

    assert [item.version for item in fetched.versions] == ["1.1.0+5.8.1", "1.0.0+5.8"]
    assert [item.version for item in versions(fetched.folder)] == ["1.1.0+5.8.1", "1.0.0+5.8"]


def test_a_name_is_fetched_from_where_the_catalogue_says(
    workspace: Workspace, theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recipe of the catalogue must be had by its name alone, and one that is here must not be asked for again."""
    listed = tmp_path / "recipes.json"
    listed.write_text(json.dumps({"choir-wiki": {"repository": str(theirs)}, "evil": {"repository": "ext::sh"}}))
    monkeypatch.setenv("COOPNB_CATALOGUE", str(listed))

    fetched = have(workspace, "choir-wiki")
    assert fetched is not None and fetched.folder == workspace.recipes / "choir-wiki"
    assert have(workspace, "choir-wiki") is None
    assert fetch_named(workspace, "choir-wiki").first is False
    assert fetch_named(workspace, str(theirs), called="other").recipe == "other"
    with pytest.raises(CommonsError, match="no address"):
        fetch_named(workspace, "evil")
    with pytest.raises(CommonsError, match="the catalogue has none") as refused:
        fetch_named(workspace, "choir-wikis")
    assert "choir-wiki" in str(refused.value.what)
