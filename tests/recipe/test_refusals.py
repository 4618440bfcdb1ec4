"""Bad input: each with a message that says what, where and what next."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.errors import RecipeError
from coopnb.model.recipe import RecipeVersion
from coopnb.recipe import load
from tests.recipe.reading import read, read_text, write

A = "services:\n  a:\n    image: x\n"


@pytest.mark.parametrize(
    ("text", "headline", "where"),
    [
        (A + "    imagee: y\n", "'imagee' is not a key of services.a", "compose.yml:4:5  services.a.imagee"),
        (A + "    cpus: 0.5\n", "'cpus' is not a key of services.a", "compose.yml:4:5  services.a.cpus"),
        (
            A + "    deploy:\n      replica: 2\n",
            "'replica' is not a key of services.a.deploy",
            "compose.yml:5:7  services.a.deploy.replica",
        ),
        ("name: x\n" + A, "'name' is not a key of the top level", "compose.yml:1:1  name"),
        (
            A + "    deploy: {replicas: '2'}\n",
            "services.a.deploy.replicas must be a whole number",
            "compose.yml:4:14  services.a.deploy.replicas",
        ),
        (
            A + "    deploy: {replicas: -1}\n",
            "services.a.deploy.replicas must not be negative",
            "compose.yml:4:14  services.a.deploy.replicas",
        ),
        (A + "    user: 1000\n", "services.a.user must be text (put it in quotes)", "compose.yml:4:5  services.a.user"),
        (A + "    tty: 'yes'\n", "services.a.tty must be true or false", "compose.yml:4:5  services.a.tty"),
        (A + "    dns: 1.1\n", "services.a.dns must be a list", "compose.yml:4:5  services.a.dns"),
        (
            A + "    labels: {a: true}\n",
            "services.a.labels.a must be text (put it in quotes)",
            "compose.yml:4:14  services.a.labels.a",
        ),
        (
            A + "    depends_on: {db: {condition: x}}\n",
            "services.a.depends_on must be a list",
            "compose.yml:4:5  services.a.depends_on",
        ),
        (A + "    user:\n", "services.a.user is empty", "compose.yml:4:5  services.a.user"),
        ("services:\n  a:\n", "services.a is empty", "compose.yml:2:3  services.a"),
        ("services: [a]\n", "services must be a mapping", "compose.yml:1:1  services"),
        ("version: 3\n" + A, "version must be text", "compose.yml:1:1  version"),
        ('version: "2.4"\n' + A, "compose file version '2.4' is not supported", "compose.yml:1:1  version"),
        (
            'version: "3.8"\n' + A + "    oom_score_adj: 5\n",
            "oom_score_adj needs version 3.13",
            "compose.yml:5:5  services.a.oom_score_adj",
        ),
        (
            A + "    stop_grace_period: 90\n",
            "stop_grace_period must be a duration, such as 90s or 1m30s",
            "compose.yml:4:5  services.a.stop_grace_period",
        ),
        (A + "    mem_limit: 5M\n", "mem_limit cannot be used with swarm", "compose.yml:4:5  services.a.mem_limit"),
        (A + "    extends: b\n", "extends cannot be used with swarm", "compose.yml:4:5  services.a.extends"),
        (
            A + "    ports: ['x:y']\n",
            "this port cannot be read: 'y' is no port",
            "compose.yml:4:13  services.a.ports[0]",
        ),
        (
            A + "    volumes: ['aa::b']\n",
            "this volume cannot be read: there is nothing between two colons",
            "compose.yml:4:15  services.a.volumes[0]",
        ),
        (
            A + '    command: "it\'s"\n',
            "this command cannot be split into words: a ' is not closed",
            "compose.yml:4:5  services.a.command",
        ),
        (A + "    cap_add: [A, A]\n", "'A' stands twice in this list", "compose.yml:4:18  services.a.cap_add[1]"),
        (
            A + "    volumes: [{type: bind, target: /d}]\n",
            "a bind needs a source",
            "compose.yml:4:15  services.a.volumes[0]",
        ),
        (
            A + "secrets: {s: {driver: d, file: f}}\n",
            "secrets.s has a driver and a file, and can come from one of them only",
            "compose.yml:4:26  secrets.s.file",
        ),
        ("services:\n  a:\n    user: x\n", "the service a has no image", "compose.yml:2:3  services.a"),
        (
            "services:\n  a:\n    image: 'Nginx'\n",
            "'Nginx' is no name of an image",
            "compose.yml:3:5  services.a.image",
        ),
        (
            A + "    networks: [n]\n",
            "the network 'n' is used and not declared",
            "compose.yml:4:16  services.a.networks.n",
        ),
        (
            A + "    volumes: ['vv:/d']\n",
            "the volume 'vv' is used and not declared",
            "compose.yml:4:15  services.a.volumes[0]",
        ),
        (
            A + "    secrets: [s]\n",
            "the secret 's' is used and not declared",
            "compose.yml:4:15  services.a.secrets[0]",
        ),
        (
            A + "    configs: [c]\n",
            "the config 'c' is used and not declared",
            "compose.yml:4:15  services.a.configs[0]",
        ),
        (A + "configs: {c: {}}\n", "the config 'c' has no file", "compose.yml:4:11  configs.c"),
        (
            A + "configs: {c: {file: gone}}\n",
            "the file 'gone' is not in the recipe",
            "compose.yml:4:15  configs.c.file",
        ),
        (
            A + "secrets: {s: {file: /dev/zero}}\n",
            "'/dev/zero' is no plain file",
            "compose.yml:4:15  secrets.s.file",
        ),
        (
            A + 'configs: {c: {file: "a\\0b"}}\n',
            "'a\\x00b' cannot be the name of a file",
            "compose.yml:4:15  configs.c.file",
        ),
        (
            A + "    env_file: ../x\n",
            "the file '../x' is not in the recipe",
            "compose.yml:4:5  services.a.env_file[0]",
        ),
        (
            A + "volumes: {v: {external: true, driver: d}}\n",
            "volumes.v is external, so it cannot have driver",
            "compose.yml:4:31  volumes.v.driver",
        ),
        (
            A + "networks: {n: {external: {name: x}, name: y}}\n",
            "networks.n has a name twice: name and external.name",
            "compose.yml:4:27  networks.n.external.name",
        ),
        (
            A + "configs: {c: {file: f, driver: d}}\n",
            "'driver' is not a key of configs.c",
            "compose.yml:4:24  configs.c.driver",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, headline: str, where: str, tmp_path: Path) -> None:
    """A mistake must be refused with its own sentence, file, line and key path."""
    with pytest.raises(RecipeError) as caught:
        read_text(tmp_path, text)
    assert (caught.value.headline, caught.value.where) == (headline, where)


def test_a_missing_compose_file_names_those_that_are_there(tmp_path: Path) -> None:
    """Asking for a file the recipe lacks must name it, and what there is instead."""
    write(tmp_path, {"compose.mail.yml": A})
    with pytest.raises(RecipeError, match=r"has no file compose\.yml") as caught:
        read(tmp_path)
    assert caught.value.hint == "it has compose.mail.yml: look at COMPOSE_FILE"


def test_a_compose_file_outside_the_recipe_is_refused(tmp_path: Path) -> None:
    """COMPOSE_FILE must not lead out of the recipe's folder."""
    write(tmp_path, {"other/compose.yml": A, "recipe/compose.yml": A})
    with pytest.raises(RecipeError, match="leads out"):
        read(tmp_path / "recipe", "../other/compose.yml")


