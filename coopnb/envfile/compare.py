"""An app's settings beside the sample of its recipe: what is missing, what is extra, what is another by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coopnb.envfile.parse import EnvFile
from coopnb.model.app import Setting


@dataclass(frozen=True, slots=True)
class Compared:
    """An app's settings, compared with a sample. Each is in the order of its file.

    Attributes:
        missing: the sample sets it, the app does not.
        required: of those, what the sample of an earlier version did not set.
        extra: the app sets it, and the sample knows it neither as a setting nor as an option.
        changed: a setting of the new sample whose value was another in the earlier one, and the app has that one.
    """

    missing: tuple[Setting, ...]
    required: tuple[Setting, ...]
    extra: tuple[Setting, ...]
    changed: tuple[Setting, ...]


def compare(sample: EnvFile, settings: Mapping[str, Setting], earlier: EnvFile | None = None) -> Compared:
    """Compare an app's settings with its recipe's sample, and with the one of the version that runs."""
    before = earlier.last if earlier is not None else sample.last
    known = {*sample.last, *(option.name for option in sample.options)}
    lacking = missing(sample, settings)
    return Compared(
        missing=lacking,
        required=tuple(setting for setting in lacking if setting.name not in before),
        extra=tuple(setting for name, setting in settings.items() if name not in known),
        changed=tuple(
            setting
            for name, setting in sample.last.items()
            if name in settings and name in before
            if before[name].value != setting.value and settings[name].value == before[name].value
        ),
    )


def missing(sample: EnvFile, settings: Mapping[str, Setting]) -> tuple[Setting, ...]:
    """Give the settings that ``.env.sample`` sets and the app's ``.env`` does not, in the sample's order."""
    return tuple(setting for name, setting in sample.last.items() if name not in settings)
