"""The settings of a new app, as a form: what its recipe's sample says of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["value", "files", "secret"]
"""A plain value; which compose files are used; the version of a secret, whose value is made or inserted later."""


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting of a sample, in its place.

    Attributes:
        key: what tells it from others of its name: ``SMTP_HOST``, and ``COMPOSE_FILE#2`` for the second of that name.
        value: as written, without its quotes and with nothing expanded.
        on: whether it counts; one that is switched off with ``#`` does not.
        optional: whether the sample leaves it off, so that it can be switched on.
        help: the comment above it, and what its own line says, as one text.
        section: the heading it stands under, or blank.
        line: in the sample, counted from 1.
    """

    key: str
    name: str
    value: str
    on: bool
    optional: bool
    kind: Kind
    help: str
    section: str
    line: int


@dataclass(frozen=True, slots=True)
class Filled:
    """What a field is to be: another value, or ``None`` for the one it has; switched on or not."""

    value: str | None = None
    on: bool = True
