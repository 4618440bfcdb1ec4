"""An app's settings, changed by a runbook: noted in the run's ledger first, then written as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from coopnb import envfile
from coopnb.runbook.procedure import Note
from coopnb.workspace import Workspace


def write_settings(workspace: Workspace, path: Path, text: str, changed: Mapping[str, str], note: Note) -> None:
    """Replace the file; what was there is still there if that fails.

    Args:
        text: all of the file as it is to be. changed: the settings in it that are new or other than before.

    Raises:
        LedgerError: it could not be noted; nothing was written.
        SettingsError: it cannot be written.
    """
    note("settings", {"file": str(path.relative_to(workspace.root)), "set": dict(changed)})
    envfile.write(path, text)
