"""Which recipes and versions there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coopnb.commons import names, recipe_folder, version_key, versions
from coopnb.errors import CommonsError
from coopnb.workspace import Workspace

MakeRecipe = Callable[..., Path]
Git = Callable[..., str]


def test_versions_are_the_tags_newest_first(make_recipe: MakeRecipe, git: Git) -> None:
    """Tags must come newest first by semver and upstream version, each with the commit it names, annotated or not."""
    folder = make_recipe(
        "wiki",
        {"1.2.0+1.39.8": {}, "1.10.0+1.39.17": {}, "1.9.0+1.43": {}, "1.10.0+1.39.8": {}, "1.10.0-rc1+1.40": {}},
    )
    git(folder, "tag", "0.9.0+1.38-amd64", "HEAD")
    for other in ("v2.4.8", "latest", "1.0.0", "3.0.0+", "release/4.0.0+1"):
        git(folder, "tag", other, "HEAD")

    found = versions(folder)

    assert [published.version for published in found] == [
        "1.10.0+1.39.17",
        "1.10.0+1.39.8",
        "1.10.0-rc1+1.40",
        "1.9.0+1.43",
        "1.2.0+1.39.8",
        "0.9.0+1.38-amd64",
    ]
    assert all(published.tagged for published in found)
    assert found[4].commit == git(folder, "rev-parse", "1.2.0+1.39.8^{commit}").strip()


def test_a_recipe_without_a_valid_tag_is_at_its_commit(make_recipe: MakeRecipe, git: Git) -> None:
    """Without a tag ``<semver>+<upstream>`` the version must be the short commit, and say that it is no tag."""
    folder = make_recipe("wiki", {"": {"compose.yml": "services: {}\n"}})
    git(folder, "tag", "v1.0.0")

    (found,) = versions(folder)

    head = git(folder, "rev-parse", "HEAD").strip()
    assert (found.version, found.commit, found.tagged) == (head[:8], head, False)


def test_a_recipe_without_a_commit_has_no_version(workspace: Workspace, git: Git) -> None:
    """A repository without a commit must end as an error that says so."""
    folder = workspace.recipes / "wiki"
    folder.mkdir(parents=True)
    git(folder, "init", "-q")

    with pytest.raises(CommonsError, match="no commit"):
        versions(folder)


def test_a_plain_folder_is_no_recipe_even_inside_a_repository(workspace: Workspace, git: Git) -> None:
    """A folder inside a workspace that is kept in git must not be read as that repository."""
    folder = workspace.recipes / "wiki"
    folder.mkdir(parents=True)
    git(workspace.root, "init", "-q")
    git(workspace.root, "commit", "-q", "--allow-empty", "-m", "x")

    with pytest.raises(CommonsError, match=r"(?s)wiki is a folder, but not a git repository.*next"):
        versions(folder)
    assert names(workspace) == ()


def test_a_missing_recipe_names_those_there_are(workspace: Workspace, make_recipe: MakeRecipe) -> None:
    """The error for a missing recipe must list the recipes, or say that there are none."""
    with pytest.raises(CommonsError, match=r"(?s)no recipe wiki\n.*no recipes yet"):
        recipe_folder(workspace, "wiki")
    make_recipe("hello", {"": {}})
    make_recipe("chat", {"": {}})

    assert names(workspace) == ("chat", "hello")
    with pytest.raises(CommonsError, match=r"(?s)no recipe wiki\n.*there are: chat, hello"):
        recipe_folder(workspace, "wiki")


def test_a_recipe_may_be_named_by_its_address(workspace: Workspace, make_recipe: MakeRecipe) -> None:
    """A git path must lead to the folder that the field's tools clone it into."""
    folder = make_recipe("git_example_org_ana_cool-wiki", {"": {}})

    assert recipe_folder(workspace, "git.example.org/ana/cool-wiki") == folder


@pytest.mark.parametrize("name", ["", "..", "../x", "-x", ".git", "a b", "/etc", "a/../../b", "--help", "x\n"])
def test_what_is_no_name_is_refused(workspace: Workspace, name: str) -> None:
    """A name that could leave the recipes, or be an option to git, must be refused."""
    with pytest.raises(CommonsError, match="is not the name of a recipe"):
        recipe_folder(workspace, name)


def test_only_a_version_has_a_key() -> None:
    """Ordering what is no version must be an error that says what one looks like."""
    with pytest.raises(CommonsError, match=r"(?s)'v1' is not a version.*1.2.0\+1.39.8"):
        version_key("v1")


def test_git_missing_is_said(make_recipe: MakeRecipe, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without git on the path the error must say that git is missing and how to get it."""
    folder = make_recipe("wiki", {"": {}})
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CommonsError, match=r"(?s)git is not installed.*apt-get install git"):
        versions(folder)


def test_an_operators_environment_does_not_bend_what_is_read(
    make_recipe: MakeRecipe, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Variables of git and a broken configuration must not lead elsewhere."""
    folder = make_recipe("wiki", {"1.0.0+1": {}})
    broken = tmp_path / "gitconfig"
    broken.write_text("[this is no configuration\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(broken))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "elsewhere"))

    assert [published.version for published in versions(folder)] == ["1.0.0+1"]
