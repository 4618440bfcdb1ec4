"""The files of one recipe version, read from inside its folder and nowhere else."""

from __future__ import annotations

from pathlib import Path

from coopnb.errors import RecipeError
from coopnb.model.origin import KeyPath
from coopnb.recipe.node import Node, place


class RecipeFiles:
    """Reads files, and remembers what was read.

    Attributes:
        root: the version's folder, resolved.
        data: path relative to ``root`` -> bytes, of everything that was read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.data: dict[str, bytes] = {}

    def read_compose(self, name: str) -> bytes:
        """Read a compose file, named relative to the root.

        Raises:
            RecipeError: it is missing, unreadable, or outside the recipe.
        """
        path = self._inside(name, "")
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
        """Read a file that a compose file names, relative to the root.

        Raises:
            RecipeError: it is missing, unreadable, or outside the recipe.
        """
        where = place(node.origin, path)
        inside = self._inside(name, where)
        try:
            data = inside.read_bytes()
        except OSError as error:
            reason = (
                "is not in the recipe" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
            )
            hint = "look for a typing error in the path; it begins at the folder of the first compose file"
            raise RecipeError(f"the file {name!r} {reason}", where=where, hint=hint) from None
        self.data[name] = data
        return data

    def _inside(self, name: str, where: str) -> Path:
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root):
            raise RecipeError(
                f"the path {name!r} leads out of the recipe's folder",
                where=where or str(self.root),
                hint="a recipe may use its own files only",
            )
        return path
