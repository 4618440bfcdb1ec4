"""What a kernel says of itself beside its cells: nothing an operator sees, unless it dies of it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from coopnb.runner.kernel import client_for


async def execute(folder: Path, environment: dict[str, str], heard: list[str]) -> None:
    """Execute one cell in a kernel of its own."""
    cell = nbformat.v4.new_code_cell("1")  # type: ignore[no-untyped-call]
    notebook: Any = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    with client_for(notebook, folder) as client, client.heard_when_it_dies(heard.append):
        await client.listen_for_ctrl_c()
        async with client.async_setup_kernel(env={**os.environ, **environment}):
            await client.execute_interruptibly(notebook.cells[0], 0)


@pytest.mark.parametrize("dies", [False, True])
def test_only_a_dying_kernel_is_heard(tmp_path: Path, capfd: pytest.CaptureFixture[str], dies: bool) -> None:
    """What a kernel writes beside its cells must not reach the terminal past us; if it dies, it is the reason."""
    ending = "os._exit(1)" if dies else ""
    (tmp_path / "sitecustomize.py").write_text(f"import os\nos.write(2, b'no room for a kernel')\n{ending}\n")
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    heard: list[str] = []
    if dies:
        with pytest.raises(RuntimeError):
            asyncio.run(execute(tmp_path, environment, heard))
    else:
        asyncio.run(execute(tmp_path, environment, heard))
    assert heard == (["no room for a kernel"] if dies else [])
    assert capfd.readouterr().err == ""
