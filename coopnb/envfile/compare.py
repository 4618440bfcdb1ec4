"""What an app's settings lack of what its recipe asks for."""

from __future__ import annotations

from collections.abc import Mapping

from coopnb.envfile.parse import EnvFile
from coopnb.model.app import Setting


def missing(sample: EnvFile, settings: Mapping[str, Setting]) -> tuple[Setting, ...]:
    """Give the settings that ``.env.sample`` sets and the app's ``.env`` does not, in the sample's order."""
    return tuple(setting for name, setting in sample.last.items() if name not in settings)
