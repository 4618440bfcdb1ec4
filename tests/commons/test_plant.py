"""The sample recipes as repositories, and new apps."""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import coopnb
from coopnb.commons import names, new_app, plant_samples, read_version, versions
from coopnb.envfile import read
from coopnb.errors import CommonsError, SettingsError
from coopnb.workspace import Workspace

MakeRecipe = Callable[..., Path]
Git = Callable[..., str]
SAMPLES = Path(coopnb.__file__).parent / "samples" / "recipes"


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Two recipes of our own making, one in two versions."""
    for version, content in (("wiki/1.0.0+1", "one"), ("wiki/1.10.0+2", "two"), ("hello/1.0.0+1", "hi")):
        folder = tmp_path / "samples" / version
        (folder / "sub").mkdir(parents=True)
        (folder / "compose.yml").write_text(content)
        (folder / ".env.sample").write_text("TYPE=wiki\n")
        (folder / "sub" / f"only in {folder.name}").write_text("x")
    return tmp_path / "samples"


def test_samples_become_tagged_repositories(workspace: Workspace, samples: Path, git: Git) -> None:
    """Each version must be an annotated tag with exactly its folder's files, and the work tree the newest, clean."""
    assert plant_samples(workspace, samples) == ("hello", "wiki")

    folder = workspace.recipes / "wiki"
    assert names(workspace) == ("hello", "wiki")
    assert [published.version for published in versions(folder)] == ["1.10.0+2", "1.0.0+1"]
    assert git(folder, "for-each-ref", "--format=%(objecttype)", "refs/tags").split() == ["tag", "tag"]
    assert git(folder, "ls-tree", "-r", "--name-only", "1.10.0+2").splitlines() == [
        ".env.sample",
        "compose.yml",
        "sub/only in 1.10.0+2",
    ]
    assert git(folder, "status", "--porcelain") == "" and (folder / "compose.yml").read_text() == "two"
    git(folder, "fsck", "--strict")


