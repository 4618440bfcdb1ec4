"""Settings in values: casts, places, and what is said about a setting that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.errors import RecipeError
from coopnb.model.origin import Origin
from tests.recipe.reading import read_text


def test_a_typed_value_may_come_from_a_setting(tmp_path: Path) -> None:
    """Numbers and booleans must be cast at the paths that docker casts."""
    text = """
services:
  a:
    image: x
    tty: ${TTY}
    read_only: "${RO}"
    healthcheck: {retries: "${R}"}
    ulimits: {nofile: "${N}", nproc: {soft: "${N}", hard: "${N}"}}
    ports: [{target: "${P}", published: "${P}"}]
    deploy:
      replicas: ${R}
      update_config: {max_failure_ratio: "${F}"}
networks: {n: {external: "${E}"}}
"""
    settings = {"TTY": "yes", "RO": "off", "R": "3", "N": "5", "P": "80", "F": "0.25", "E": "True"}
    compose = read_text(tmp_path, text, **settings).compose
    service = compose.services["a"]
    assert (service.tty, service.read_only, service.deploy.replicas) == (True, False, 3)
    assert service.healthcheck is not None and service.healthcheck.retries == 3
    assert (service.ulimits["nofile"].hard, service.ulimits["nproc"].soft) == (5, 5)
    assert (service.ports[0].target, service.ports[0].published) == (80, 80)
    assert service.deploy.update_config is not None and service.deploy.update_config.max_failure_ratio == 0.25
    assert compose.networks["n"].external


def test_a_key_with_a_dot_is_not_cast_because_docker_does_not(tmp_path: Path) -> None:
    """docker matches dotted paths, so a service called ``a.b`` must get text for its replicas, and be refused."""
    with pytest.raises(RecipeError, match="replicas must be a whole number"):
        read_text(tmp_path, "services:\n  a.b:\n    image: x\n    deploy: {replicas: '${R}'}\n", R="3")


def test_a_cast_that_fails_names_the_setting_and_not_its_value(tmp_path: Path) -> None:
    """An error must say which setting is wrong, and must not show what may be a secret."""
    with pytest.raises(RecipeError) as caught:
        read_text(tmp_path, "services:\n  a:\n    image: x\n    deploy:\n      replicas: ${R}\n", R="hunter2")
    assert caught.value.where == "compose.yml:5:7  services.a.deploy.replicas"
    assert "R" in str(caught.value) and "hunter2" not in str(caught.value)


def test_a_mode_from_a_setting_is_decimal_and_that_is_an_error(tmp_path: Path) -> None:
    """``0440`` in a setting becomes 440 as in docker, and a finding must block it."""
    text = "services:\n  a:\n    image: x\n    secrets: [{source: s, mode: '${M}'}]\nsecrets: {s: {external: true}}\n"
    recipe = read_text(tmp_path, text, M="0440")
    assert recipe.compose.services["a"].secrets[0].mode == 440
    assert [(each.severity, each.rule) for each in recipe.findings] == [("error", "octal-read-as-decimal")]
    assert read_text(tmp_path, text, M="288").findings == ()
    literal = text.replace("'${M}'", "0440")
    assert read_text(tmp_path, literal).compose.services["a"].secrets[0].mode == 0o440


def test_keys_are_never_filled_in(tmp_path: Path) -> None:
    """A ``$`` in a key must stay, and so make an impossible name."""
    with pytest.raises(RecipeError, match="no name"):
        read_text(tmp_path, "services:\n  ${X}:\n    image: x\n", X="a")


def test_an_image_whose_tag_nobody_set_is_refused(tmp_path: Path) -> None:
    """``nginx:${TAG}`` without TAG must say what is missing, where, what it would become, and what to do."""
    with pytest.raises(RecipeError) as caught:
        read_text(tmp_path, "services:\n  app:\n    image: nginx:${TAG}\n")
    assert str(caught.value).splitlines() == [
        "nothing sets TAG, and the image needs it",
        "  what   'nginx:${TAG}' becomes 'nginx:'",
        "  where  compose.yml:3:5  services.app.image",
        "  next   set TAG in the app's .env file, or give it a default: ${TAG:-...}",
    ]


def test_a_required_setting_that_is_missing_is_refused_with_its_message(tmp_path: Path) -> None:
    """``${X:?message}`` must fail with the message of the file."""
    with pytest.raises(RecipeError, match="the setting X is required: ask the admin") as caught:
        read_text(tmp_path, "services:\n  a:\n    image: x\n    user: ${X:?ask the admin}\n")
    assert caught.value.where == "compose.yml:4:5  services.a.user"


def test_settings_that_fill_a_file_beyond_measure_are_refused(tmp_path: Path) -> None:
    """A long value named many times must be an error that says which setting, not a process without memory."""
    named = ", ".join(['"${X}"'] * 50)
    with pytest.raises(RecipeError, match="more than 4,000,000 characters") as caught:
        read_text(tmp_path, f"services:\n  a:\n    image: x\n    command: [{named}]\n", X="x" * 100_000)
    assert caught.value.hint == "look at the length of X"


def test_a_message_of_a_recipe_cannot_command_the_terminal(tmp_path: Path) -> None:
    """Control characters of a recipe's own message must be shown as escapes."""
    with pytest.raises(RecipeError) as caught:
        read_text(tmp_path, 'services:\n  a:\n    image: x\n    user: "${X:?\\e[2J}"\n')
    assert "\x1b" not in str(caught.value) and r"\x1b[2J" in str(caught.value)


