"""What ``docs/practice.md`` shows must work as it stands there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from coopnb.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "practice.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"^ {4}coopnb (practice [^#\n]+?) *(?:#.*)?$", PAGE, re.MULTILINE)))


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_are_understood(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command must be one that the command line takes; asked for its help, it must give it."""
    words = shlex.split(command)
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])

    assert ended.value.code == 0
    assert f"usage: coopnb practice {words[1]} " in capsys.readouterr().out


def test_there_are_commands_on_the_page() -> None:
    """The page must show commands in the form that the test above finds."""
    assert {command.split()[1] for command in COMMANDS} >= {"up", "fault", "down"}


def test_its_python_runs() -> None:
    """What borrows a swarm must run, and print a plan, a fault and a status."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    borrowing = [block for block in blocks if "co.practice_swarm" in block]
    assert len(borrowing) == 1
    wanted = "env = server.workspace.env_file('practice', 'hello.example.org')\n"
    wanted += (
        "    env.parent.mkdir(parents=True)\n    env.write_text('TYPE=hello\\nDOMAIN=hello.example.org\\n')\n    app ="
    )
    program = borrowing[0].replace("app =", wanted, 1)

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert "node2 is down" in done.stdout
    assert "Practice swarm: world default, 5 nodes" in done.stdout