def test_commit_ids_are_the_same_everywhere(
    workspace: Workspace, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the operator's name, clock, configuration nor file modes may reach a commit id."""
    plant_samples(workspace, samples)
    (tmp_path / "gitconfig").write_text(
        "[user]\n\tname = Bo\n\temail = bo@x.org\n[commit]\n\tgpgsign = true\n[init]\n\tdefaultObjectFormat = sha256\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    (samples / "wiki" / "1.0.0+1" / "compose.yml").chmod(0o755)
    other = Workspace(tmp_path / "other")
    plant_samples(other, samples)

    assert versions(other.recipes / "wiki") == versions(workspace.recipes / "wiki")
    assert versions(other.recipes / "wiki")[1].commit == "1918590fc878cd4931dac7549c8336cd4dc28d25"


def test_planting_again_changes_nothing(workspace: Workspace, samples: Path, git: Git) -> None:
    """A recipe that is there, planted or the operator's own, must be left as it is, and no draft may stay."""
    own = workspace.recipes / "hello"
    own.mkdir(parents=True)
    (own / "mine").write_text("mine")

    assert plant_samples(workspace, samples) == ("wiki",)
    (workspace.recipes / "wiki" / "compose.yml").write_text("edited")
    assert plant_samples(workspace, samples) == ()
    assert (workspace.recipes / "wiki" / "compose.yml").read_text() == "edited"
    assert [path.name for path in own.iterdir()] == ["mine"]
    assert sorted(path.name for path in workspace.recipes.iterdir()) == ["hello", "wiki"]


def test_missing_samples_are_said(workspace: Workspace, tmp_path: Path) -> None:
    """A folder of samples that is not there must end as an error, and a folder that is no version too."""
    with pytest.raises(CommonsError, match="sample recipes cannot be read"):
        plant_samples(workspace, tmp_path / "none")
    (tmp_path / "samples" / "wiki" / "v1").mkdir(parents=True)
    with pytest.raises(CommonsError, match="'v1' is not a version"):
        plant_samples(workspace, tmp_path / "samples")


def test_the_shipped_samples_can_be_planted(workspace: Workspace, tmp_path: Path) -> None:
    """Every sample recipe in the package must become a repository whose newest version makes an app."""
    planted = plant_samples(workspace, SAMPLES)

    assert planted == ("hello", "proxy", "wiki")
    for recipe in planted:
        version = read_version(workspace, recipe, "", tmp_path / "run")
        env = read(new_app(workspace, "practice", f"{recipe}.example.org", version))
        assert env.values["TYPE"] == f"{recipe}:{version.version}"
        assert version.notes and "example.com" not in env.values.get("DOMAIN", "")


def test_a_new_app_has_its_domain_and_its_version(
    workspace: Workspace, make_recipe: MakeRecipe, tmp_path: Path
) -> None:
    """A new app's settings must be the sample's, with the domain and the version in their places, private."""
    sample = "TYPE=wiki  # keep\r\nDOMAIN=wiki.example.com\r\n#ALIAS=www.wiki.example.com\r\nMAIL=a@example.com"
    make_recipe("wiki", {"1.0.0+1": {".env.sample": ""}})
    version = read_version(workspace, "wiki", "", tmp_path / "run")
    (version.root / ".env.sample").write_bytes(sample.encode())

    path = new_app(workspace, "practice", "wiki.example.org", version)

    assert path == workspace.env_file("practice", "wiki.example.org")
    assert path.read_bytes().decode() == (
        "TYPE=wiki:1.0.0+1  # keep\r\nDOMAIN=wiki.example.org\r\n#ALIAS=www.wiki.example.org\r\nMAIL=a@example.com"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_app_of_an_older_sample(workspace: Workspace, make_recipe: MakeRecipe, tmp_path: Path) -> None:
    """A sample with ``RECIPE`` must be pinned there, one without a type must get one, any domain be set."""
    for text, expected in (
        ("RECIPE=wiki\nDOMAIN=\n", "RECIPE=wiki:1.0.0+1\nDOMAIN=w.example.org\n"),
        ("DOMAIN='{{ .Domain }}'\n", "DOMAIN='w.example.org'\nTYPE=wiki:1.0.0+1\n"),
        ("LANG=C\n", "LANG=C\nTYPE=wiki:1.0.0+1\n"),
    ):
        if not (workspace.recipes / "wiki").exists():
            make_recipe("wiki", {"1.0.0+1": {".env.sample": ""}})
        version = read_version(workspace, "wiki", "", tmp_path / "run")
        (version.root / ".env.sample").write_text(text)
        path = new_app(workspace, "practice", "w.example.org", version)
        assert path.read_text() == expected
        path.unlink()


def test_an_app_is_never_overwritten(workspace: Workspace, make_recipe: MakeRecipe, tmp_path: Path) -> None:
    """An app that exists must be refused and stay as it is; a recipe without a sample must be said."""
    make_recipe("wiki", {"1.0.0+1": {"compose.yml": "x"}, "1.1.0+1": {".env.sample": "A=1\n"}})
    version = read_version(workspace, "wiki", "1.1.0+1", tmp_path / "run")
    path = new_app(workspace, "practice", "wiki.example.org", version)
    path.write_text("MINE=1\n")

    with pytest.raises(SettingsError, match=r"wiki\.example\.org exists already on practice"):
        new_app(workspace, "practice", "wiki.example.org", version)
    assert path.read_text() == "MINE=1\n"
    with pytest.raises(CommonsError, match=r"no \.env\.sample"):
        new_app(workspace, "practice", "b.example.org", read_version(workspace, "wiki", "1.0.0+1", tmp_path / "run"))


def test_one_of_many_makes_a_new_app(workspace: Workspace, make_recipe: MakeRecipe, tmp_path: Path) -> None:
    """Who makes the same app in the same moment must be refused, and nobody may see half of its settings."""
    sample = "TYPE=wiki\n" + "".join(f"SETTING_{number}=x\n" for number in range(2000))
    make_recipe("wiki", {"1.0.0+1": {".env.sample": sample}})
    version = read_version(workspace, "wiki", "1.0.0+1", tmp_path / "run")

    def make(_: int) -> str:
        try:
            return new_app(workspace, "practice", "wiki.example.org", version).read_text()
        except SettingsError:
            return workspace.env_file("practice", "wiki.example.org").read_text()

    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(make, range(8)))

    assert [len(text.splitlines()) for text in seen] == [2001]
    assert [path.name for path in workspace.env_file("practice", "x").parent.iterdir()] == ["wiki.example.org.env"]
