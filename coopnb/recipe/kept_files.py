"""The files of a kept state, out of memory: whatever a state names, no file of this machine is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from coopnb.errors import RecipeError
from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath
from coopnb.recipe.node import Node, wrong

STAND_IN = b"withheld"
"""What stands for the content of a secret's file, which is never kept; an empty one would be refused."""


class KeptFiles:
    """Gives files by the names that the compose files call them, wherever they lay when they were kept.

    Args:
        binds_from: where relative binds began; nothing is looked up there.
        texts: name, as the compose files call it -> content.
        secret_files: the names of files that secrets were made of.

    Attributes:
        data, findings: as those of :class:`coopnb.recipe.files.RecipeFiles`.
    """

    def __init__(self, binds_from: Path, texts: Mapping[str, str], secret_files: Collection[str]) -> None:
        self.binds_from = binds_from
        self.data: dict[str, bytes] = {}
        self.findings: list[Finding] = []
        self._texts = texts
        self._secret_files = secret_files

    def read_compose(self, name: str) -> bytes:
        """Give a compose file.

        Raises:
            RecipeError: it was not kept.
        """
        if name not in self._texts:
            raise RecipeError(f"the state does not keep the file {name[:80]!r}")
        self.data[name] = self._texts[name].encode("utf-8", "replace")
        return self.data[name]

    def read(self, name: str, node: Node, path: KeyPath) -> bytes:
        """Give a file that a compose file names; of a secret's file, what stands for it.

        Raises:
            RecipeError: it was not kept.
        """
        if name in self._texts:
            self.data[name] = self._texts[name].encode("utf-8", "replace")
        elif name in self._secret_files and path[0] == "secrets":
            self.data[name] = STAND_IN
        else:
            raise wrong(f"the state does not keep the file {name[:80]!r}", node, path)
        return self.data[name]
