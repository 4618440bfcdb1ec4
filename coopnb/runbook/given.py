"""Settings that are new in a version, given with its upgrade: as a parameter, or filled in where they were lacking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from coopnb import envfile
from coopnb.envfile import EnvFile
from coopnb.errors import InputError, SettingsError
from coopnb.model.upgrade import UpgradeNews
from coopnb.redaction import looks_secret
from coopnb.runbook.procedure import Note
from coopnb.runbook.settings_file import write_settings
from coopnb.workspace import Workspace

PARAMETER = "the parameter settings"


def read_given(text: str, settings: EnvFile, news: UpgradeNews) -> Mapping[str, str]:
    """Read lines as an app's ``.env`` has them, of settings that are new; a value may name what that file sets.

    A run is made twice, for its plan and with its approval, so what is there already, with this very value, is no
    mistake.

    Args:
        settings: the app's own.

    Returns:
        Name -> value, of those that the app does not set yet.

    Raises:
        SettingsError: a line cannot be read, or a value names what is not set.
        InputError: a name that looks like a secret's, that is not new, or that the app sets otherwise.
    """
    names = _names(text)
    _refuse_secrets(names, news.settings_file)
    _refuse_others(names, news)
    whole = envfile.parse(f"{settings.text}\n{text}", PARAMETER)
    for finding in whole.findings[len(settings.findings) :]:
        raise SettingsError(
            f"{finding.text}; nothing was written",
            where=PARAMETER,
            hint="Write the value out, or a literal dollar as \\$.",
        )
    values = {name: whole.values[name] for name in names}
    if other := [name for name in names if name in settings.last and settings.last[name].value != values[name]]:
        raise InputError(
            f"{', '.join(other)} is set already, to something else; nothing was written",
            where=f"{PARAMETER}, {news.settings_file} in the workspace",
            hint="Here only what is lacking is given. Leave it out, or change it in that file.",
        )
    return {name: value for name, value in values.items() if name not in settings.last}


def with_given(news: UpgradeNews, given: Iterable[str], *, written: bool) -> UpgradeNews:
    """The news, with what was given of them: as it is before it was written, or after."""
    names = frozenset(given)
    new = (
        replace(each, there=written, given=not written) if each.name in names and not each.there else each
        for each in news.new
    )
    return replace(news, new=tuple(new))


def write_given(place: Workspace, path: Path, values: Mapping[str, str], note: Note) -> None:
    """Append settings to an app's file; every byte that is there stays.

    Raises:
        LedgerError: it could not be noted; nothing was written.
        SettingsError: the file cannot be read or written.
    """
    settings = envfile.read(path)  # as it is now: a server was asked since it was read, which may have taken its time
    missing = {name: value for name, value in values.items() if name not in settings.last}
    text = settings.text
    for name, value in missing.items():
        text = envfile.set_value(text, name, value)
    if missing:
        write_settings(place, path, text, missing, note)


def _names(text: str) -> list[str]:
    try:
        return list(envfile.parse(text, PARAMETER).last)
    except SettingsError as error:
        raise SettingsError(f"{error.headline}; nothing was written", where=error.where, hint=error.hint) from error


def _refuse_secrets(names: Iterable[str], file: str) -> None:
    if secret := [name for name in names if looks_secret(name)]:
        raise InputError(
            f"{', '.join(secret)} looks like a secret, which is never given as a parameter; nothing was written",
            what="a parameter stands in the notebook, in its record and in the list of processes, for all to read",
            where=PARAMETER,
            hint=f"This value has been shown: make another, and write it into {file} in the workspace yourself.",
        )


def _refuse_others(names: Iterable[str], news: UpgradeNews) -> None:
    new = [each.name for each in news.new if not looks_secret(each.name)]
    if unknown := [name for name in names if name not in new]:
        raise InputError(
            f"{', '.join(unknown)} is no setting that is new in {news.after}; nothing was written",
            what=f"new since {news.before}: {', '.join(new) or 'none'}",
            where=PARAMETER,
            hint=f"Here only what is new can be given. Change other settings in {news.settings_file}.",
        )
