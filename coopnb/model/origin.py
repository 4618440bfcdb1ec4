"""Where a value comes from, so that every change can say its cause."""

from __future__ import annotations

from dataclasses import dataclass, field

KeyPath = tuple[str | int, ...]
"""A path into a compose file: ``("services", "app", "ports", 0)``."""


def key_path_text(path: KeyPath) -> str:
    """Write a key path as people do; what a terminal would obey is written as an escape.

    >>> key_path_text(("services", "app", "ports", 0))
    'services.app.ports[0]'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            shown = part if part.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in part)
            text += f".{shown}" if text else shown
    return text


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in a file, and the settings that flowed into the value found there.

    Attributes:
        file: relative to the recipe's root (``compose.smtp.yml``), or the name of a ``.env`` file.
        line: counted from 1; 0 means the file as a whole.
        settings: names of the settings that were interpolated, in order.
        column: counted from 1; 0 where only the line is known. Two origins in one line are the same place.
    """

    file: str
    line: int = 0
    settings: tuple[str, ...] = ()
    column: int = field(default=0, compare=False)

    @property
    def exact(self) -> str:
        """The place with its column: ``compose.yml:12:5``."""
        return f"{self}:{self.column}" if self.line and self.column else str(self)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file
