"""Executes a notebook, as far as it goes."""

from __future__ import annotations

import os
from typing import Any

from nbclient.exceptions import CellExecutionError

from coopnb.runner.kernel import client_for
from coopnb.workspace import Workspace


async def execute(notebook: Any, workspace: Workspace) -> str:
    """Execute a notebook to its end, or to the first cell that fails and is not to; that cell's id."""
    environment = {**os.environ, "COOPNB_WORKSPACE": str(workspace.root)}
    with client_for(notebook, workspace.root) as client:
        async with client.async_setup_kernel(env=environment):
            for index, cell in enumerate(notebook.cells):
                try:
                    await client.async_execute_cell(cell, index)
                except CellExecutionError:
                    return str(cell.id)
    return ""
