"""Recipes and settings that cannot be right: each stops before anything is done, with the place and the way on."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from coopnb.errors import SettingsError
from coopnb.server import load_app
from tests.runbook.headless import Ran
from tests.runbook.places import VERSION, Place, assert_nothing_done, assert_told, objects

pytestmark = pytest.mark.timeout(600)

GOOD = "services:\n  app:\n    image: nginx:1.28.0\n"


@dataclass(frozen=True, slots=True)
class Broken:
    """A recipe's ``compose.yml``, the error it must end with, and what the message must say."""

    compose: str | None
    error: str
    says: tuple[str, ...]


RECIPES = {
    "nofile": Broken(None, "RecipeError", ("the recipe has no file compose.yml", "choose another version")),
    "notyaml": Broken(
        f"{GOOD}  db:\n   image: x\n     bad: [\n",
        "RecipeError",
        ("the file is not readable as YAML", "compose.yml:6", "mapping values are not allowed", "indentation"),
    ),
    "unknownkey": Broken(
        f"{GOOD}    restrat: always\n",
        "RecipeError",
        ("'restrat' is not a key of services.app", "compose.yml:4:5  services.app.restrat", "typing error"),
    ),
    "nosecret": Broken(
        f"{GOOD}    secrets:\n      - db_password\n",
        "RecipeError",
        ("the secret 'db_password' is used and not declared", "compose.yml:5:9  services.app.secrets[0]", "declare it"),
    ),
    "noconfig": Broken(
        f"{GOOD}    configs:\n      - nginx_conf\n",
        "RecipeError",
        ("the config 'nginx_conf' is used and not declared", "compose.yml:5:9  services.app.configs[0]", "declare it"),
    ),
    "noversion": Broken(
        "services:\n  app:\n    image: nginx:${NGINX_VERSION}\n",
        "RecipeError",
        (
            "nothing sets NGINX_VERSION, and the image needs it",
            "becomes 'nginx:'",
            "compose.yml:3:5  services.app.image",
            "set NGINX_VERSION in the app's .env file",
        ),
    ),
    "missing": Broken(
        GOOD.replace("nginx:1.28.0", "example.org/missing:1.0"),
        "PlanBlocked",
        (
            "the plan for missing.example.org has 1 finding to mend first",
            "compose.yml:3  services.app.image  the image example.org/missing:1.0 does not exist",
            "Look for the tag in its registry",
        ),
    ),
}
OTHERS = {
    "norecipe": {"recipe": "nonesuch", "domain": "nonesuch.example.org"},
    "other-recipe": {"recipe": "hello", "domain": "typed.example.org"},
    "other-server": {"recipe": "hello", "domain": "there.example.org"},
}


@pytest.fixture(scope="module")
def runs(shared_place: Place) -> dict[str, Ran]:
    """One run for each recipe and setting that is broken, on a swarm that must stay as it was."""
    for name, broken in RECIPES.items():
        shared_place.plant(name, {} if broken.compose is None else {"compose.yml": broken.compose})
    shared_place.write_settings("practice", "typed.example.org", "TYPE=wiki\nDOMAIN=typed.example.org\n")
    shared_place.write_settings("default", "there.example.org", "TYPE=hello\nDOMAIN=there.example.org\n")
    before = objects(shared_place.engine)
    cases = {name: {"recipe": name, "domain": f"{name}.example.org"} for name in RECIPES}
    found = shared_place.deploy_all({**cases, **OTHERS})
    assert objects(shared_place.engine) == before
    assert before == {"services": [], "secrets": [], "configs": [], "networks": ["ingress", "proxy"]}
    return found


@pytest.mark.parametrize("name", RECIPES)
def test_a_broken_recipe_is_told_with_its_place(runs: dict[str, Ran], name: str) -> None:
    """A recipe that cannot be right must stop the run before any change, naming file, line, key, recipe and way on."""
    broken = RECIPES[name]

    assert_told(runs[name], 2, broken.error, *broken.says, f"recipe {name} {VERSION}")
    assert_nothing_done(runs[name])


def test_a_missing_recipe_is_told_with_those_there_are(runs: dict[str, Ran], shared_place: Place) -> None:
    """A recipe that is not there must say which are, and how to have it; no settings may be made for it."""
    assert_told(
        runs["norecipe"],
        2,
        "CommonsError",
        "there is no recipe nonesuch",
        "there are: hello, ",
        "coopnb recipe fetch NAME, or its address",
    )
    assert_nothing_done(runs["norecipe"])
    assert not (shared_place.root / "servers/practice/nonesuch.example.org.env").exists()


def test_an_app_of_another_recipe_is_refused(runs: dict[str, Ran], shared_place: Place) -> None:
    """An app must never be deployed as another recipe than its settings say."""
    assert_told(
        runs["other-recipe"],
        2,
        "SettingsError",
        "typed.example.org is a wiki, not a hello; nothing was done",
        f"{shared_place.root}/servers/practice/typed.example.org.env",
        "Choose the recipe wiki, or another domain.",
    )
    assert_nothing_done(runs["other-recipe"])


def test_an_app_of_another_server_is_refused(runs: dict[str, Ran], shared_place: Place) -> None:
    """An app whose settings lie in another server's folder must not be made a second time here."""
    assert_told(
        runs["other-server"],
        2,
        "SettingsError",
        "there.example.org is an app of the server default, not of practice; nothing was done",
        f"{shared_place.root}/servers",
        "Choose that server.",
    )
    assert not (shared_place.root / "servers/practice/there.example.org.env").exists()


def test_one_domain_on_two_servers_asks_for_the_server(shared_place: Place) -> None:
    """Settings for one domain on two servers must not be chosen between by chance."""
    first = shared_place.write_settings("east", "two.example.org", "TYPE=hello\nDOMAIN=two.example.org\n")
    second = shared_place.write_settings("west", "two.example.org", "TYPE=hello\nDOMAIN=two.example.org\n")

    with pytest.raises(SettingsError) as refused:
        load_app("two.example.org", workspace=shared_place.root)

    assert refused.value.exit_status == 2
    text = str(refused.value)
    assert "two.example.org is an app on 2 servers" in text
    assert str(first) in text
    assert str(second) in text
    assert "name the server as well: east or west" in text
    assert load_app("two.example.org", server="west", workspace=shared_place.root).env_file == second
