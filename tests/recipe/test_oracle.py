"""coopnb and the docker CLI read the same files, and must read the same in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.errors import RecipeError
from tests.recipe.reading import Refused, docker_compose, docker_text, read, without_env_files, write
from tests.testbed.requirements import require_oracle

TOP = """
networks: {n1: {driver: d, labels: {a: b}}, n2: {}}
volumes: {v1: {}, v2: {driver: q}}
secrets: {s1: {file: f}, s2: {external: true}}
configs: {c1: {file: f}, c2: {external: true, name: zz}}
"""
OVERLAY_TOP = "networks: {n1: {attachable: true}}\nvolumes: {v2: }\nsecrets: {s2: {external: true, name: q}}\n"

PAIRS = [
    ("environment: {A: x, B: '', C: }", "environment: {A: '', B: y, C: z, D: }"),
    ("environment: {A: x}", "environment: [A, B]"),
    ("environment: {A: ''}", "environment: [A]"),
    ("environment: {A: }", "environment: {A: ''}"),
    ("labels: {a: x}", "labels: {a: ''}"),
    ("labels: [a=1, b]", "labels: {c: 3.10, d: 1e6}"),
    ("ports: ['53:53/tcp', '53:53/udp']", "user: x"),
    ("ports: [80, 81]", "user: x"),
    ("user: x", "ports: ['82:82', '81:81', '81:81/udp']"),
    ("ports: ['82:82']", "ports: [{target: 90, published: 82, mode: host}, '70:7']"),
    ("ports: ['8000-8001:90-91', '3000-3001:80']", "ports: ['[::]:1:2/sctp']"),
    ("volumes: ['v1:/b', 'v2:/a', /anon]", "volumes: ['v2:/b:ro']"),
    ("user: y", "volumes: ['v2:/b:ro', 'v1:/a', 'v1:/b', './r:/c:rslave', 'v:/d']"),
    ("secrets: [s2, s1]", "secrets: [{source: s1, target: t, mode: 0400}]"),
    ("configs: [c2, c1]", "user: x"),
    ("command: \"a 'b c' # d\"", "user: y"),
    ("command: a b", "command: ''"),
    ("entrypoint: [a]", "entrypoint: []"),
    ("healthcheck: {test: [CMD, a], interval: 5s, retries: 3}", "healthcheck: {interval: 0s, retries: 0, timeout: 3s}"),
    ("healthcheck: {test: [CMD, a]}", "healthcheck: {test: b}"),
    ("healthcheck: {disable: true}", "healthcheck: {disable: false}"),
    ("logging: {driver: d}", "logging: {driver: d, options: {a: 1}}"),
    ("logging: {driver: d, options: {z: 1}}", "logging: {options: {a: 1}}"),
    ("logging: {options: {z: 1}}", "logging: {driver: e, options: {a: 1}}"),
    ("logging: {driver: d, options: {z: 1}}", "logging: {driver: e}"),
    ("logging: {driver: d, options: {}}", "logging: {driver: d, options: {a: 1}}"),
    ("ulimits: {nofile: 5, nproc: {soft: 1, hard: 2}}", "ulimits: {nofile: {soft: 7, hard: 8}}"),
    ("networks: [n1]", "networks: {n1: {aliases: [q]}, n2: }"),
    ("networks: {n1: {aliases: [q], ipv4_address: 1.2.3.4, driver_opts: {a: b}}}", "networks: {n1: {}}"),
    ("networks: {n1: {aliases: [q]}}", "networks: {n1: {aliases: [r], ipv6_address: '::1', driver_opts: {c: d}}}"),
    ("init: true", "init: false"),
    ("user: x", "init: false"),
    ("tty: true, read_only: true", "tty: false, read_only: false"),
    ("deploy: {replicas: 2, mode: replicated}", "deploy: {replicas: 0}"),
    ("deploy: {replicas: 2}", "deploy: "),
    (
        "deploy: {update_config: {parallelism: 3, delay: 5s, order: start-first}}",
        "deploy: {update_config: {parallelism: 0, delay: 0s, order: stop-first, max_failure_ratio: 0.3}}",
    ),
    ("deploy: {resources: {limits: {cpus: '1', memory: 5M}}}", "deploy: {resources: {limits: {memory: 1.5g}}}"),
    (
        "deploy: {placement: {constraints: [a==b], max_replicas_per_node: 3}}",
        "deploy: {placement: {constraints: [a==c], preferences: [{spread: x}], max_replicas_per_node: 0}}",
    ),
    (
        "deploy: {restart_policy: {condition: any, max_attempts: 4, window: 5s}}",
        "deploy: {restart_policy: {max_attempts: 0, window: 0s, delay: 1m30s}}",
    ),
    ("extra_hosts: ['a:1.1.1.1', 'b=::1']", "extra_hosts: {c: '[::2]'}"),
    ("sysctls: {a: 1}", "sysctls: [a=2, b=3]"),
    ("stop_grace_period: 5s, hostname: x", "stop_grace_period: 0s, hostname: ''"),
    ("build: .", "build: {context: x, args: {a: b}}"),
    ("credential_spec: {file: a}", "credential_spec: {registry: b}"),
]


@pytest.mark.parametrize(("base", "overlay"), PAIRS)
def test_two_files_mean_what_they_mean_to_docker(base: str, overlay: str, tmp_path: Path) -> None:
    """Short forms, interpolation and merging must give what ``docker stack config`` prints."""
    require_oracle("comparing a merge with docker's")
    files = {
        "f": "x",
        "a.yml": f"services:\n  s: {{image: i, {base}}}\n{TOP}",
        "b.yml": f"services:\n  s: {{{overlay}}}\n  r: {{image: z}}\n{OVERLAY_TOP}",
    }
    write(tmp_path, files)
    assert without_env_files(read(tmp_path, "a.yml", "b.yml").compose) == docker_compose(tmp_path, "a.yml", "b.yml")


VALUES = ["${X}", "${Y}", "a${X}b$X", "${X:-d}", "${Y-d}", "${Y:-a-b}", "$$X", "$X-suffix", "$Y-suffix", "${X:?no-way}"]
SETTINGS = [{"X": "v"}, {"X": ""}, {"X": "a b"}, {"X": "0x1F"}, {}]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_file_full_of_expressions_means_what_it_means_to_docker(settings: dict[str, str], tmp_path: Path) -> None:
    """Every expression, with every setting, must give docker's value in the places where texts stand."""
    require_oracle("comparing an interpolation with docker's")
    lines = [f"      k{number}: '{value}'" for number, value in enumerate(VALUES)]
    items = [f"      - E{number}={value}" for number, value in enumerate(VALUES)]
    text = "\n".join(["services:", "  a:", "    image: i", "    labels:", *lines, "    environment:", *items, ""])
    write(tmp_path, {"compose.yml": text})
    mine = read(tmp_path, **settings).compose.services["a"]
    its = docker_compose(tmp_path, **settings).services["a"]
    assert (mine.labels, mine.environment) == (its.labels, its.environment)


