"""Several files into one, and what is said where an overlay speaks in vain."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.errors import RecipeError
from coopnb.model.origin import Origin
from coopnb.model.recipe import Recipe
from coopnb.model.service_parts import Port
from tests.recipe.reading import read, write

TOP = """
networks: {n: {driver: overlay, labels: {q: w}}}
volumes: {v1: {}, v2: {}, v3: {}}
secrets: {s1: {file: f}, s2: {file: f}}
"""


def merged(root: Path, base: str, overlay: str, top: str = "") -> Recipe:
    """The service ``a`` of two files, given as flow mappings' inner text."""
    files = {
        "f": "x",
        "compose.yml": f"services:\n  a: {{image: 'x:1', {base}}}\n{TOP}",
        "compose.b.yml": f"services:\n  a: {{{overlay}}}\n{top}",
    }
    return read(write(root, files), "compose.yml", "compose.b.yml")


def test_a_whole_merge_gives_what_docker_gives(tmp_path: Path) -> None:
    """The many rules together must give docker CLI 28.2.2's result for the same two files."""
    base = (
        "command: [a, b], ports: ['80:80','81:81'], volumes: ['v1:/a','v2:/b'], environment: {A: '1', B: '2'}, "
        "labels: {l: '1'}, networks: {n: {aliases: [x]}}, secrets: [s1], dns: [1.1.1.1], cap_add: [A], "
        "deploy: {replicas: 2, labels: {d: '1'}, placement: {constraints: [c1]}, "
        "update_config: {parallelism: 3, delay: 5s}}, "
        "logging: {driver: d1, options: {o: '1'}}, ulimits: {nofile: 5}, healthcheck: {test: [CMD, a], interval: 5s}, "
        "extra_hosts: ['h:1.1.1.1']"
    )
    overlay = (
        "image: 'x:2', command: [c], ports: ['80:8080','82:82'], volumes: ['v3:/a'], environment: [B=3, C=4], "
        "labels: {l: '2', m: '3'}, networks: {n: {aliases: [y]}}, secrets: [{source: s1, target: t}, s2], "
        "dns: [2.2.2.2], cap_add: [A, B], deploy: {replicas: 0, labels: {e: '1'}, placement: {constraints: [c2]}, "
        "update_config: {parallelism: 0}}, logging: {driver: d2, options: {p: '1'}}, ulimits: {nofile: 6}, "
        "healthcheck: {retries: 3}, extra_hosts: ['h:2.2.2.2']"
    )
    service = merged(tmp_path, base, overlay).compose.services["a"]
    assert (service.image, service.command, service.cap_add) == ("x:2", ("c",), ("A", "A", "B"))
    assert [(port.published, port.target) for port in service.ports] == [(80, 8080), (81, 81), (82, 82)]
    assert [(mount.source, mount.target) for mount in service.volumes] == [("v3", "/a"), ("v2", "/b")]
    assert service.environment == {"A": "1", "B": "3", "C": "4"}
    assert service.labels == {"l": "2", "m": "3"}
    assert service.networks["n"] is not None and service.networks["n"].aliases == ("y",)
    assert [(each.source, each.target) for each in service.secrets] == [("s1", "t"), ("s2", "")]
    assert (service.dns, service.extra_hosts) == (("1.1.1.1", "2.2.2.2"), ("h:1.1.1.1", "h:2.2.2.2"))
    assert (service.deploy.replicas, service.deploy.labels) == (0, {"d": "1", "e": "1"})
    assert service.deploy.placement.constraints == ("c1", "c2")
    assert service.deploy.update_config is not None
    assert (service.deploy.update_config.parallelism, service.deploy.update_config.delay) == (0, 5 * 10**9)
    assert service.logging is not None and (service.logging.driver, service.logging.options) == ("d2", {"p": "1"})
    assert service.ulimits["nofile"].hard == 6
    assert service.healthcheck is not None
    assert (service.healthcheck.test, service.healthcheck.retries) == (("CMD", "a"), 3)


