"""Which secrets an app wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.envfile import parse
from coopnb.errors import SecretError
from coopnb.model.app import SecretWanted
from coopnb.model.compose import Compose, FileReference, SecretObject, Service
from coopnb.model.origin import Origin
from coopnb.model.recipe import Recipe, RecipeVersion
from coopnb.secrets import doubts, wanted


def recipe(secrets: dict[str, tuple[str, SecretObject]], services: dict[str, list[str]]) -> Recipe:
    """Make a recipe of secrets (key -> name as written, object) and services (key -> the secrets they mount)."""
    return Recipe(
        source=RecipeVersion("wiki", "1.0.0+1", "0" * 40, True, Path("/nowhere")),
        files=("compose.yml",),
        compose=Compose(
            version="3.8",
            services={
                key: Service(image="a:1", secrets=tuple(FileReference(source=source) for source in sources))
                for key, sources in services.items()
            },
            secrets={key: secret for key, (_, secret) in secrets.items()},
        ),
        origins={("secrets", key): Origin("compose.yml", 40 + number) for number, key in enumerate(secrets)},
        raw_names={("secrets", key): raw for key, (raw, _) in secrets.items()},
    )


def one(name: str = "wiki_example_org_db_v1", raw: str = "${STACK_NAME}_db_${SECRET_DB_VERSION}") -> Recipe:
    """Make a recipe with one external secret that one service mounts."""
    return recipe({"db": (raw, SecretObject(name=name, external=True))}, {"app": ["db"]})


def wants(app: str = "", sample: str | None = None, of: Recipe | None = None) -> SecretWanted:
    """Give the one secret that is wanted with these settings."""
    (secret,) = wanted(of or one(), parse(app, "app.env").last, parse(sample, ".env.sample") if sample else None)
    return secret


def test_a_wanted_secret_says_everything_about_itself() -> None:
    """Name, length, charset, the services that mount it, and where it is declared must be told."""
    secret = wants("SECRET_DB_VERSION=v1 # length=64 charset=hex\n")

    assert secret == SecretWanted("db", "wiki_example_org_db_v1", 64, "hex", ("app",), Origin("compose.yml", 40))


def test_only_mounted_external_secrets_are_wanted() -> None:
    """What nobody mounts, or is made of a file, must not be wanted; every other secret once, sorted by key."""
    external = SecretObject(name="x_v1", external=True)
    files = recipe(
        {
            "z": ("x_v1", external),
            "unused": ("x_v1", external),
            "file": ("x_v1", SecretObject(name="x_v1", file="x.txt")),
            "a": ("x_v1", external),
        },
        {"db": ["z", "file"], "app": ["z", "a", "z"]},
    )

    assert [(secret.key, secret.wanted_by) for secret in wanted(files, {}, None)] == [
        ("a", ("app",)),
        ("z", ("db", "app")),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        "${STACK_NAME}_db_${SECRET_OTHER_NAME}",
        "${STACK_NAME}_db_${SECRET_OTHER_NAME:-v1}",
        "$STACK_NAME-db-$SECRET_OTHER_NAME",
        "${PREFIX}_db_${SECRET_OTHER_NAME}_${STACK_NAME}",
    ],
)
def test_the_setting_is_found_in_the_name_as_written(raw: str) -> None:
    """The note must be looked for beside the setting in the recipe's ``name:``, whatever the secret is called."""
    secret = wants(
        "SECRET_DB_VERSION=v1 # length=8\nSECRET_OTHER_NAME=v1 # length=9\nPREFIX=x # length=7\n", of=one(raw=raw)
    )

    assert secret.length == 9


def test_the_apps_note_goes_before_the_samples() -> None:
    """The app's own note must count; without one the sample's, also where it is switched off there."""
    sample = "SECRET_DB_VERSION=v1 # length=16 charset=hex\n"

    assert wants("SECRET_DB_VERSION=v2 # length=24\n", sample).length == 24
    assert wants("SECRET_DB_VERSION=v2 # mine\n", sample).length == 16
    assert wants("", sample).charset == "hex"
    assert wants("SECRET_DB_VERSION=v1\n", "#" + sample).length == 16
    assert (wants().length, wants().charset) == (32, "alnum")
    assert wants("SECRET_DB_VERSION=v1 # charset=default\n").charset == "alnum"


def test_a_secret_may_have_to_be_inserted() -> None:
    """``generate=false`` must leave the length open, whatever length is noted."""
    assert wants("SECRET_DB_VERSION=v1 # generate=false\n").length is None
    assert wants("SECRET_DB_VERSION=v1 # length=32 generate=false\n").length is None
    assert wants("SECRET_DB_VERSION=v1 # length=12 generate=true\n").length == 12


def test_a_name_without_a_version_is_an_error() -> None:
    """A name that ends in an underscore must be refused, naming the setting and the place."""
    with pytest.raises(SecretError, match=r"(?s)version is not set.*compose.yml:40.*SECRET_DB_VERSION=v1"):
        wants(of=one("wiki_example_org_db_"))


def test_a_name_that_swarm_does_not_take_is_an_error() -> None:
    """A name of 65 characters, and one with other characters, must be refused; 64 characters are taken."""
    assert wants(of=one("x" * 64)).name == "x" * 64
    with pytest.raises(SecretError, match=r"65 characters long"):
        wants(of=one("x" * 65))
    for name in ("wiki db", "_db", "wiki/db", "wiki\n"):
        with pytest.raises(SecretError, match="characters that swarm does not take"):
            wants(of=one(name))


@pytest.mark.parametrize("length", ["0", "-1", "many", "1025", "1" * 5000, "٣", "1.5", "0000019999"])
def test_a_length_that_is_none_is_an_error(length: str) -> None:
    """A length that is no number of characters must be refused, with the line it is noted on."""
    with pytest.raises(SecretError, match=r"(?s)SECRET_DB_VERSION.*the app's settings, line 2"):
        wants(f"A=1\nSECRET_DB_VERSION=v1 # length={length}\n")


def test_an_unknown_charset_is_a_doubt() -> None:
    """A charset that is not known must be a warning, unless the value is inserted by hand."""
    unknown = wants("SECRET_DB_VERSION=v1 # charset=special\n")
    inserted = wants("SECRET_DB_VERSION=v1 # charset=special generate=false\n")

    (finding,) = doubts([unknown, inserted, wants()])

    assert finding.severity == "warning" and finding.path == ("secrets", "db")
    assert "special" in finding.text and finding.hint and "alnum, hex" in finding.hint
