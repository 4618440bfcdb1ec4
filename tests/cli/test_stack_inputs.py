"""``coopnb stack``: what is wrong is refused before any server is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coopnb.cli import main
from tests.recipe.reading import write

APP = "services:\n  app:\n    image: nginx:1.27\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Run a command on files of the test's folder: exit status and both outputs."""

    def _run(*arguments: str) -> tuple[int, str, str]:
        given = [word.replace("@", f"{tmp_path}/") for word in arguments]
        try:
            status = main(["stack", *given, "--workspace", str(tmp_path / "workspace")])
        except SystemExit as ended:
            status = int(ended.code or 0)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return _run


@pytest.mark.parametrize("action", ["plan", "deploy"])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["@nowhere.yml"], "there is no"),
        (["@folder"], "has no compose.yml"),
        (["@recipe"], "is a recipe's folder"),
        (["@app.env"], "holds settings and is no stack file"),
        (["@.env"], "--settings"),
        (["@broken.yml"], "broken.yml:2"),
        (["@stack.yml", "--settings", "@nowhere.env"], "nowhere.env"),
    ],
)
def test_a_path_that_is_no_stack_is_refused(action: str, given: list[str], said: str, tmp_path: Path, run: Any) -> None:
    """The error must say what is wrong with the path, with nothing begun: no workspace, no swarm."""
    write(tmp_path, {"stack.yml": APP, "broken.yml": "services: [\n", "app.env": "A=1\n", ".env": "A=1\n"})
    write(tmp_path / "recipe", {"compose.yml": APP, ".env.sample": "TYPE=choir\n"})
    write(tmp_path / "folder", {"docker-stack.yml": APP})
    status, printed, error = run(action, *given, "--server", "practice", "--name", "choir")
    assert (status, printed) == (2, "") and said in error
    assert not (tmp_path / "workspace").exists()


def test_a_folder_without_a_compose_file_names_those_it_has(tmp_path: Path, run: Any) -> None:
    """Whoever meant the folder's file of another name must be told the name."""
    write(tmp_path / "folder", {"docker-stack.yml": APP})
    status, _, error = run("plan", "@folder", "--server", "practice", "--name", "choir")
    assert status == 2 and f"name the file that is meant: {tmp_path}/folder/docker-stack.yml" in error


@pytest.mark.parametrize("name", ["", "my choir", "'choir'"])
def test_a_name_that_docker_does_not_take_is_refused(name: str, tmp_path: Path, run: Any) -> None:
    """A blank name, spaces and quotes must be wrong input."""
    write(tmp_path, {"stack.yml": APP})
    status, _, error = run("plan", "@stack.yml", "--server", "practice", "--name", name)
    assert status == 2 and "cannot be the name of a stack" in error


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--server", "practice"], "--name"),
        (["--name", "choir"], "--server"),
        (["--name", "choir", "--server", "practice", "--server", "node1"], "--server is given twice"),
        (["--name", "choir", "--name", "other", "--server", "practice"], "--name is given twice"),
        (["--name", "choir", "--server", "nowhere"], "no way to a server called 'nowhere'"),
    ],
)
def test_one_server_and_one_name_are_needed(given: list[str], said: str, tmp_path: Path, run: Any) -> None:
    """Neither may be missing or said twice, for the last one would be taken in silence; an unknown server is told."""
    write(tmp_path, {"stack.yml": APP})
    status, printed, error = run("plan", "@stack.yml", *given)
    assert (status, printed) == (2, "") and said in error


def test_a_server_that_does_not_answer_is_status_4(tmp_path: Path, run: Any) -> None:
    """A server that cannot be reached must end with 4, and no run may be begun."""
    write(tmp_path, {"stack.yml": APP})
    server = f"unix://{tmp_path}/no.sock"
    for action in ("plan", "deploy"):
        status, printed, error = run(action, "@stack.yml", "--server", server, "--name", "choir")
        assert (status, printed) == (4, "") and "no.sock" in error
    assert not (tmp_path / "workspace").exists()


def test_help_tells_examples_and_statuses(run: Any) -> None:
    """Every page must have an example and say what its exit statuses mean; the command alone must list its own."""
    for page in (run(), run("--help"), run("plan", "--help"), run("deploy", "--help")):
        assert "coopnb stack" in page[1] and "exit statuses:" in page[1]
    assert run()[0] == 2
