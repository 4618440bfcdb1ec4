"""What: a service has a key for which swarm has no option: `build`, `cgroupns_mode`, `cgroup_parent`, `devices`,
`domainname`, `external_links`, `ipc`, `links`, `mac_address`, `network_mode`, `oom_score_adj`, `pid`, `privileged`,
`security_opt`, `shm_size` or `userns_mode`.

Why: the service runs without what the key asks for: without its device, without more shared memory, in its own
network. Some apps fail at once, others much later.

Docker: `docker stack deploy` prints "Ignoring unsupported options" with the keys' names, and goes on. Of
`oom_score_adj` it says nothing at all.

Write: what the finding says of the key; most have something else in their place, as `shm_size` has:

    volumes:
      - {type: tmpfs, target: /dev/shm, tmpfs: {size: 134217728}}
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe

INSTEAD: dict[str, str] = {
    "build": "swarm does not build images; the image must be in a registry",
    "cgroupns_mode": "swarm has no such option",
    "cgroup_parent": "swarm has no such option",
    "devices": "swarm cannot give devices to a task",
    "domainname": "swarm has no such option",
    "external_links": "services reach each other by name over a network",
    "ipc": "swarm has no such option",
    "links": "services reach each other by name over a network",
    "mac_address": "swarm has no such option",
    "network_mode": "use networks; the host's network is an external network named host",
    "oom_score_adj": "docker stack does not pass it on",
    "pid": "swarm has no such option",
    "privileged": "swarm cannot run privileged tasks; see cap_add",
    "security_opt": "swarm has no such option",
    "shm_size": "use a tmpfs volume at /dev/shm",
    "userns_mode": "swarm has no such option",
}
"""Key -> what to do instead (docker/cli ``compose/types/types.go``, ``UnsupportedProperties``, but for ``restart``)."""


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each of the keys that says something."""
    return RULE.keys_without_effect(recipe, INSTEAD)


RULE = Rule.of(__name__, __doc__, "warning", look)
