"""What is named by its path, read without a server: a folder, an app's ``.env``, stack files."""

from __future__ import annotations

from pathlib import Path

import pytest

import coopnb as co
from coopnb.commons import plant_samples
from coopnb.errors import CommonsError, CoopError, InputError, RecipeError
from coopnb.samples import RECIPES
from coopnb.workspace import Workspace
from tests.recipe.reading import write

APP = "services:\n  app:\n    image: nginx:1.27\n"
SAMPLE = "TYPE=choir\nDOMAIN=choir.example.com\nSTACK_NAME=choir\n"


def rules(findings: tuple[object, ...]) -> list[str]:
    """Their names, in order."""
    return [getattr(each, "rule", "") for each in findings]


def test_a_stack_file_is_read_with_the_settings_that_are_given(tmp_path: Path) -> None:
    """Values must come from the settings, as a mapping or a file, and nothing may be added to the services."""
    write(tmp_path, {"stack.yml": APP + "    environment: [A, B=$B]\n", "x.env": "A=1\nB=2\n"})
    for settings in ({"A": "1", "B": "2"}, tmp_path / "x.env"):
        stack = co.load_stack([tmp_path / "stack.yml"], "choir", settings)
        [service] = stack.services
        assert (stack.name, stack.plain, service.name, stack.findings) == ("choir", True, "choir_app", ())
        assert service.spec["TaskTemplate"]["ContainerSpec"]["Env"] == ["A=1", "B=2"]
        assert sorted(service.spec["Labels"]) == ["com.docker.stack.image", "com.docker.stack.namespace"]


def test_relative_binds_begin_at_the_folder_as_it_was_named(tmp_path: Path) -> None:
    """A link on the way to the file must stay one in what is sent, as ``docker stack config`` has it."""
    write(tmp_path / "real", {"stack.yml": APP + "    volumes: ['./data:/data']\n"})
    (tmp_path / "link").symlink_to("real")
    [service] = co.load_stack([tmp_path / "link/stack.yml"], "choir").services
    [mount] = service.spec["TaskTemplate"]["ContainerSpec"]["Mounts"]
    assert mount["Source"] == f"{tmp_path}/link/data"


def test_a_stack_takes_nothing_from_whoever_loads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of this process must not reach a service."""
    monkeypatch.setenv("A", "mine")
    write(tmp_path, {"stack.yml": APP + "    environment: [A]\n"})
    [service] = co.load_stack([tmp_path / "stack.yml"], "choir").services
    assert service.spec["TaskTemplate"]["ContainerSpec"]["Env"] == ["A"]


def test_files_are_merged_wherever_they_lie_and_paths_begin_at_the_first(tmp_path: Path) -> None:
    """A second file from another folder must be taken, and name its files as the first one does."""
    write(
        tmp_path,
        {
            "a/stack.yml": APP,
            "a/c.txt": "of a",
            "b/more.yml": "services:\n  app: {user: x}\nconfigs:\n  c: {file: c.txt}\n",
            "b/c.txt": "of b",
        },
    )
    stack = co.load_stack([tmp_path / "a/stack.yml", tmp_path / "b/more.yml"], "choir")
    assert [config.data for config in stack.configs] == [b"of a"] and stack.findings == ()


@pytest.mark.parametrize("name", ["", "a b", "'a'"])
def test_a_name_that_docker_does_not_take_is_refused(name: str, tmp_path: Path) -> None:
    """What docker refuses as a stack's name must be refused here."""
    write(tmp_path, {"stack.yml": APP})
    with pytest.raises(InputError, match="name of a stack"):
        co.load_stack([tmp_path / "stack.yml"], name)


def test_findings_of_a_path_are_those_of_what_lies_there(tmp_path: Path) -> None:
    """A folder with a sample, one without, a file and several must each give their findings, worst first."""
    bad = APP + "    depends_on: [x]\n    restart: 'no'\n"
    write(
        tmp_path,
        {
            "recipe/compose.yml": bad + "    hostname: ${DOMAIN}\n",
            "recipe/.env.sample": SAMPLE,
            "bare/compose.yml": bad,
            "bare/more.yml": "services:\n  app: {user: x}\n",
        },
    )
    expected = ["restart-no-restarts", "depends-on-has-no-effect"]
    for given in ("recipe", "bare", "bare/compose.yml"):
        assert rules(co.findings(tmp_path / given)) == expected
        assert rules(co.findings(str(tmp_path / given))) == expected
    assert rules(co.findings([tmp_path / "bare/compose.yml", tmp_path / "bare/more.yml"])) == expected