@pytest.mark.parametrize("name", ["link", "../secret", "{folder}/secret", "folder/../../secret"])
def test_a_file_outside_the_recipe_is_an_error_to_accept(name: str, tmp_path: Path) -> None:
    """A link, dots or an absolute path to a file of this machine must be an error that names the file."""
    text = A + f"configs: {{c: {{file: {name.format(folder=tmp_path)}}}}}\n"
    root = write(tmp_path, {"secret": "x", "recipe/compose.yml": text, "recipe/folder/f": ""}) / "recipe"
    (root / "link").symlink_to(tmp_path / "secret")
    [found] = read(root).findings
    assert (found.severity, found.rule, str(found.origin)) == ("error", "file-outside-the-recipe", "compose.yml:4")
    assert str(tmp_path / "secret") in found.text


def test_a_link_within_the_recipe_is_a_file_of_it(tmp_path: Path) -> None:
    """A link to a file beside it, and an absolute path into the recipe, must raise no finding."""
    text = A + f"configs: {{c: {{file: link}}, d: {{file: {tmp_path}/f}}}}\n"
    (write(tmp_path, {"f": "x", "compose.yml": text}) / "link").symlink_to("f")
    assert read(tmp_path).findings == ()


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    """A link that leads nowhere must be an error of ours, with its place."""
    (write(tmp_path, {"compose.yml": A + "configs: {c: {file: link}}\n"}) / "link").symlink_to("link")
    with pytest.raises(RecipeError, match="cannot be read"):
        read(tmp_path)


def test_a_file_that_no_swarm_takes_is_read_no_further(tmp_path: Path) -> None:
    """A file of any size must be refused after a bounded read."""
    write(tmp_path, {"compose.yml": A + "configs: {c: {file: big}}\n"})
    with (tmp_path / "big").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(RecipeError, match="larger than 2,000,000 bytes"):
        read(tmp_path)


def test_an_empty_config_is_refused(tmp_path: Path) -> None:
    """A config without content must be refused here, because swarm refuses it later."""
    with pytest.raises(RecipeError, match="cannot be created"):
        read(write(tmp_path, {"compose.yml": A + "configs: {c: {file: c}}\n", "c": ""}))


def test_no_files_at_all_are_refused(tmp_path: Path) -> None:
    """A recipe without a named compose file must be refused."""
    with pytest.raises(RecipeError, match="no compose file"):
        load(RecipeVersion("sample", "1", "c", True, tmp_path), [], {})
