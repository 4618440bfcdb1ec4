"""Which secrets an app wants of the swarm, and what its settings say about making them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from coopnb.envfile.parse import EnvFile
from coopnb.errors import SecretError
from coopnb.model.app import SecretWanted, Setting
from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath, Origin
from coopnb.model.recipe import Recipe
from coopnb.secrets.generate import ALPHABETS

LONGEST_NAME = 64
"""Characters of a secret's name in swarmkit (manager/controlapi/common.go, ``validateConfigOrSecretAnnotations``)."""

LONGEST_VALUE = 1024
"""Characters of a value that are made at most; more is a slip of the finger."""

DEFAULT_LENGTH = 32
"""Characters of a value whose length nobody declares."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}|([A-Za-z_][A-Za-z0-9_]*))")
_LENGTH = re.compile(r"[1-9][0-9]{0,3}")
_WORDS = ("length", "charset", "generate")
_NO = ("false", "no", "0")


def wanted(recipe: Recipe, settings: Mapping[str, Setting], sample: EnvFile | None) -> tuple[SecretWanted, ...]:
    """Give the external secrets that some service mounts, sorted by key.

    How to make one stands as a note beside the setting that versions it
    (``SECRET_DB_PASSWORD_VERSION=v1 # length=32 charset=hex``): the app's own note if it has one, else
    the sample's. The setting is found inside the ``name:`` as the recipe writes it, because key,
    name and setting of a secret may all differ.

    Raises:
        SecretError: a name lacks its version or is none for swarm, or a note cannot be honoured.
    """
    mounted = _mounted(recipe)
    found = []
    for key, services in sorted(mounted.items()):
        secret = recipe.compose.secrets.get(key)
        if secret is None or not secret.external:
            continue  # an undefined one is the recipe room's error, one with a file is converted
        path: KeyPath = ("secrets", key)
        setting = _versioned_by(recipe.raw_names.get(path, ""))
        origin = recipe.origins.get((*path, "name"), recipe.origins.get(path, Origin(recipe.files[0])))
        name = secret.name or key
        _check_name(key, name, setting, origin)
        length, charset = _making(key, _notes(setting, settings, sample), setting)
        found.append(SecretWanted(key, name, length, charset, services, origin))
    return tuple(found)


def doubts(secrets: Iterable[SecretWanted]) -> tuple[Finding, ...]:
    """Give a warning for every secret whose declared charset is not known, so that it is made as ``alnum``."""
    return tuple(
        Finding(
            "warning",
            "secret-charset-is-unknown",
            f"the charset {secret.charset} of the secret {secret.key} is not known: letters and digits are used",
            secret.origin,
            ("secrets", secret.key),
            hint="one of: " + ", ".join(sorted(ALPHABETS)) + "; or insert a value by hand",
        )
        for secret in secrets
        if secret.length is not None and secret.charset not in ALPHABETS
    )


def _mounted(recipe: Recipe) -> dict[str, tuple[str, ...]]:
    """Secret key -> the services that mount it, in the order of the file."""
    mounted: dict[str, list[str]] = {}
    for service_key, service in recipe.compose.services.items():
        for reference in service.secrets:
            services = mounted.setdefault(reference.source, [])
            if service_key not in services:
                services.append(service_key)
    return {key: tuple(services) for key, services in mounted.items()}


def _versioned_by(raw_name: str) -> str:
    """Give the setting that versions a secret: the last one in its name that is not the stack's own."""
    names = [braced or bare for braced, bare in _VARIABLE.findall(raw_name)]
    return next((name for name in reversed(names) if name != "STACK_NAME"), "")


def _check_name(key: str, name: str, setting: str, origin: Origin) -> None:
    if name.endswith("_"):
        raise SecretError(
            f"the name of the secret {key} ends in nothing, because its version is not set",
            what=name,
            where=str(origin),
            hint=f"set it in the app's settings: {setting or 'SECRET_' + key.upper() + '_VERSION'}=v1",
        )
    if len(name) > LONGEST_NAME:
        raise SecretError(
            f"the name of the secret {key} is {len(name)} characters long, and swarm takes {LONGEST_NAME}",
            what=name,
            where=str(origin),
            hint="set a shorter STACK_NAME in the app's settings, or ask the recipe's maintainers for a shorter name",
        )
    if not _NAME.fullmatch(name):
        raise SecretError(
            f"the name of the secret {key} has characters that swarm does not take",
            what=name,
            where=str(origin),
            hint="letters, digits, '.', '-' and '_', beginning and ending with a letter or a digit",
        )


def _notes(setting: str, settings: Mapping[str, Setting], sample: EnvFile | None) -> tuple[Mapping[str, str], str]:
    """Give the notes that say how to make a secret, and where they stand."""
    own = settings.get(setting)
    if own and any(word in own.notes for word in _WORDS):
        return own.notes, f"the app's settings, line {own.line}"
    if sample:
        for proposed in (*reversed(sample.settings), *sample.options):
            if proposed.name == setting and any(word in proposed.notes for word in _WORDS):
                return proposed.notes, f"{sample.name}:{proposed.line}"
    return {}, ""


def _making(key: str, noted: tuple[Mapping[str, str], str], setting: str) -> tuple[int | None, str]:
    notes, where = noted
    charset = notes.get("charset", "alnum")
    charset = "alnum" if charset == "default" else charset
    if notes.get("generate", "").lower() in _NO:
        return None, charset
    length = notes.get("length", str(DEFAULT_LENGTH))
    if not (_LENGTH.fullmatch(length) and int(length) <= LONGEST_VALUE):
        raise SecretError(
            f"the secret {key} cannot be made with the length that is noted beside {setting}",
            what=f"length={length[:40]}",
            where=where,
            hint=f"a number of characters from 1 to {LONGEST_VALUE}; or generate=false, to insert a value by hand",
        )
    return int(length), charset