def test_findings_of_what_was_loaded_are_the_same(tmp_path: Path) -> None:
    """A recipe, a stack and an app must give what their paths give."""
    write(tmp_path, {"recipe/compose.yml": APP + "    tmpfs: /x\n", "recipe/.env.sample": SAMPLE})
    folder = tmp_path / "recipe"
    loaded = (co.load_recipe(folder), co.load_stack([folder / "compose.yml"], "choir"), folder)
    assert [rules(co.findings(each)) for each in loaded] == [["tmpfs-has-no-effect"]] * 3


def test_a_folder_is_read_with_the_settings_that_are_given(tmp_path: Path) -> None:
    """A file of settings must be taken in place of the sample."""
    write(tmp_path, {"compose.yml": APP + "    user: $X\n", ".env.sample": SAMPLE, "my.env": "X=me\n"})
    assert rules(co.findings(tmp_path)) == ["setting-not-set"]
    assert co.findings(tmp_path, settings=tmp_path / "my.env") == ()


def test_findings_of_an_app_s_settings_file_are_the_app_s(tmp_path: Path) -> None:
    """The path of an ``.env`` file must be read as the app of its workspace."""
    workspace = Workspace(tmp_path)
    plant_samples(workspace, RECIPES)
    write(tmp_path, {"servers/node/wiki.example.org.env": "TYPE=hello:1.0.0+1.26.3\nDOMAIN=hello.example.org\n"})
    path = tmp_path / "servers/node/wiki.example.org.env"
    assert co.findings(path) == co.findings(co.load_app("wiki.example.org", workspace=workspace))


def test_an_app_s_settings_take_no_others(tmp_path: Path) -> None:
    """Settings beside an ``.env`` file must be refused, not ignored."""
    write(tmp_path, {"servers/node/x.example.org.env": "TYPE=hello\n"})
    [found] = co.findings(tmp_path / "servers/node/x.example.org.env", settings={"A": "1"})
    assert "takes no others" in found.text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("services:\n  app: {image: a\n", "compose.yml:3"),
        ("services:\n  app:\n    imagee: a\n", "compose.yml:3"),
        (APP + "    secrets: [s]\n", "compose.yml:4"),
        ("[" * 200_000, "compose.yml:1"),
        (APP + "configs: {c: {file: nowhere}}\n", "compose.yml:4"),
    ],
)
def test_what_cannot_be_read_is_a_finding_with_its_place(text: str, place: str, tmp_path: Path) -> None:
    """A broken file must be an error of its own, and no exception."""
    write(tmp_path, {"compose.yml": text})
    [found] = co.findings(tmp_path / "compose.yml")
    assert (found.severity, found.rule, str(found.origin)) == ("error", "unreadable", place)


@pytest.mark.parametrize("name", ["nowhere.yml", "nowhere.env", "folder", "/x.env"])
def test_what_is_not_there_is_a_finding(name: str, tmp_path: Path) -> None:
    """A path that leads nowhere, or to a folder without a compose file, must be a finding, too."""
    (tmp_path / "folder").mkdir()
    assert rules(co.findings(tmp_path / name)) == ["unreadable"]


def test_a_recipe_is_loaded_by_its_name_at_a_version(tmp_path: Path) -> None:
    """A recipe of the workspace must be read at the newest version or the one that is named."""
    workspace = Workspace(tmp_path)
    plant_samples(workspace, RECIPES)
    newest, older = (
        co.load_recipe("hello", workspace=workspace),
        co.load_recipe("hello", "1.0.0+1.26.3", workspace=tmp_path),
    )
    assert (newest.source.version, older.source.version) == ("1.1.0+1.28.0", "1.0.0+1.26.3")
    assert set(older.compose.services) == {"app"}


def test_a_recipe_without_a_sample_needs_settings(tmp_path: Path) -> None:
    """Without a sample, settings must be asked for, and taken."""
    write(tmp_path, {"compose.yml": APP + "    user: $X\n"})
    with pytest.raises(CommonsError, match=r"no \.env\.sample"):
        co.load_recipe(tmp_path)
    assert co.load_recipe(tmp_path, settings={"X": "me"}).compose.services["app"].user == "me"


def test_an_error_of_a_recipe_says_which_one(tmp_path: Path) -> None:
    """Loading must raise the error that findings only show, with the recipe."""
    write(tmp_path, {"compose.yml": "services: 1\n"})
    with pytest.raises(RecipeError) as caught:
        co.load_recipe(tmp_path, settings={})
    assert caught.value.where is not None and f"recipe {tmp_path.name}" in caught.value.where
    with pytest.raises(CoopError):
        co.load_stack([tmp_path / "compose.yml"], "x")