@pytest.mark.parametrize(
    ("base", "overlay", "rule", "place"),
    [
        ("ports: ['53:53/tcp', '53:53/udp']", "user: x", "merged-into-one", "compose.yml:2"),
        ("ports: [80, 81]", "user: x", "merged-into-one", "compose.yml:2"),
        ("init: true", "init: false", "overlay-cannot-empty", "compose.b.yml:2"),
        ("tty: true", "tty: false", "overlay-cannot-empty", "compose.b.yml:2"),
        ("environment: {A: x}", "environment: {A: ''}", "overlay-cannot-empty", "compose.b.yml:2"),
        ("stop_grace_period: 5s", "stop_grace_period: 0s", "overlay-cannot-empty", "compose.b.yml:2"),
        (
            "logging: {driver: d}",
            "logging: {driver: d, options: {a: b}}",
            "overlay-options-are-lost",
            "compose.b.yml:2",
        ),
        (
            "networks: {n: {aliases: [q]}}",
            "networks: {n: {driver_opts: {a: b}}}",
            "overlay-options-are-lost",
            "compose.b.yml:2",
        ),
    ],
)
def test_what_a_merge_loses_blocks(base: str, overlay: str, rule: str, place: str, tmp_path: Path) -> None:
    """Where docker's merge contradicts what is written, an error finding must say so at its place."""
    findings = merged(tmp_path, base, overlay).findings
    assert [(each.severity, each.rule, str(each.origin)) for each in findings] == [("error", rule, place)]


def test_two_tests_of_one_health_check_are_told(tmp_path: Path) -> None:
    """A test that docker joins to another one must be a warning at the second."""
    [found] = merged(tmp_path, "healthcheck: {test: [CMD, a]}", "healthcheck: {test: [CMD, b]}").findings
    told = (found.severity, found.rule, str(found.origin))
    assert told == ("warning", "healthcheck-test-is-appended", "compose.b.yml:2")


def test_ports_of_one_file_alone_do_not_collapse(tmp_path: Path) -> None:
    """Without a merge, tcp and udp on one port must both stay, without a finding."""
    recipe = read(write(tmp_path, {"compose.yml": "services:\n  a: {image: x, ports: ['53:53', '53:53/udp']}\n"}))
    assert recipe.compose.services["a"].ports == (Port(53, 53, "tcp", "ingress"), Port(53, 53, "udp", "ingress"))
    assert recipe.findings == ()


def test_a_network_that_is_redeclared_loses_the_rest_and_that_is_told(tmp_path: Path) -> None:
    """A second declaration replaces the first one whole, and a warning must list what is lost."""
    recipe = merged(tmp_path, "user: x", "user: y", "networks: {n: {attachable: true}}\n")
    assert recipe.compose.networks["n"].driver == ""
    assert [(each.severity, each.rule) for each in recipe.findings] == [("warning", "overlay-replaces-whole")]
    assert "driver, labels" in recipe.findings[0].text


def test_the_same_declaration_twice_is_nothing_to_tell(tmp_path: Path) -> None:
    """An overlay that repeats what it needs must raise no finding."""
    recipe = merged(tmp_path, "user: x", "user: y", "secrets: {s1: {file: f}}\n")
    assert recipe.findings == ()


def test_each_value_keeps_the_file_that_had_the_last_word(tmp_path: Path) -> None:
    """Origins of a merged recipe must point into the file a value comes from."""
    recipe = merged(tmp_path, "environment: {A: '1', B: '2'}", "environment: {B: '3'}")
    assert recipe.origins[("services", "a", "environment", "A")] == Origin("compose.yml", 2)
    assert recipe.origins[("services", "a", "environment", "B")] == Origin("compose.b.yml", 2)


def test_files_of_different_versions_are_refused(tmp_path: Path) -> None:
    """A 3.8 base with an overlay that says no version must be refused, as by docker."""
    files = {
        "compose.yml": 'version: "3.8"\nservices:\n  a: {image: x}\n',
        "compose.b.yml": "services:\n  a: {user: y}\n",
    }
    with pytest.raises(RecipeError, match=r"compose.b.yml is version 3.13, and compose.yml is version 3.8"):
        read(write(tmp_path, files), "compose.yml", "compose.b.yml")
