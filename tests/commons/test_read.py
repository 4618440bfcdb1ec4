"""Reading one version of a recipe."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from coopnb.commons import read_version
from coopnb.commons.read import _extract
from coopnb.errors import CommonsError
from coopnb.workspace import Workspace

MakeRecipe = Callable[..., Path]
Git = Callable[..., str]

TWO = {
    "1.0.0+1.39.8": {"compose.yml": "services: {app: {image: a:1}}\n", "release/1.0.0+1.39.8": "The first\n"},
    "1.1.0+1.39.17": {"compose.yml": "services: {app: {image: a:2}}\n", "entrypoint.sh": "#!/bin/sh\n"},
}


@pytest.fixture
def recipe(make_recipe: MakeRecipe) -> Path:
    """The recipe ``wiki`` in two versions."""
    return make_recipe("wiki", TWO)


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Give every file below a folder, with its time of change and its content."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_version_is_read_with_its_notes(workspace: Workspace, recipe: Path, git: Git, tmp_path: Path) -> None:
    """The files of a tag must lie in a folder of their own, with commit and release notes told."""
    version = read_version(workspace, "wiki", "1.0.0+1.39.8", tmp_path / "run")

    assert (version.root / "compose.yml").read_text() == TWO["1.0.0+1.39.8"]["compose.yml"]
    assert not (version.root / "entrypoint.sh").exists() and not (version.root / ".git").exists()
    assert version.root.parent == tmp_path / "run" and version.notes == "The first"
    assert version.commit == git(recipe, "rev-parse", "1.0.0+1.39.8^{}").strip()
    assert (version.recipe, version.version, version.tagged) == ("wiki", "1.0.0+1.39.8", True)


def test_no_version_means_the_newest(workspace: Workspace, recipe: Path, tmp_path: Path) -> None:
    """An empty version must be the newest one."""
    version = read_version(workspace, "wiki", "", tmp_path)

    assert version.version == "1.1.0+1.39.17" and version.notes is None


@pytest.mark.parametrize("state", ["clean", "dirty", "other branch", "detached"])
def test_the_repository_is_not_touched(
    workspace: Workspace, recipe: Path, git: Git, tmp_path: Path, state: str
) -> None:
    """Whatever is checked out, and however dirty: no byte of work tree, index or repository may change."""
    if state == "dirty":
        (recipe / "compose.yml").write_text("changed")
        (recipe / "new.yml").write_text("untracked")
        (recipe / "staged.yml").write_text("staged")
        git(recipe, "add", "staged.yml")
    elif state == "other branch":
        git(recipe, "checkout", "-q", "-b", "mine")
    elif state == "detached":
        git(recipe, "checkout", "-q", "1.0.0+1.39.8")
    before = everything(recipe)

    version = read_version(workspace, "wiki", "1.0.0+1.39.8", tmp_path / "run")

    assert everything(recipe) == before
    assert (version.root / "compose.yml").read_text() == TWO["1.0.0+1.39.8"]["compose.yml"]


def test_versions_are_read_at_the_same_time(workspace: Workspace, recipe: Path, tmp_path: Path) -> None:
    """Reads side by side, into one folder, must each find the whole of their version."""
    wanted = list(TWO) * 6

    with ThreadPoolExecutor(6) as pool:
        read = list(pool.map(lambda version: read_version(workspace, "wiki", version, tmp_path / "run"), wanted))

    assert [(v.version, (v.root / "compose.yml").read_text()) for v in read] == [
        (version, TWO[version]["compose.yml"]) for version in wanted
    ]
    assert len(list((tmp_path / "run").iterdir())) == 2


def test_a_folder_that_somebody_edited_is_laid_anew(workspace: Workspace, recipe: Path, tmp_path: Path) -> None:
    """A second read must give the bytes of the commit, and keep the folder as it is when it has them."""
    first = read_version(workspace, "wiki", "1.1.0+1.39.17", tmp_path / "run")
    made = first.root.stat().st_ino

    assert read_version(workspace, "wiki", "1.1.0+1.39.17", tmp_path / "run").root.stat().st_ino == made
    (first.root / "compose.yml").write_text("services: {app: {image: evil:1}}\n")
    (first.root / "extra.yml").write_text("")
    again = read_version(workspace, "wiki", "1.1.0+1.39.17", tmp_path / "run")

    assert again == first
    assert (again.root / "compose.yml").read_text() == TWO["1.1.0+1.39.17"]["compose.yml"]
    assert not (again.root / "extra.yml").exists() and len(list((tmp_path / "run").iterdir())) == 1


def test_a_commit_is_a_version_too(workspace: Workspace, recipe: Path, git: Git, tmp_path: Path) -> None:
    """A short commit and a tag of another form must be readable, the commit marked as no tag."""
    first = git(recipe, "rev-parse", "1.0.0+1.39.8^{}").strip()
    git(recipe, "tag", "v1", first)

    short = read_version(workspace, "wiki", first[:8], tmp_path)
    tag = read_version(workspace, "wiki", "v1", tmp_path)

    assert (short.version, short.commit, short.tagged) == (first[:8], first, False)
    assert (tag.version, tag.commit, tag.tagged) == ("v1", first, True)


def test_a_recipe_without_a_tag_is_read_at_its_commit(
    workspace: Workspace, make_recipe: MakeRecipe, git: Git, tmp_path: Path
) -> None:
    """Without a valid tag the newest version must be the short commit, said to be no tag."""
    folder = make_recipe("chat", {"": {"compose.yml": "x"}})

    version = read_version(workspace, "chat", "", tmp_path)

    assert version.version == git(folder, "rev-parse", "HEAD")[:8] and not version.tagged


def test_an_unknown_version_lists_those_there_are(workspace: Workspace, recipe: Path, tmp_path: Path) -> None:
    """The error must list the versions there are, newest first, and nothing may be laid down."""
    for version in ("9.9.9+9", "main", "HEAD", "deadbeef", "--output=/tmp/x", "1.0.0+1.39.8^{tree}", "../1.0.0+1.39.8"):
        with pytest.raises(CommonsError, match=r"(?s)no version.*it has: 1.1.0\+1.39.17, 1.0.0\+1.39.8"):
            read_version(workspace, "wiki", version, tmp_path / "run")
    with pytest.raises(CommonsError, match="never committed"):
        read_version(workspace, "wiki", "06a57de8+U", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_bytes_are_the_commits_and_not_the_operators(
    workspace: Workspace, make_recipe: MakeRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator's line-end conversion must not reach what is read: a config's content makes its digest."""
    make_recipe("chat", {"1.0.0+1": {"compose.yml": "a\nb\n"}})
    (tmp_path / "gitconfig").write_text("[core]\n\tautocrlf = true\n\teol = crlf\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))

    assert (read_version(workspace, "chat", "", tmp_path / "run").root / "compose.yml").read_bytes() == b"a\nb\n"


def test_links_stay_inside(workspace: Workspace, make_recipe: MakeRecipe, git: Git, tmp_path: Path) -> None:
    """A link inside a recipe must be kept; one that leads out of it must be refused, with nothing laid down."""
    folder = make_recipe("chat", {"1.0.0+1": {"compose.yml": "x", "sub/a": "y"}})
    (folder / "sub" / "link").symlink_to("../compose.yml")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "link")
    git(folder, "tag", "-a", "-m", "x", "1.1.0+1")

    version = read_version(workspace, "chat", "1.1.0+1", tmp_path / "good")
    assert (version.root / "sub" / "link").read_text() == "x"
    assert read_version(workspace, "chat", "1.1.0+1", tmp_path / "good") == version

    for number, target in enumerate(("/etc/passwd", "../../../etc/passwd", "sub/../../x"), 2):
        (folder / "evil").unlink(missing_ok=True)
        (folder / "evil").symlink_to(target)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "evil")
        git(folder, "tag", "-a", "-m", "x", f"1.{number}.0+1")
        with pytest.raises(CommonsError, match=r"(?s)link that leads out of the recipe.*evil -> "):
            read_version(workspace, "chat", f"1.{number}.0+1", tmp_path / "bad")
    assert list((tmp_path / "bad").iterdir()) == []