def test_a_lone_dollar_is_refused_with_the_way_to_write_it(tmp_path: Path) -> None:
    """A ``$`` that begins no name must be refused, and the error must tell of ``$$``."""
    with pytest.raises(RecipeError, match="begins no name") as caught:
        read_text(tmp_path, "services:\n  a:\n    image: x\n    command: echo $(date)\n")
    assert caught.value.hint is not None and "$$" in caught.value.hint


def test_every_value_tells_its_settings(tmp_path: Path) -> None:
    """An origin must name the settings that flowed into the value, and nothing that did not."""
    text = "services:\n  a:\n    image: x:${TAG}\n    labels:\n      k: ${A}${B:-b}\n"
    origins = read_text(tmp_path, text, TAG="1", A="a").origins
    assert origins[("services", "a", "image")] == Origin("compose.yml", 3, ("TAG",))
    assert origins[("services", "a", "labels", "k")] == Origin("compose.yml", 5, ("A",))


def test_a_name_that_nothing_sets_is_told_once(tmp_path: Path) -> None:
    """An empty value that comes of a missing setting must be a note, and one is enough."""
    recipe = read_text(tmp_path, "services:\n  a:\n    image: x\n    labels: {k: '${A}', l: '${A}'}\n")
    assert [(each.severity, each.rule) for each in recipe.findings] == [("note", "setting-not-set")]


def test_a_missing_setting_in_the_name_of_a_secret_blocks(tmp_path: Path) -> None:
    """A secret's name that lacks its version must be an error, because swarm refuses such a name."""
    text = "services:\n  a:\n    image: x\n    secrets: [s]\nsecrets:\n  s: {external: true, name: 'n_${V}'}\n"
    recipe = read_text(tmp_path, text)
    assert [(each.severity, each.rule) for each in recipe.findings] == [("error", "name-needs-a-setting")]
    assert recipe.raw_names == {("secrets", "s"): "n_${V}"}


@pytest.mark.parametrize("value", ["$X-suffix", "${X:?need-a-value}", "${X:-${Y}}", "$ ${X}"])
def test_a_contradiction_blocks_and_shows_what_is_written(value: str, tmp_path: Path) -> None:
    """A doubt about an expression must be an error finding at its place, quoting the file."""
    recipe = read_text(tmp_path, f"services:\n  a:\n    image: x\n    labels:\n      k: '{value}'\n", X="v")
    finding = recipe.findings[0]
    assert (finding.severity, str(finding.origin)) == ("error", "compose.yml:5")
    assert value in finding.text


@pytest.mark.parametrize(
    ("place", "rules"),
    [
        ("hostname: ${X}", ["host-needs-a-setting"]),
        ("extra_hosts: ['db:${X}']", ["host-needs-a-setting"]),
        ("deploy: {labels: ['r.rule=Host(`a.b`) || Host(`www.${X}`)']}", ["host-needs-a-setting"]),
        ('deploy: {labels: {r.rule: "HostSNI(`$X`)"}}', ["host-needs-a-setting"]),
        ('deploy: {labels: {r.rule: "Host(`a.b`${X})"}}', ["setting-not-set"]),
        ('deploy: {labels: {r.rule: "Host(`a.b`) && PathPrefix(`/${X}`)"}}', ["setting-not-set"]),
        ("deploy: {labels: {r.rule: 'Host(`${X:-a.b}`)'}}", []),
    ],
)
def test_a_host_that_lacks_a_setting_blocks(place: str, rules: list[str], tmp_path: Path) -> None:
    """A missing setting must be an error where it makes a host, and a note where it may be empty."""
    assert [
        each.rule for each in read_text(tmp_path, f"services:\n  a:\n    image: x\n    {place}\n").findings
    ] == rules
