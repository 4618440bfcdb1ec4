"""The public names of the package."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import coopnb

PACKAGE = Path(coopnb.__file__).parent
HEAVY = ("docker", "IPython", "pydantic", "pandas", "ipywidgets", "nbformat", "tornado", "yaml", "paramiko", "requests")


def test_the_public_names_are_few_sorted_and_no_rooms() -> None:
    """There must be at most twenty public names, sorted, each once, and none may hide a room."""
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}

    assert coopnb.__all__ == sorted(set(coopnb.__all__))
    assert len(coopnb.__all__) <= 20
    assert not rooms & set(coopnb.__all__)


@pytest.mark.parametrize("name", coopnb.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """Each public name must load, be told by ``dir``, and say in a docstring what it is."""
    value = getattr(coopnb, name)

    assert name in dir(coopnb)
    assert isinstance(value, str) or (value.__doc__ and value.__module__.startswith("coopnb."))


def test_there_are_no_other_public_names() -> None:
    """A name that is not public must be an attribute error, as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'deploy_everything'"):
        _ = coopnb.deploy_everything


def test_the_version_is_the_installed_one() -> None:
    """The package must say the version that is installed."""
    assert coopnb.__version__ == version("coopnb")


def test_importing_the_package_loads_nothing_else() -> None:
    """``import coopnb`` must load no room and no heavy library."""
    program = f"""
import sys
import coopnb
rooms = sorted(name for name in sys.modules if name.startswith("coopnb."))
heavy = sorted(set({HEAVY!r}) & set(sys.modules))
print(rooms, heavy)
"""

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, cwd=PACKAGE.parent
    )

    assert done.stdout.strip() == "[] []"


def test_the_types_are_shipped() -> None:
    """The marker that tells type checkers to read our annotations must be in the package."""
    assert (PACKAGE / "py.typed").is_file()