def archive(*members: tuple[str, bytes, str]) -> bytes:
    """Make a tar of (name, type, link target) by hand, as no git would."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            tar.addfile(member)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "member",
    [
        ("../x", tarfile.REGTYPE, ""),
        ("/tmp/x", tarfile.REGTYPE, ""),
        ("a/../../x", tarfile.DIRTYPE, ""),
        ("dev", tarfile.CHRTYPE, ""),
        ("pipe", tarfile.FIFOTYPE, ""),
        ("hard", tarfile.LNKTYPE, "/etc/passwd"),
    ],
)
def test_an_archive_cannot_leave_its_folder(tmp_path: Path, member: tuple[str, bytes, str]) -> None:
    """A path that leads out, a device, a pipe and a hard link must be refused."""
    root = tmp_path / "root"
    root.mkdir()

    with pytest.raises(CommonsError, match="holds"):
        _extract(archive(member), root, "wiki 1.0.0+1")
    assert os.listdir(tmp_path) == ["root"] and os.listdir(root) == []


def test_no_file_is_written_through_a_link(tmp_path: Path) -> None:
    """A link and a file below it must not write outside, whatever their order."""
    (tmp_path / "out").mkdir()
    root = tmp_path / "root"
    root.mkdir()

    with pytest.raises((CommonsError, OSError)):
        _extract(archive(("d", tarfile.SYMTYPE, "../out"), ("d/x", tarfile.REGTYPE, "")), root, "wiki 1.0.0+1")
    assert os.listdir(tmp_path / "out") == []


def test_a_full_disk_is_said(workspace: Workspace, recipe: Path, tmp_path: Path) -> None:
    """A place that cannot be written must end as an error with the place."""
    (tmp_path / "file").write_text("")

    with pytest.raises(CommonsError, match=r"(?s)cannot be laid down.*where"):
        read_version(workspace, "wiki", "", tmp_path / "file" / "run")
