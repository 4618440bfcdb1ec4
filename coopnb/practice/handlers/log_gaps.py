"""What is missing of a swarm's logs: the manager asks each node for its part, and some cannot be asked.

After swarmkit's manager/logbroker; dockerd writes what came of that into the stream (its write_log_stream.go).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from coopnb.practice.objects import Task, TaskState
from coopnb.practice.swarm import PracticeSwarm

_SYSTEM_ERROR = 3
_INCOMPLETE = "warning: incomplete log stream. some logs could not be retrieved for the following reasons: "


def is_silent(swarm: PracticeSwarm, node_id: str) -> bool:
    """Whether a node cannot be asked for its part."""
    machine = swarm.machines.get(node_id)
    return machine is not None and not machine.in_touch


def gaps(swarm: PracticeSwarm, tasks: Iterable[Task], *, alone: bool) -> str:
    """Why logs of tasks are incomplete, empty when they are not; of a service's only those that have run count."""
    reasons: dict[str, None] = {}
    for task in tasks:
        if not alone and task.state < TaskState.RUNNING:
            continue
        if not task.node_id:
            reasons[f"task {task.id} has not been scheduled"] = None
        elif is_silent(swarm, task.node_id):
            reasons[f"node {task.node_id} is not available"] = None
    return _INCOMPLETE + ", ".join(reasons) if reasons else ""


def error_frame(text: str, *, terminal: bool) -> bytes:
    """An error in a stream of logs."""
    data = f"Error grabbing logs: rpc error: code = Unknown desc = {text}\n".encode()
    return data if terminal else struct.pack(">BxxxL", _SYSTEM_ERROR, len(data)) + data
