"""What the commands say of themselves, and how they refuse what they cannot do."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from coopnb.cli import main
from tests.runbook.headless import coopnb

COMMANDS = ("run", "new", "app", "recipe", "server", "practice", "lab", "doctor")
STATUSES = {
    "run": ("0", "1", "2", "3", "4", "130"),
    "new": ("0", "2"),
    "app": ("0", "1", "2", "3", "4", "130"),
    "recipe": ("0", "2"),
    "server": ("0", "1", "2", "3", "4"),
    "practice": ("0", "1", "2", "4"),
    "doctor": ("0", "1"),
}


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit status of a command that ends by itself, and what it printed."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out + printed.err


def test_help_names_every_command_and_every_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    """`coopnb --help` must name all commands, each with a line, and all exit statuses."""
    status, text = shown(capsys, "--help")

    assert status == 0
    for command in COMMANDS:
        assert re.search(rf"^ +{command} +\w", text, re.MULTILINE), text
    for number in STATUSES["run"]:
        assert re.search(rf"^  {number} +\w", text, re.MULTILINE), text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """`coopnb COMMAND --help` must say what it does, and its exit statuses where others than 0 are its own."""
    status, text = shown(capsys, command, "--help")

    assert status == 0
    assert text.startswith(f"usage: coopnb {command} ")
    assert "--workspace W" in text
    described = text.partition("\n\n")[2]
    assert re.match(r"[A-Z][^\n]+\.$", described, re.MULTILINE), text
    for number in STATUSES.get(command, ()):
        assert re.search(rf"^  {number} +\w", text, re.MULTILINE), text


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    """`coopnb --version` must print name and version, and nothing else."""
    assert shown(capsys, "--version") == (0, f"coopnb {version('coopnb')}\n")


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """`coopnb` alone must show its help, with the status of wrong input."""
    assert main([]) == 2
    assert "usage: coopnb " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("deploy",), "invalid choice: 'deploy'"),
        (("run",), "the following arguments are required: RUNBOOK"),
        (("practice", "sideways"), "invalid choice: 'sideways'"),
    ],
)
def test_a_wrong_command_line_is_wrong_input(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    """A command line that cannot be read must end with status 2 and say which part."""
    status, text = shown(capsys, *arguments)

    assert status == 2
    assert says in text


def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The message of a command that is refused with status 2 before anything is begun."""
    status = main([*arguments, "--workspace", str(tmp_path / "workspace")])
    printed = capsys.readouterr()
    assert status == 2
    assert printed.out == ""
    assert not (tmp_path / "workspace" / "coopnb" / "runs").exists()
    return printed.err


def test_an_unknown_runbook_names_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A runbook that is not there must say which are, and begin nothing."""
    text = refused(tmp_path, capsys, "run", "deploy-ap")

    assert text.startswith("InputError: there is no runbook deploy-ap\n")
    assert re.search(r"there are: .*\bdeploy-app\b", text)
    assert "Name one of them, or give the path of a notebook." in text


def test_an_unknown_parameter_names_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A parameter that the runbook does not have must be refused with those it has."""
    text = refused(tmp_path, capsys, "run", "deploy-app", "-p", "sever=practice")

    assert text.startswith("InputError: the runbook has no parameter sever\n")
    assert "it has: server, recipe, version, domain, approve, reason" in text


@pytest.mark.parametrize("given", ["server", "=practice", ""])
def test_a_malformed_parameter_says_how_one_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    """What is not name=value must be refused, and shown as it should be."""
    text = refused(tmp_path, capsys, "run", "deploy-app", "-p", given)

    assert text.startswith(f"InputError: {given!r} is not a parameter; nothing was done\n")
    assert "-p name=value" in text


@pytest.mark.parametrize(
    ("source", "says"), [("server = os.environ['S']", "malformed node"), ("server = (", "was never closed")]
)
def test_parameters_that_are_no_plain_values_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, says: str
) -> None:
    """A notebook whose parameters cell cannot be read must be refused, and say how it is written."""
    import nbformat

    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})  # type: ignore[no-untyped-call]
    path = tmp_path / "own.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)  # type: ignore[no-untyped-call]

    text = refused(tmp_path, capsys, "run", str(path), "-p", "server=practice")

    assert text.startswith("InputError: the runbook's parameters cannot be read\n")
    assert says in text
    assert 'It takes lines like server = "practice"' in text


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that only looks like a notebook must be refused with its path."""
    path = tmp_path / "broken.ipynb"
    path.write_text("{")

    text = refused(tmp_path, capsys, "run", str(path))

    assert text.startswith("InputError: the runbook cannot be read: ")
    assert str(path) in text


def test_a_workspace_that_is_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A workspace that is no folder must be refused, and say which option named it."""
    path = tmp_path / "file"
    path.touch()

    assert main(["run", "deploy-app", "--workspace", str(path)]) == 2
    text = capsys.readouterr().err
    assert text.startswith("WorkspaceError: the workspace of --workspace is not a folder\n")
    assert str(path) in text


def test_new_copies_the_model_blank(tmp_path: Path) -> None:
    """`coopnb new` must print the path of a blank copy, with a ledger beside it, that belongs to its owner only."""
    ran = coopnb(tmp_path, "new", "deploy-app")

    assert ran.status == 0, ran.err
    path = Path(ran.out.strip())
    assert path.parent.parent == tmp_path / "coopnb" / "runs"
    assert '"kind": "copy"' in path.read_text()
    assert '"output_type"' not in path.read_text()
    assert (path.parent / "ledger.jsonl").is_file()
    assert path.stat().st_mode & 0o077 == 0
    again = coopnb(tmp_path, "new", "nonesuch")
    assert again.status == 2
    assert again.err.startswith("InputError: there is no runbook nonesuch\n")
