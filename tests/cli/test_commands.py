"""What the commands say of themselves, and how they refuse what they cannot do."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from coopnb.cli import main
from coopnb.cli.entry import _parser
from coopnb.runbook import RUNBOOKS
from coopnb.runner import find_model, meanings, model_names, read_model
from tests.runbook.headless import coopnb

COMMANDS = ("run", "new", "app", "recipe", "check", "convert", "server", "practice", "lab", "doctor")
STATUSES = {
    "run": ("0", "1", "2", "3", "4", "130"),
    "new": ("0", "2"),
    "app": ("0", "1", "2", "3", "4", "130"),
    "recipe": ("0", "2"),
    "check": ("0", "1", "2"),
    "convert": ("0", "2"),
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


def test_without_a_command_the_first_steps_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """`coopnb` alone must show its help, what one can do first in it, with the status of wrong input."""
    assert main([]) == 2
    text = capsys.readouterr().out
    assert text.startswith("usage: coopnb ")
    assert re.search(r"^first steps:\n  coopnb practice up  +\w", text, re.MULTILINE)


def pages(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and all below it."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from pages(below)


def test_every_help_page_tells_the_exit_statuses_or_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Each page, of commands within commands too, must end with exit statuses or name the page that has them."""
    found = list(pages(_parser()))
    assert len(found) > 25
    for parser in found:
        status, text = shown(capsys, *parser.prog.split()[1:], "--help")
        assert status == 0
        assert re.search(r"^exit statuses:(\n  \d.*)+\n\Z|^exit statuses: coopnb --help\n\Z", text, re.MULTILINE), text


def test_the_help_of_run_names_the_runbooks(capsys: pytest.CaptureFixture[str]) -> None:
    """`coopnb run --help` must name every runbook with what it is for, and no lesson."""
    status, text = shown(capsys, "run", "--help")
    assert status == 0
    for name in model_names():
        assert re.search(rf"^  {name} +[A-Z].*\.$", text, re.MULTILINE), text
    assert "what-a-swarm-is" not in text


@pytest.mark.parametrize("runbook", model_names())
def test_the_help_of_a_runbook_tells_its_parameters(capsys: pytest.CaptureFixture[str], runbook: str) -> None:
    """`coopnb run RUNBOOK --help` must name every parameter that its cell declares, with the comment beside it."""
    status, text = shown(capsys, "run", runbook, "--help")
    said = meanings(read_model(find_model(runbook)))
    assert status == 0 and said
    for name, meaning in said.items():
        assert meaning and re.search(rf"^  {name} +{re.escape(meaning)}$", text, re.MULTILINE), text


def test_help_for_a_runbook_that_is_none_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """Asked about a mistyped runbook, help must say which was meant, with the status of wrong input."""
    status, text = shown(capsys, "run", "upgrad-app", "--help")
    assert status == 2 and text.startswith("InputError: there is no runbook upgrad-app; did you mean upgrade-app?\n")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("recpie",), "coopnb recipe"),
        (("app", "lst"), "coopnb app list"),
        (("practice", "fualt"), "coopnb practice fault"),
    ],
)
def test_a_mistyped_command_names_the_nearest(
    capsys: pytest.CaptureFixture[str], typed: tuple[str, ...], meant: str
) -> None:
    """A word that is almost a command must be refused with the whole command that was meant."""
    status, text = shown(capsys, *typed)
    assert status == 2 and text.endswith(f"\nDid you mean: {meant}\n")


def test_a_run_that_lacks_parameters_says_which_and_the_whole_command(tmp_path: Path) -> None:
    """What is missing must be told with its meaning, and the command with all that was given and what is not."""
    ran = coopnb(tmp_path / "workspace", "run", "deploy-app", "-p", "server=practice", "-p", "reason=a first wiki")
    assert ran.status == 2
    assert not (tmp_path / "workspace").exists(), "no kernel is started and no run begun only to say so"
    assert ran.err.startswith("NotChosen: not chosen yet: recipe, domain; nothing was done\n")
    said = meanings(read_model(find_model("deploy-app")))
    assert f"What is missing:\n  recipe  {said['recipe']}\n  domain  {said['domain']}\n" in ran.out
    command = ran.out.rstrip().splitlines()[-1].split()
    assert command[:3] == ["coopnb", "run", "deploy-app"]
    assert "'reason=a first wiki' -p recipe=... -p domain=..." in ran.out


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


@pytest.mark.parametrize("runbook", sorted(RUNBOOKS))
def test_a_blank_runbook_names_all_that_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], runbook: str
) -> None:
    """A model that needs parameters must name all of them before anything is begun; blanks count as not given."""
    needed = RUNBOOKS[runbook].needed
    if not needed:
        assert runbook == "fleet-health", "its blank means all servers"
        return
    given = [part for name in needed for part in ("-p", f"{name}= ")]
    assert main(["run", runbook, *given, "--workspace", str(tmp_path / "workspace")]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"NotChosen: not chosen yet: {', '.join(needed)}; nothing was done\n")
    assert printed.out.endswith(" ".join(f"-p {name}=..." for name in needed) + "\n")
    assert not (tmp_path / "workspace").exists()


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

    assert text.startswith("InputError: there is no runbook deploy-ap; did you mean deploy-app?\n")
    assert re.search(r"there are: .*\bdeploy-app\b", text)
    assert "Name one of them, or give the path of a notebook." in text


def test_an_unknown_parameter_names_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A parameter that the runbook does not have must be refused with those it has."""
    text = refused(tmp_path, capsys, "run", "deploy-app", "-p", "sever=practice")

    assert text.startswith("InputError: the runbook has no parameter sever; did you mean server?\n")
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
