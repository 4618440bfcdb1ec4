"""Writes that restart a task, and writes that do not."""

from __future__ import annotations

import copy
from typing import Any

from tests.contract.garden import Garden, Script, Waiting
from tests.contract.stories.containers import CONTAINER, REPLICAS
from tests.contract.stories.rollouts import quick
from tests.contract.swarm import SECOND

KEEPING: dict[str, dict[str, Any]] = {
    "service_labels": {"Labels": {"a": "b"}},
    "update_policy": {"UpdateConfig": quick("continue")},
    "rollback_policy": {"RollbackConfig": quick("continue")},
    "same_spec": {},
    "no_replicas_more": {REPLICAS: 1},
    "fitting_placement": {"TaskTemplate.Placement": {"Constraints": ["node.role==manager"]}},
    "preference": {"TaskTemplate.Placement": {"Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.a"}}]}},
}
"""What leaves a running task alone."""

RESTARTING: dict[str, dict[str, Any]] = {
    "container_labels": {CONTAINER + "Labels": {"a": "b"}},
    "environment": {CONTAINER + "Env": ["A=b"]},
    "forced": {"TaskTemplate.ForceUpdate": 1},
    "restart_policy": {"TaskTemplate.RestartPolicy": {"Condition": "any", "Delay": SECOND}},
    "resources": {"TaskTemplate.Resources": {"Limits": {"MemoryBytes": 64 * 2**20}}},
    "log_driver": {"TaskTemplate.LogDriver": {"Name": "json-file", "Options": {"max-size": "1m"}}},
    "published_port": {"EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8112, "PublishMode": "host"}]}},
    "network": {"TaskTemplate.Networks": [{"Target": "proxy"}]},
    "stop_grace": {CONTAINER + "StopGracePeriod": 3 * SECOND},
    "hostname": {CONTAINER + "Hostname": "h"},
}
"""What replaces it."""


def written(name: str, keys: dict[str, Any], restarts: bool) -> Script:
    """A story of a service that is written once while it runs."""

    def story(garden: Garden) -> Waiting:
        garden.swarm.create(name, "t/well:1", UpdateConfig=quick())
        yield lambda: garden.running(name)
        before = garden.services[name]
        garden.kept[name] = (before["Version"]["Index"], copy.deepcopy(before["Spec"]))
        garden.swarm.update(name, keys)
        if restarts:
            yield lambda: garden.update_is(name, "completed") and garden.running(name)
        else:
            yield garden.pause(3)

    story.__name__ = name
    return story


def evicted(garden: Garden) -> Waiting:
    """A constraint that the task's node does not meet."""
    garden.swarm.create("evicted", "t/well:1", UpdateConfig=quick())
    yield lambda: garden.running("evicted")
    garden.swarm.update("evicted", {"TaskTemplate.Placement": {"Constraints": ["node.role==worker"]}})
    yield lambda: any(life.error and life.state == "pending" for life in garden.now("evicted"))


STORIES = (
    *(written(name, keys, restarts=False) for name, keys in KEEPING.items()),
    *(written(name, keys, restarts=True) for name, keys in RESTARTING.items()),
    evicted,
)
