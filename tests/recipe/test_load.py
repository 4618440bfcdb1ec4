"""A recipe as a whole: environment, findings, files and names."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.model.origin import Origin
from tests.recipe.reading import read, read_text, write

A = "services:\n  a:\n    image: x\n"


def test_an_environment_is_filled_from_the_settings_and_from_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bare name must take the app's setting; the environment of whoever deploys must not matter."""
    monkeypatch.setenv("HOME_OF_MINE", "here")
    text = A + "    environment: [DOMAIN, HOME_OF_MINE, E=, K=kept]\n"
    recipe = read_text(tmp_path, text, DOMAIN="d.example.org", E="e", K="other")
    assert recipe.compose.services["a"].environment == {
        "DOMAIN": "d.example.org",
        "HOME_OF_MINE": None,
        "E": "e",
        "K": "kept",
    }
    assert recipe.origins[("services", "a", "environment", "DOMAIN")] == Origin("compose.yml", 4, ("DOMAIN",))
    assert [each.rule for each in recipe.findings] == ["empty-value-is-replaced"]


def test_env_files_come_before_the_environment(tmp_path: Path) -> None:
    """Files must be read in order, literally, and what the compose file says must win."""
    files = {
        "compose.yml": A + "    env_file: [one.env, two.env]\n    environment: {C: c}\n",
        "one.env": "# comment\nA=1\nB='q' # not a comment\nC=x\nBARE\nGONE\n\n",
        "two.env": "  A=2\n",
    }
    recipe = read(write(tmp_path, files), BARE="b")
    service = recipe.compose.services["a"]
    assert service.environment == {"A": "2", "B": "'q' # not a comment", "C": "c", "BARE": "b"}
    assert recipe.origins[("services", "a", "environment", "A")] == Origin("two.env", 1)


@pytest.mark.parametrize(
    ("addition", "severity", "rule"),
    [
        ("    ports: ['127.0.0.1:80:80']\n", "error", "port-address-is-dropped"),
        ("    ports: ['192.0.2.1:80:80']\n", "warning", "port-address-is-dropped"),
        ("    volumes: ['/a:/b:z']\n", "warning", "mount-option-has-no-effect"),
        ("    volumes: ['./a:/b']\n", "error", "bind-of-a-relative-path"),
        ("    volumes: ['v:/b']\n", "error", "one-letter-volume"),
        ("    volumes: [{type: tmpfs, target: /b, tmpfs: {mode: 511}}]\n", "warning", "key-has-no-effect"),
        ("volumes: {v: {x-cluster-spec: {group: g}}}\n", "warning", "cluster-spec-has-no-effect"),
        ("networks: {n: {external: true, driver: d}}\n", "warning", "external-ignores-the-rest"),
    ],
)
def test_what_swarm_does_not_do_is_told(addition: str, severity: str, rule: str, tmp_path: Path) -> None:
    """A key without effect must be a warning, one that means its opposite an error."""
    assert [(each.severity, each.rule) for each in read_text(tmp_path, A + addition).findings] == [(severity, rule)]


@pytest.mark.parametrize("addition", ["    restart: always\n", "    pid:\n", "    x-a: 1\n", "x-a: [1]\n"])
def test_what_has_its_effect_or_none_to_have_is_not_told(addition: str, tmp_path: Path) -> None:
    """A restart that is honoured, a switch that is off and an extension must raise no finding."""
    assert read_text(tmp_path, A + addition).findings == ()


def test_it_keeps_the_files_it_read_and_the_names_as_written(tmp_path: Path) -> None:
    """A recipe must carry the bytes of its files, and names before they were filled in."""
    files = {
        "sub/compose.yml": A + "configs: {c: {file: ./c.txt, name: 'n_${V}'}}\nsecrets: {s: {external: true}}\n",
        "sub/c.txt": "text",
    }
    recipe = read(write(tmp_path, files), "sub/compose.yml", V="v1")
    assert recipe.compose.configs["c"].file == "sub/c.txt"
    assert recipe.files_data["sub/c.txt"] == b"text"
    assert set(recipe.files_data) == {"sub/compose.yml", "sub/c.txt"}
    assert recipe.raw_names == {("configs", "c"): "n_${V}", ("secrets", "s"): "s"}
    assert recipe.compose.configs["c"].name == "n_v1"


def test_an_older_form_of_external_is_understood(tmp_path: Path) -> None:
    """``external: {name: x}`` must be read as docker reads it."""
    network = read_text(tmp_path, A + "networks: {n: {external: {name: real}}, m: {external: true}}\n").compose.networks
    assert (network["n"].external, network["n"].name, network["m"].name) == (True, "real", "m")
