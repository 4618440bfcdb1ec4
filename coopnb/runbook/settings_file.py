"""An app's settings, changed by a runbook: noted in the run's ledger first, then written as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from coopnb import envfile
from coopnb.model.recipe import RecipeVersion
from coopnb.runbook.procedure import Note
from coopnb.workspace import Workspace


def announce_new(workspace: Workspace, path: Path, source: RecipeVersion, note: Note) -> None:
    """Note that the settings of a new app are about to be made, and from which version's sample; never a value.

    Raises:
        LedgerError: it could not be noted.
    """
    sample = {"recipe": source.recipe, "version": source.version}
    note("settings", {"file": str(path.relative_to(workspace.root)), "sample": sample})


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
