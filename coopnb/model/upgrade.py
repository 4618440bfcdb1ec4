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
    """A setting that the sample has since the version that runs, or since an older one that the settings name.

    Attributes:
        comment: what the sample says of it. sample: the value it proposes.
        line: in ``.env.sample``.
        optional: whether the sample has it switched off.
        there: whether the app's own settings have it by now.
        given: whether this run was told a value for it that is not written yet.
    """

    name: str
    comment: str
    sample: str
    line: int
    optional: bool
    there: bool
    given: bool = False

    @property
    def lacking(self) -> bool:
        """Whether the upgrade cannot go on without it."""
        return not self.optional and not self.there and not self.given


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
        before, after: versions of the recipe; equal if there is no newer one. ``before`` is what runs.
        released: the versions after ``before`` up to ``after``, oldest first.
        settings_file: relative to the workspace.
        pinned: the version that the settings name; blank if none.
    """

    before: str
    after: str
    released: tuple[Released, ...]
    new: tuple[NewSetting, ...]
    changed: tuple[ChangedDefault, ...]
    settings_file: str
    pinned: str

    @property
    def lacking(self) -> tuple[NewSetting, ...]:
        """The settings that must be written down first."""
        return tuple(setting for setting in self.new if setting.lacking)
