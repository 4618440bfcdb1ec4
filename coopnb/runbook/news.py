"""What an upgrade brings: the versions between, their notes, and what their samples ask for."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path

from coopnb import commons, envfile
from coopnb.commons.notes import release_notes
from coopnb.commons.versions import VersionKey
from coopnb.envfile.comments import comment_above
from coopnb.envfile.parse import EnvFile
from coopnb.errors import CommonsError, InputError
from coopnb.model.app import Setting
from coopnb.model.recipe import RecipeVersion
from coopnb.model.upgrade import ChangedDefault, NewSetting, Released, UpgradeNews

SAMPLE = ".env.sample"


def newest_above(folder: Path, before: str) -> str:
    """The newest version of a recipe, or ``before`` if none is newer.

    Raises:
        InputError: ``before`` is no released version, so it has no place among them.
    """
    published = commons.versions(folder)[0]
    return published.version if published.tagged and _key(published.version) > _key(before) else before


def refuse_downgrade(before: str, after: str, domain: str) -> None:
    """Raise if ``after`` is older: data that a newer version has changed is not changed back.

    Raises:
        InputError: it is older, or one of the two is no released version.
    """
    if _key(after) >= _key(before):
        return
    raise InputError(
        f"{after} is older than {before}, which {domain} is at: this would be a downgrade; nothing was done",
        what="an upgrade may have changed the app's data, and an older version need not understand it",
        where=f"the parameter version, {domain}",
        hint="To go back to what ran before, use roll-back-app: it says what it does not undo.\n"
        "To upgrade, leave version blank or name a newer one.",
    )


def news(
    folder: Path,
    old: RecipeVersion,
    new: RecipeVersion,
    settings: Mapping[str, Setting],
    settings_file: str,
    pinned: str,
    written_for: RecipeVersion | None,
    domain: str,
) -> UpgradeNews:
    """Compare two versions of a recipe, for an app with these settings.

    Args:
        pinned: the version that the settings name; it need not be the old one.
        written_for: that version, if it is another than the old one and can be had: what it did not know yet, the
            settings may lack, though it is not new to what runs.
        domain: the app's, which takes the placeholder's place in what the samples propose.
    """
    between = [
        published
        for published in reversed(commons.versions(folder))
        if published.tagged and _key(old.version) < _key(published.version) <= _key(new.version)
    ]
    before, after = _sample(old, domain), _sample(new, domain)
    known = _names(before)
    if written_for is not None:
        known &= _names(_sample(written_for, domain))
    return UpgradeNews(
        before=old.version,
        after=new.version,
        released=tuple(Released(each.version, release_notes(folder, each)) for each in between),
        new=tuple(_new(known, after, settings)),
        changed=tuple(_changed(before, after, settings)),
        settings_file=settings_file,
        pinned=pinned,
    )


def _names(sample: EnvFile) -> set[str]:
    return {setting.name for setting in (*sample.settings, *sample.options)}


def _new(known: Set[str], after: EnvFile, settings: Mapping[str, Setting]) -> list[NewSetting]:
    since: dict[str, Setting] = {}
    for setting in (*after.options, *after.settings):  # one that is set somewhere is not optional
        if setting.name not in known:
            since[setting.name] = setting
    return [
        NewSetting(
            name=name,
            comment=comment_above(after, setting),
            sample=setting.value,
            line=setting.line,
            optional=setting.commented,
            there=name in settings,
        )
        for name, setting in sorted(since.items(), key=lambda item: item[1].line)
    ]


def _changed(before: EnvFile, after: EnvFile, settings: Mapping[str, Setting]) -> list[ChangedDefault]:
    found = []
    for name, setting in after.last.items():
        old = before.last.get(name)
        if old is None or old.value == setting.value or name in ("TYPE", "RECIPE"):
            continue
        own = settings.get(name)
        stands = "absent" if own is None else "kept" if own.value == old.value else "other"
        found.append(ChangedDefault(name, old.value, setting.value, stands))
    return found


def _sample(version: RecipeVersion, domain: str) -> EnvFile:
    """The sample as an app of this domain would have it."""
    path = version.root / SAMPLE
    text = envfile.read(path, SAMPLE).text if path.is_file() else ""
    return envfile.parse(commons.proposal(text, version.recipe, domain), SAMPLE)


def _key(version: str) -> VersionKey:
    try:
        return commons.version_key(version)
    except CommonsError as error:
        raise InputError(
            f"{version[:80]!r} is no released version, so nothing is older or newer than it; nothing was done",
            where="the recipe's versions",
            hint="Use deploy-app, and name the version you want.",
        ) from error
