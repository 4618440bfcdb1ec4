"""What an upgrade brings, as an operator reads it before the plan: versions, notes, settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Released:
    """A version between what runs and what is wanted, with its release notes if it has any."""

    version: str
    notes: str | None


@dataclass(frozen=True, slots=True)
class NewSetting:
    """A setting that the sample has since the version that runs.

    Attributes:
        comment: what the sample says of it. sample: the value it proposes.
        line: in ``.env.sample``.
        optional: whether the sample has it switched off.
        there: whether the app's own settings have it by now.
    """

    name: str
    comment: str
    sample: str
    line: int
    optional: bool
    there: bool

    @property
    def lacking(self) -> bool:
        """Whether the upgrade cannot go on without it."""
        return not self.optional and not self.there


@dataclass(frozen=True, slots=True)
class ChangedDefault:
    """A setting whose proposed value is another by now.

    Attributes:
        own: ``kept`` (the app has the old one written down), ``other`` (one of its own), ``absent``.
    """

    name: str
    before: str
    after: str
    own: str


@dataclass(frozen=True, slots=True)
class UpgradeNews:
    """Everything that is new between two versions.

    Attributes:
        before, after: versions of the recipe; equal if there is no newer one.
        released: the versions after ``before`` up to ``after``, oldest first.
        settings_file: relative to the workspace.
    """

    before: str
    after: str
    released: tuple[Released, ...]
    new: tuple[NewSetting, ...]
    changed: tuple[ChangedDefault, ...]
    settings_file: str

    @property
    def lacking(self) -> tuple[NewSetting, ...]:
        """The settings that must be written down first."""
        return tuple(setting for setting in self.new if setting.lacking)
