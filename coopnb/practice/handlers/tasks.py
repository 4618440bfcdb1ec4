"""/tasks: list and inspect."""

from __future__ import annotations

from coopnb.practice.handlers.find import find
from coopnb.practice.handlers.services import find_service
from coopnb.practice.objects import Node, Service, Task
from coopnb.practice.orchestrator.tasks import is_dirty
from coopnb.practice.specs.filters import Filters, read_filters
from coopnb.practice.specs.render import task_json
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, json_response
from coopnb.practice.wire_errors import Refusal

_ACCEPTED = ("_up-to-date", "desired-state", "id", "label", "name", "node", "runtime", "service")
_DESIRED = ("running", "shutdown", "accepted", "ready", "complete", "remove")


def list_tasks(swarm: PracticeSwarm, request: Request) -> Response:
    """List all tasks that pass the filters; a label is one of the task's service."""
    filters = read_filters(request, _ACCEPTED)
    services = {find_service(swarm, reference).id for reference in filters.get("service")}
    nodes = {_node_id(swarm, reference) for reference in filters.get("node")}
    for wanted in filters.get("desired-state"):
        if wanted not in _DESIRED:
            raise Refusal(500, f"Invalid desired-state filter: '{wanted}'")
    kept = [
        task
        for task in _candidates(swarm, services)
        if (not services or task.service_id in services)
        and (not nodes or task.node_id in nodes)
        and filters.prefix("id", task.id)
        and filters.prefix("name", task.name)
        and filters.labels("label", task.service_labels)
        and filters.exact("desired-state", task.desired.text)
        and filters.exact("runtime", "container")
        and _up_to_date(swarm, filters, task)
    ]
    return Response(200, swarm.rendered.list(kept, task_json))


def inspect_task(swarm: PracticeSwarm, _request: Request, reference: str) -> Response:
    """Show one task."""
    return json_response(task_json(find_task(swarm, reference)))


def find_task(swarm: PracticeSwarm, reference: str) -> Task:
    """The task that an id, a name or the beginning of an id means."""
    return find(swarm.store, Task, reference, lambda task: task.name)


def _node_id(swarm: PracticeSwarm, reference: str) -> str:
    return find(swarm.store, Node, reference, lambda node: node.hostname).id


def _candidates(swarm: PracticeSwarm, services: set[str]) -> list[Task]:
    """The tasks to look at: all, or of one service its own."""
    return swarm.store.tasks_of(min(services)) if len(services) == 1 else swarm.store.all(Task)


def _up_to_date(swarm: PracticeSwarm, filters: Filters, task: Task) -> bool:
    """Whether a task matches its service's present spec; asked for with any value, as dockerd reads it."""
    if not filters.get("_up-to-date"):
        return True
    service = swarm.store.get(Service, task.service_id)
    return service is not None and not is_dirty(service, task, swarm.store.get(Node, task.node_id))
