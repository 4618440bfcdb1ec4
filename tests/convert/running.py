"""A dozen stack files whose tasks can run on a node that has ``busybox``."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

from tests.recipe.corpus import Case

SERVICE = """
services:
  app:
    image: busybox:1.36
    entrypoint: [/bin/busybox]
    command: sleep 1000
    stop_grace_period: 0s
"""
TOP = """
networks: {n: {attachable: true}}
volumes: {data: {labels: {a: b}}}
configs: {c: {file: f}, d: {file: f}}
secrets: {s: {file: f}, t: {file: f}}
"""
KEYS = (
    "environment: {A: '', B: , C: x}\nlabels: {a: b, c: }\n",
    "ports: [{target: 80, published: 8001, mode: host}, {target: 53, published: 8001, protocol: udp, mode: host}]\n",
    "volumes: ['data:/data', /anonymous, {type: tmpfs, target: /t, tmpfs: {size: 1000000}}, '/tmp:/host:ro']\n",
    "configs: [c, {source: d, target: /etc/d, uid: '5', mode: 0400}]\n",
    "secrets: [s, {source: t, target: again, gid: '6', mode: 0440}]\n",
    "healthcheck: {test: 'true', interval: 1s, timeout: 3s, retries: 2, start_period: 1s}\n",
    "networks: {n: {aliases: [b, a]}, default: }\n",
    "init: true\nhostname: h\nuser: '5:6'\nworking_dir: /tmp\ntty: true\nstdin_open: true\nread_only: true\n",
    "cap_add: [net_admin]\ncap_drop: [ALL]\nulimits: {nofile: 100}\nsysctls: {net.core.somaxconn: 1024}\n",
    "deploy: {mode: global, labels: {a: b}, restart_policy: {condition: on-failure, delay: 0s, max_attempts: 3}}\n",
    "deploy: {replicas: 2, endpoint_mode: dnsrr, update_config: {parallelism: 0, order: start-first}}\n",
    "dns: [192.0.2.1]\ndns_search: [a.example]\nextra_hosts: ['a:192.0.2.2']\nlogging: {driver: json-file}\n"
    "deploy: {resources: {limits: {cpus: '0.5', memory: 50M}}, placement: {constraints: [node.role == manager]}}\n",
)
"""What a task needs of its node, each kind once; a file each."""


def running(folder: Path) -> list[Case]:
    """Write the files into a folder."""
    (folder / "f").write_text("content", encoding="utf-8")
    for number, keys in enumerate(KEYS):
        (folder / f"{number}.yml").write_text(f"{SERVICE}{indent(keys, '    ')}{TOP}", encoding="utf-8")
    return [Case(f"running/{number}", folder, (f"{number}.yml",), {}) for number in range(len(KEYS))]