BAD = [
    "imagee: y",
    "deploy: {replicas: '2'}",
    "deploy: {replicas: -1}",
    "deploy: {labels: {a: true}}",
    "deploy: {update_config: {order: random}}",
    "deploy: {x-a: 1}",
    "cpus: 0.5",
    "depends_on: {db: {condition: x}}",
    "stop_grace_period: 90",
    "ports: ['x:y']",
    "ports: [{target: 80, name: n}]",
    "volumes: ['aa::b']",
    "volumes: [{target: /d}]",
    "volumes: [{type: volume, target: /d, x: y}]",
    'command: "it\'s"',
    "cap_add: [A, A]",
    "dns: [1.1.1.1, 1.1.1.1]",
    "environment: [A, A]",
    "ports: ['80:80', '80:80']",
    "mem_limit: 5M",
    "user: 1000",
    "user: ",
    "tty: 'yes'",
    "labels: {a: .inf}",
    "labels: {80: x}",
    "user: ${X:?no}",
    "user: $",
    "healthcheck: {interval: ''}",
    "logging: {drivers: x}",
    "ulimits: {nofile: {soft: 1}}",
    "networks: {n1: {priority: 5}}",
    "env_file: nowhere.env",
    "init: 1",
]


NEWER_KEYS = [
    ("3.1", "ports: [{target: 80}]"),
    ("3.1", "volumes: [{type: volume, target: /x}]"),
    ("3.5", "volumes: [{type: tmpfs, target: /x, tmpfs: {size: 5}}]"),
    ("3.6", "x-a: 1"),
    ("3.6", "init: true"),
    ("3.3", "healthcheck: {start_period: 5s}"),
    ("3.7", "deploy: {placement: {max_replicas_per_node: 1}}"),
    ("3.8", "deploy: {resources: {limits: {pids: 5}}}"),
    ("3.11", "healthcheck: {start_interval: 5s}"),
    ("3.12", "networks: {n1: {driver_opts: {}}}"),
]


@pytest.mark.parametrize(("version", "fragment"), NEWER_KEYS)
def test_a_key_newer_than_its_file_is_refused(version: str, fragment: str, tmp_path: Path) -> None:
    """A key must be refused in the last version without it, and taken in the next, as by docker."""
    require_oracle("comparing versions with docker's")
    minor = int(version.partition(".")[2])
    text = f"services:\n  a:\n    image: i\n    {fragment}\nnetworks: {{n1: {{}}}}\n"
    write(tmp_path, {"old.yml": f'version: "{version}"\n{text}', "new.yml": f'version: "3.{minor + 1}"\n{text}'})
    with pytest.raises(Refused):
        docker_text(tmp_path, "old.yml")
    with pytest.raises(RecipeError):
        read(tmp_path, "old.yml")
    assert without_env_files(read(tmp_path, "new.yml").compose) == docker_compose(tmp_path, "new.yml")


@pytest.mark.parametrize("fragment", BAD)
def test_what_docker_refuses_is_refused(fragment: str, tmp_path: Path) -> None:
    """A file that ``docker stack config`` refuses must be refused here too."""
    require_oracle("comparing a refusal with docker's")
    write(tmp_path, {"compose.yml": f"services:\n  a:\n    image: i\n    {fragment}\nnetworks: {{n1: {{}}}}\n"})
    with pytest.raises(Refused):
        docker_text(tmp_path)
    with pytest.raises(RecipeError):
        read(tmp_path)
