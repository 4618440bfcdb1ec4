"""What tests with a real engine need of the machine, and what happens to them where it is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.testbed.cli import docker_cli
from tests.testbed.processes import SYSTEM_PATH
from tests.testbed.trees import tree

SSH_PROGRAMS = ("sshd", "ssh", "ssh-agent", "ssh-keygen", "setpriv", "unshare")
PROGRAMS = ("dockerd", "iptables", "ip", "unshare", "nsenter", "setpriv", "curl", "debootstrap", "busybox")


def missing() -> list[str]:
    """Return what is missing for a real engine, in words; empty if nothing is."""
    lacks = [program for program in PROGRAMS if not shutil.which(program, path=SYSTEM_PATH)]
    if os.geteuid() != 0:
        lacks.append("the rights of root")
    elif not lacks and not namespaces_work():
        lacks.append("permission to make namespaces")
    if not lacks and not oracle_works():
        lacks.append("a docker CLI of version 28")
    return lacks


def namespaces_work() -> bool:
    """Tell whether this machine lets root make the namespaces that an engine lives in."""
    attempt = ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "true"]
    return subprocess.run(attempt, capture_output=True, timeout=20, check=False).returncode == 0


def oracle_works() -> bool:
    """Tell whether a docker CLI of version 28 is here or can be had."""
    try:
        docker_cli()
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def required() -> bool:
    """Tell whether a missing engine is a failure: ``COOPNB_REQUIRE_REAL=1``."""
    return os.environ.get("COOPNB_REQUIRE_REAL", "") not in ("", "0")


def require_real(reason: str) -> None:
    """Go on if the machine has what a real engine needs; else skip the test loudly, or fail if it is required.

    Args:
        reason: what the test needs it for.
    """
    if lacks := missing():
        give_up(f"{reason}: this machine lacks {', '.join(lacks)} (tools/system-packages install)")


def require_sshd(reason: str) -> None:
    """Go on if the machine can run an sshd and has a docker CLI; else skip the test loudly, or fail if it is required.

    Args:
        reason: what the test needs it for.
    """
    lacks = [program for program in SSH_PROGRAMS if not shutil.which(program, path=SYSTEM_PATH)]
    if os.geteuid() != 0:
        lacks.append("the rights of root")
    if lacks:
        give_up(f"{reason}: this machine lacks {', '.join(lacks)} (tools/system-packages install)")
    require_oracle(reason)


def require_oracle(reason: str) -> None:
    """Go on if there is a docker CLI of version 28; else skip the test loudly, or fail if it is required.

    Args:
        reason: what the test asks the CLI for.
    """
    if not oracle_works():
        give_up(f"{reason}: this machine has no docker CLI of version 28, and none could be fetched")


def require_tree(reason: str, suite: str) -> Path:
    """Return a Debian with a dockerd if it can be had; else skip the test loudly, or fail if it is required.

    Args:
        reason: what the test needs it for.
        suite: the Debian suite.
    """
    try:
        return tree(suite)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        give_up(f"{reason}: no Debian {suite} could be made: {error}")


def give_up(message: str) -> NoReturn:
    """Skip the test, or fail it if real engines are required."""
    if required():
        pytest.fail(f"{message}; COOPNB_REQUIRE_REAL=1 makes that a failure", pytrace=False)
    pytest.skip(message)
