"""An app to a stack: names, objects, waiting time, findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coopnb.convert import convert
from coopnb.errors import ConvertError, RecipeError
from coopnb.model.app import SecretWanted
from coopnb.model.origin import Origin
from tests.convert.apps import STACK, app, app_of_text
from tests.recipe.reading import read_text

APP = "services:\n  app:\n    image: x\n"


def test_names_are_the_stacks_unless_given_or_external(tmp_path: Path) -> None:
    """Objects must be named ``stack_key``, unless a name is given or they are made elsewhere."""
    text = """
services:
  app: {image: x, networks: [n, given, out], secrets: [s], volumes: ["vv:/v"], configs: [c]}
networks: {n: {}, given: {name: own}, out: {external: true}}
volumes: {vv: {}}
secrets: {s: {external: true, name: "${STACK_NAME}_s_v1"}}
configs: {c: {external: true}}
"""
    stack = convert(app_of_text(tmp_path, text))
    assert [network.name for network in stack.networks] == ["own", f"{STACK}_n", "out"]
    assert [(secret.name, secret.external) for secret in stack.secrets] == [(f"{STACK}_s_v1", True)]
    assert [(config.name, config.data) for config in stack.configs] == [("c", None)]
    service = stack.services[0]
    container = service.spec["TaskTemplate"]["ContainerSpec"]
    assert (service.name, service.image) == (f"{STACK}_app", "x")
    assert container["Mounts"][0]["Source"] == f"{STACK}_vv"
    assert [each["Target"] for each in service.spec["TaskTemplate"]["Networks"]] == ["out", "own", f"{STACK}_n"]


def test_a_secret_is_told_how_it_is_made(tmp_path: Path) -> None:
    """Length, charset and users of an external secret must be those the settings declare."""
    text = APP + "    secrets: [s]\nsecrets: {s: {external: true, name: n}, unused: {external: true}}\n"
    wanted = SecretWanted("s", "n", 32, "hex", ("app",), Origin("wiki.example.org.env", 3))
    secrets = convert(app(read_text(tmp_path, text), (wanted,))).secrets
    assert [(each.key, each.length, each.charset, each.wanted_by) for each in secrets] == [("s", 32, "hex", ("app",))]


@pytest.mark.parametrize(("label", "seconds"), [("", 300), ("60", 60), ("86400", 86_400)])
def test_a_recipe_says_how_long_to_wait(label: str, seconds: int, tmp_path: Path) -> None:
    """The timeout label must be obeyed, and 300 seconds hold without it."""
    text = APP + f"    deploy: {{labels: {{coop-cloud.{STACK}.timeout: '{label}'}}}}\n"
    assert convert(app_of_text(tmp_path, text)).timeout == seconds


@pytest.mark.parametrize("label", ["5m", "0", "-1", "1.5", "99999999", "\u0663"])
def test_a_timeout_that_is_none_is_refused_at_its_line(label: str, tmp_path: Path) -> None:
    """A timeout must be a number of seconds, and the error must say where it is not."""
    text = APP + f"    deploy:\n      labels:\n        coop-cloud.{STACK}.timeout: '{label}'\n"
    with pytest.raises(RecipeError, match="no number of seconds") as caught:
        convert(app_of_text(tmp_path, text))
    assert caught.value.where == "compose.yml:6  services.app.deploy.labels"


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("credential_spec: {registry: x, file: y}", "credentials come from one place, and file and registry are given"),
        ("credential_spec: {config: nowhere}", "the config 'nowhere' is used and not declared"),
        ("credential_spec: {config: c}", "docker does not find the config 'c' here"),
        ("volumes: [{type: cluster, target: /d}]", "a mount of type cluster needs a source"),
        ("volumes: [{type: cluster, source: nowhere, target: /d}]", "the volume 'nowhere' is used and not declared"),
        (
            "volumes: [{type: volume, source: vv, target: /d, bind: {propagation: shared}}]",
            "do not go with type: volume",
        ),
        ("volumes: [{type: tmpfs, source: vv, target: /d}]", "a tmpfs cannot have a source"),
        ("secrets: [s, {source: t, target: s}]", "two secrets are mounted as 's'"),
        ("deploy: {resources: {limits: {cpus: many}}}", "'many' is no number of CPUs"),
        ("deploy: {resources: {limits: {cpus: ' 1'}}}", "' 1' is no number of CPUs"),
        ("deploy: {resources: {limits: {cpus: '1e999999999'}}}", "is no number of CPUs"),
        ("deploy: {resources: {limits: {cpus: '0.0000000001'}}}", "more decimals"),
        ("restart: sometimes", "restart 'sometimes' is not known"),
        ("restart: ':3'", "restart ':3' is not known"),
        ("restart: 'always:often'", "restart 'always:often' is not known"),
        ("restart: 'on-failure:-1'", "restart 'on-failure:-1' is not known"),
    ],
)
def test_what_cannot_be_converted_is_named_with_its_place(fragment: str, words: str, tmp_path: Path) -> None:
    """A key that swarm cannot be told must be an error that names it, never silence."""
    text = (
        f"{APP}    {fragment}\nvolumes: {{vv: {{}}}}\nsecrets: {{s: {{external: true}}, t: {{external: true}}}}\n"
        "configs: {c: {external: true, name: other}}\n"
    )
    with pytest.raises(ConvertError, match=words) as caught:
        convert(app_of_text(tmp_path, text))
    assert caught.value.where is not None and caught.value.where.startswith("compose.yml:4  services.app.")


def test_a_secret_of_a_driver_or_a_template_says_so(tmp_path: Path) -> None:
    """A driver with its options must go with a secret that has no value, a template's driver with one that has."""
    (tmp_path / "f").write_text("x", encoding="utf-8")
    text = APP + "secrets:\n  d: {driver: vault, driver_opts: {path: a}}\n  t: {file: f, template_driver: golang}\n"
    made = convert(app_of_text(tmp_path, text)).secrets
    assert [(each.key, each.data, each.driver, each.driver_opts, each.template_driver) for each in made] == [
        ("d", b"", "vault", {"path": "a"}, None),
        ("t", b"x", "", {}, "golang"),
    ]


