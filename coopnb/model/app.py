"""An app: a recipe, deployed for somebody, with its settings and the secrets it wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coopnb.model.origin import Origin
from coopnb.model.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a ``.env`` file.

    Attributes:
        value: after quotes are taken off and earlier settings expanded.
        line: counted from 1.
        notes: the words of a trailing comment that read ``key=value`` (``length=32``).
        commented: whether it is an option that is switched off with ``#``; its value is as written, nothing expanded.
    """

    name: str
    value: str
    line: int
    notes: Mapping[str, str]
    commented: bool = False


@dataclass(frozen=True, slots=True)
class SecretWanted:
    """A secret an app mounts, and how to make it.

    Attributes:
        key: its name in the compose files (``db_password``).
        name: its name in the swarm (``wiki_example_org_db_password_v1``).
        length: characters to generate; ``None`` if it must be inserted by hand.
        charset: ``alnum`` or ``hex``, as declared beside its version setting.
        wanted_by: the services that mount it.
    """

    key: str
    name: str
    length: int | None
    charset: str
    wanted_by: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class App:
    """A recipe at its version, with settings and wanted secrets: all that a deploy needs.

    Attributes:
        domain: the app's name in the field, usually a domain (``wiki.example.org``).
        server: the name of the server it belongs to (the folder its ``.env`` lies in).
        stack: its namespace in the swarm (``wiki_example_org``).
        settings: in file order; the last one of a name wins.
    """

    domain: str
    server: str
    stack: str
    env_file: Path
    settings: Mapping[str, Setting]
    recipe: Recipe
    secrets: tuple[SecretWanted, ...]

    @property
    def values(self) -> dict[str, str]:
        """Setting name -> value."""
        return {name: setting.value for name, setting in self.settings.items()}
