"""The files of one recipe version: what leads out of its folder is told, or refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from coopnb.errors import RecipeError
from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath
from coopnb.recipe.node import Node, doubt, wrong

MAX_BYTES = 2_000_000
"""Of a file that a compose file names: more than swarm takes of any."""


class Files(Protocol):
    """Where compose files, and what they name, are read from; :class:`RecipeFiles` says what each member is."""

    binds_from: Path
    data: dict[str, bytes]
    findings: list[Finding]

    def read_compose(self, name: str) -> bytes:
        """Read a compose file."""

    def read(self, name: str, node: Node, path: KeyPath) -> bytes:
        """Read a file that a compose file names."""


class RecipeFiles:
    """Reads files, and remembers what was read.

    Args:
        by_hand: whether the compose files were named by an operator, who may take them from anywhere.

    Attributes:
        root: the version's folder, resolved.
        binds_from: the same as it was named, links and all: docker takes relative binds from there.
        data: path relative to ``root`` -> bytes, of everything that was read.
        findings: files that were read and do not lie in the folder.
    """

    def __init__(self, root: Path, *, by_hand: bool = False) -> None:
        self.by_hand = by_hand
        self.root = root.resolve()
        self.binds_from = root.absolute()
        self.data: dict[str, bytes] = {}
        self.findings: list[Finding] = []

    def read_compose(self, name: str) -> bytes:
        """Read a compose file, named relative to the root.

        Raises:
            RecipeError: it is missing, unreadable, or outside the recipe.
        """
        path = self._real(name) if self.by_hand else self._inside(name)
        try:
            self.data[name] = path.read_bytes()
        except FileNotFoundError:
            there = sorted(entry.name for entry in self.root.glob("compose*.y*ml")) if self.root.is_dir() else []
            raise RecipeError(
                f"the recipe has no file {name}",
                where=str(self.root),
                hint=f"it has {', '.join(there)}: look at COMPOSE_FILE"
                if there
                else "a recipe has at least a compose.yml: choose another version, or ask its maintainers",
            ) from None
        except OSError as error:
            raise RecipeError(
                f"the file {name} cannot be read", what=str(error.strerror), where=str(self.root)
            ) from None
        return self.data[name]

    def read(self, name: str, node: Node, path: KeyPath) -> bytes:
        """Read a file that a compose file names, relative to the root. One outside of it is a finding.

        Raises:
            RecipeError: it is missing or unreadable, no plain file, or larger than anything swarm takes.
        """
        if "\0" in name:
            raise wrong(f"{name!r} cannot be the name of a file", node, path)
        real = self._real(name)
        try:
            if real.exists() and not real.is_file():
                raise wrong(f"{name!r} is no plain file", node, path, hint="name a file, not a folder or a device")
            with real.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            reason = (
                "is not in the recipe" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
            )
            hint = "look for a typing error in the path; it begins at the folder of the first compose file"
            raise wrong(f"the file {name!r} {reason}", node, path, hint=hint) from None
        if len(data) > MAX_BYTES:
            raise wrong(f"the file {name!r} is larger than {MAX_BYTES:,} bytes", node, path)
        if not real.is_relative_to(self.root):
            self._outside(name, real, node, path)
        self.data[name] = data
        return data

    def _outside(self, name: str, real: Path, node: Node, path: KeyPath) -> None:
        text = f"{name!r} leads out of the recipe's folder: {real}, a file of this machine, would be sent to the swarm"
        hint = "put the file into the recipe's folder, and name it by a path that begins there"
        self.findings.append(doubt("error", "file-outside-the-recipe", text, node, path, hint))

    def _real(self, name: str) -> Path:
        return Path(os.path.realpath(self.root / name))

    def _inside(self, name: str) -> Path:
        path = self._real(name)
        if not path.is_relative_to(self.root):
            raise RecipeError(
                f"the path {name!r} leads out of the recipe's folder",
                where=str(self.root),
                hint="a recipe may use its own files only",
            )
        return path
