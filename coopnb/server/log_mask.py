"""What is masked in log lines: values that this kernel knows, and those of which the workspace keeps fingerprints."""

from __future__ import annotations

from coopnb.errors import WorkspaceError
from coopnb.record.fingerprints import Fingerprints, load
from coopnb.redaction import Redactor
from coopnb.workspace import Workspace


class LogMask:
    """Takes secret values out of a line. Values that were made elsewhere it cannot know.

    A secret that was generated weeks ago, in a kernel that is gone, is known by its fingerprint only.
    """

    def __init__(self, redactor: Redactor, workspace: Workspace) -> None:
        self._redactor = redactor
        self._path = workspace.fingerprints
        self._loaded: tuple[int, Fingerprints] | None = None

    def __call__(self, text: str) -> str:
        """Mask a line."""
        text = self._redactor.mask(text)
        known = self._fingerprints()
        return known.mask(text)[0] if known is not None and text else text

    @property
    def known(self) -> int:
        """How many values would be masked."""
        fingerprints = self._fingerprints()
        return len({*self._redactor.names, *(fingerprints.names if fingerprints else ())})

    def _fingerprints(self) -> Fingerprints | None:
        try:
            changed = self._path.stat().st_mtime_ns
            if self._loaded is None or self._loaded[0] != changed:
                found = load(self._path)
                self._loaded = (changed, found) if found is not None else None
        except (OSError, WorkspaceError):
            # A record says that the fingerprints cannot be read; a log is shown all the same.
            return None
        return self._loaded[1] if self._loaded else None