def test_credentials_are_found_in_a_config_by_name(tmp_path: Path) -> None:
    """The config of a credential spec must be referred to without being mounted, and be named where its id goes."""
    (tmp_path / "f").write_text("x", encoding="utf-8")
    text = APP + "    credential_spec: {config: c}\n    configs: [a]\nconfigs: {a: {file: f}, c: {file: f}}\n"
    container = convert(app_of_text(tmp_path, text)).services[0].spec["TaskTemplate"]["ContainerSpec"]
    assert container["Privileges"]["CredentialSpec"] == {"Config": f"{STACK}_c", "File": "", "Registry": ""}
    assert [each.get("Runtime") for each in container["Configs"]] == [None, {}]
    assert container["Configs"][1] == {"Runtime": {}, "ConfigName": f"{STACK}_c"}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("always:3", {"Condition": "any"}),
        ("unless-stopped:", {"Condition": "any"}),
        ("on-failure", {"Condition": "on-failure", "MaxAttempts": 0}),
        ("on-failure:+3", {"Condition": "on-failure", "MaxAttempts": 3}),
        ("no:5", None),
    ],
)
def test_a_number_of_restarts_is_heeded_after_a_failure_only(
    given: str, sent: dict[str, Any] | None, tmp_path: Path
) -> None:
    """What CLI 28 makes of the older ``restart`` must be made of it, a number where it means nothing included."""
    template = convert(app_of_text(tmp_path, APP + f"    restart: '{given}'\n")).services[0].spec["TaskTemplate"]
    assert template.get("RestartPolicy") == sent


@pytest.mark.parametrize(("cpus", "nano"), [("1/4", 250_000_000), (".5", 500_000_000), ("2e-1", 200_000_000)])
def test_cpus_are_read_as_fractions(cpus: str, nano: int, tmp_path: Path) -> None:
    """Every way to write a fraction that docker reads must be read, exactly."""
    text = APP + f"    deploy: {{resources: {{limits: {{cpus: '{cpus}'}}}}}}\n"
    template = convert(app_of_text(tmp_path, text)).services[0].spec["TaskTemplate"]
    assert template["Resources"]["Limits"] == {"NanoCPUs": nano}


def test_what_is_external_is_looked_for_only_if_docker_looks_for_it(tmp_path: Path) -> None:
    """An external object that no service uses must not be wanted, nor a network that every node has."""
    text = APP + "    networks: [n]\nnetworks: {n: {external: true, name: host}, m: {external: true}}\n"
    stack = convert(app_of_text(tmp_path, text + "configs: {c: {external: true}}\nsecrets: {s: {external: true}}\n"))
    assert (stack.networks, stack.configs, stack.secrets) == ((), (), ())
    assert stack.services[0].spec["TaskTemplate"]["Networks"] == [{"Target": "host"}]


def test_the_field_s_additions_can_be_left_out(tmp_path: Path) -> None:
    """Without them a service must be what docker sends, and its labels docker's own."""
    stack = convert(app_of_text(tmp_path, APP, HERE="1"), additions=False)
    assert sorted(stack.services[0].spec["Labels"]) == ["com.docker.stack.image", "com.docker.stack.namespace"]
    assert "Env" not in stack.services[0].spec["TaskTemplate"]["ContainerSpec"]


def test_findings_of_the_recipe_go_with_the_stack(tmp_path: Path) -> None:
    """What the reading found must be in the stack, worst first."""
    text = APP + "    volumes: ['v:/b', '/a:/b:z']\n    user: ${NOBODY}\n"
    assert [each.severity for each in convert(app_of_text(tmp_path, text)).findings] == ["error", "warning", "note"]


def test_no_secret_content_is_in_a_repr(tmp_path: Path) -> None:
    """The bytes of a secret's file must not show where a stack or a recipe is printed."""
    (tmp_path / "f").write_text("hunter2", encoding="utf-8")
    recipe = read_text(tmp_path, APP + "secrets: {s: {file: f}}\n")
    stack = convert(app(recipe))
    assert stack.secrets[0].data == b"hunter2"
    assert "hunter2" not in repr(stack) + repr(recipe)
