"""`coopnb doctor`: says of a machine and a workspace what is well, what is not, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.cli import main
from tests.runbook.places import practice_place


def test_a_healthy_workspace_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a workspace that works, every line must be well or optional, and the status 0."""
    with practice_place(tmp_path) as place:
        place.write_settings("practice", "hello.example.org", "TYPE=hello\n")
        status = main(["doctor", "--workspace", str(tmp_path)])

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert {line[0] for line in lines} <= {"✓", "?"}
    text = "\n".join(lines)
    assert f"✓ workspace          {tmp_path}, 1 app" in text
    assert "✓ practice swarm     runs, process " in text
    assert "✓ record exporter    is in JupyterLab's File menu" in text
    (runbooks,) = (line for line in lines if line.startswith("✓ runbooks "))
    assert "deploy-app" in runbooks


def test_a_workspace_that_is_not_there_yet_is_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first run, the doctor must find nothing wrong, and make nothing."""
    assert main(["doctor", "--workspace", str(tmp_path / "new")]) == 0
    assert "is not there yet; it is made when it is needed" in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


def test_a_workspace_that_others_can_read_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A workspace whose runs others can read must be a fault, with the command that mends it."""
    own = tmp_path / "coopnb"
    own.mkdir(mode=0o755)
    own.chmod(0o755)

    assert main(["doctor", "--workspace", str(tmp_path)]) == 1
    text = capsys.readouterr().out
    assert f"✗ workspace          others can read {own}: chmod 700 {own}" in text


def test_a_workspace_that_is_a_file_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A workspace that is no folder must be a fault that names it, and no traceback."""
    path = tmp_path / "file"
    path.touch()

    assert main(["doctor", "--workspace", str(path)]) == 1
    text = capsys.readouterr().out
    assert "✗ workspace" in text
    assert str(path) in text


def test_a_machine_without_git_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without git, the doctor must say that recipes need it."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["doctor", "--workspace", str(tmp_path)]) == 1
    assert "✗ git                is not here; recipes are git repositories: install git" in capsys.readouterr().out
