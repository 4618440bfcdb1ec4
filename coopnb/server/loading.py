"""An app from its files: settings, recipe at its version, wanted secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from coopnb import commons, envfile, lint, recipe, secrets
from coopnb.errors import ConvertError, RecipeError, SecretError, SettingsError
from coopnb.model.app import App
from coopnb.model.finding import Finding
from coopnb.model.recipe import RecipeVersion
from coopnb.server.addresses import as_workspace
from coopnb.workspace import Workspace

SCRIPT = "abra.sh"
"""Commands of a recipe, and the versions of its configs; it is read and never run."""


def load_app(
    domain: str,
    *,
    version: str = "",
    server: str = "",
    workspace: Workspace | str | Path | None = None,
    into: Path | None = None,
) -> App:
    """Load an app: its settings, its recipe at its version, and the secrets it wants.

    Args:
        version: instead of the one its settings pin (``TYPE=wiki:1.2.0+1.39.8``); a tag or a short commit.
        server: the server's folder, where a domain has settings on several.
        into: the folder for the recipe's files; by default one of the workspace, by commit.

    Raises:
        SettingsError, CommonsError, RecipeError, SecretError: with file, line and key path.
    """
    place = as_workspace(workspace)
    path = place.find_env_file(domain, server or None)
    return _load(place, path, domain, version, into)


def app_at(path: Path) -> App:
    """Load the app of an ``.env`` file; its recipe is that of the workspace the file lies in.

    Raises:
        SettingsError, CommonsError, RecipeError, SecretError: with file, line and key path.
    """
    above = path.absolute().parents
    place = Workspace(above[2]) if len(above) > 2 and above[1].name == "servers" else as_workspace(None)
    return _load(place, path, path.name.removesuffix(".env"), "", None)


def _load(place: Workspace, path: Path, domain: str, version: str, into: Path | None) -> App:
    settings = envfile.read(path)
    recipe_name, pinned = recipe_of(settings.values, path)
    source = commons.read_version(place, recipe_name, version or pinned, into or place.make(place.own / "versions"))
    return app_of(settings, path, domain, source)


def app_of(settings: envfile.EnvFile, path: Path, domain: str, source: RecipeVersion) -> App:
    """Put an app together of its settings and the files of its recipe's version.

    Raises:
        RecipeError, SecretError: with file, line and key path.
    """
    stack = settings.values.get("STACK_NAME") or stack_name(domain)
    # The versions that abra.sh exports win over the settings, as they do for abra (MergeAbraShEnv).
    script = _script(source.root)
    values = {"STACK_NAME": stack, **settings.values, **envfile.exports(script.decode(errors="replace"))}
    sample = source.root / ".env.sample"
    with located(source, path):
        read = recipe.load(source, compose_files(values), values)
        wanted = secrets.wanted(read, settings.last, envfile.read(sample, ".env.sample") if sample.is_file() else None)
    doubts = (*read.findings, *lint.look_at(read), *settings.findings, *secrets.doubts(wanted), *_untagged(source))
    return App(
        domain=domain,
        server=path.parent.name,
        stack=stack,
        env_file=path,
        settings=settings.last,
        # What abra.sh exports decides names, so whoever goes back to this needs it as much as the compose files.
        recipe=replace(read, findings=doubts, files_data={**read.files_data, **({SCRIPT: script} if script else {})}),
        secrets=wanted,
    )


def compose_files(values: Mapping[str, str]) -> list[str]:
    """The compose files that settings name, in order."""
    return [name for name in values.get("COMPOSE_FILE", "").split(":") if name] or ["compose.yml"]


@dataclass(frozen=True, slots=True)
class AppName:
    """An app by its names alone.

    Attributes:
        settings: of its ``.env``; empty on a machine that has none.
    """

    domain: str
    stack: str
    settings: Mapping[str, str]


def app_name(place: Workspace, name: str, server: str) -> AppName:
    """An app by its domain or its stack's name; its settings are looked at, and not needed."""
    path = place.env_file(server, name)
    if not path.is_file():
        # A name without a dot that is too long for an app's stack can only be that of a stack of its own.
        return AppName(name, stack_name(name) if "." in name else name, {})
    values = envfile.read(path).values
    return AppName(name, values.get("STACK_NAME") or stack_name(name), values)


@contextmanager
def located(source: RecipeVersion, settings: Path | None) -> Iterator[None]:
    """Say which recipe and which settings an error is about: a file and a line alone could be any recipe's."""
    try:
        yield
    except (RecipeError, ConvertError, SecretError) as error:
        own = f"recipe {source.recipe} {source.version}".rstrip() + (f", settings {settings}" if settings else "")
        error.where = "\n".join(part for part in (error.where, own) if part)
        raise


def _untagged(source: RecipeVersion) -> tuple[Finding, ...]:
    """A version that is no tag can be lost from the recipe's history, and with it what was deployed."""
    if source.tagged or not source.commit:
        return ()
    text = f"{source.recipe} is used at the commit {source.version}, which is no released version"
    return (Finding("warning", "version-not-tagged", text, hint="Release it: git tag -a, then name the tag."),)


def _script(root: Path) -> bytes:
    script = root / SCRIPT
    return script.read_bytes() if script.is_file() else b""


def stack_name(domain: str) -> str:
    """``wiki.example.org`` -> ``wiki_example_org``, cut at 45 characters: names made of it must fit 63."""
    return domain.replace(".", "_")[:45]


def recipe_of(values: Mapping[str, str], path: Path) -> tuple[str, str]:
    """The recipe and the pinned version of ``TYPE=recipe:version`` (``RECIPE`` is an alias)."""
    kind = values.get("TYPE") or values.get("RECIPE") or ""
    if not kind:
        raise SettingsError(
            "the settings do not say which recipe this is",
            where=str(path),
            hint="Write a first line like TYPE=wiki, or TYPE=wiki:1.2.0+1.39.8 to pin a version.",
        )
    name, _, version = kind.partition(":")
    return name, version
