"""Lesson 1: what a swarm is, and how to read its state."""

from __future__ import annotations

from coopnb.lessons.facts import Facts, service_of, serving, whole
from coopnb.model.lesson import Seen


def nodes(facts: Facts) -> Seen:
    """How many nodes there are: a swarm is machines that act as one."""
    seen = facts.snapshot.nodes
    managers = sum(node.role == "manager" for node in seen)
    there = f"{len(seen)} nodes, {managers} of them manager"
    if facts.answer == str(len(seen)):
        return Seen(there)
    if not facts.answer:
        return Seen("you gave no answer yet", "the number of rows of the first table, as in `nodes = 5`")
    return Seen(f"you said {facts.answer}", "the swarm has another number of nodes; count the rows of the first table")


def where(facts: Facts) -> Seen:
    """On which node the database runs."""
    db = service_of(facts.snapshot, "db")
    homes = sorted(task.node for task in serving(facts.snapshot, db)) if db else []
    if not homes:
        late = whole(facts.snapshot).missing or "its service"
        return Seen(
            "the database does not run", f"a task of it: {late}; to begin again: lesson.reset()", under_way=True
        )
    if facts.answer in homes:
        return Seen(f"{facts.snapshot.stack}_db.1 runs on {facts.answer}")
    said = f"you said {facts.answer}" if facts.answer else "you gave no answer yet"
    return Seen(said, 'the node that stands in the row of db.1, as in `node = "node1"`')


def killed(facts: Facts) -> Seen:
    """A task was killed, and swarm put another one in its place."""
    app = service_of(facts.snapshot, "app")
    if app is None:
        return Seen("the wiki's app is not there", "begin again: lesson.reset()")
    lost = [task for task in facts.snapshot.tasks if task.service_id == app.id and task.exit_code == 137]
    if not lost:
        return Seen(f"no task of {app.name} was killed yet", f"a killed one: put the fault kill into {app.name}.1")
    there = f"{lost[0].name} was killed (exit 137)"
    if not serving(facts.snapshot, app):
        return Seen(there, f"another task in its place: {whole(facts.snapshot).missing}", under_way=True)
    return Seen(f"{there}; a new task runs in its place, on {serving(facts.snapshot, app)[0].node}")


def node_lost(facts: Facts) -> Seen:
    """A worker that had a task is down, and everything runs elsewhere."""
    down = [node.hostname for node in facts.snapshot.nodes if node.state == "down"]
    had = {task.node for task in facts.snapshot.tasks}
    if not down:
        names = ", ".join(f"{node.hostname} is {node.state}" for node in facts.snapshot.nodes)
        text = "a worker with a task that is down; swarm takes a node for lost when it was silent for about 16 s"
        return Seen(names, text)
    if not had & set(down):
        return Seen(f"{', '.join(down)} is down, and had no task", "a worker that has one, taken down too")
    rest = whole(facts.snapshot)
    there = f"{', '.join(down)} is down; {rest.there} on the others"
    return Seen(there, rest.missing, rest.under_way)


def node_back(facts: Facts) -> Seen:
    """Every node is ready again; tasks stay where they are."""
    away = [node.hostname for node in facts.snapshot.nodes if node.state != "ready"]
    if away:
        names = ", ".join(away)
        return Seen(f"{names} is not ready", f"the fault node-up for {names}, and a few seconds", under_way=True)
    if (rest := whole(facts.snapshot)).missing:
        return rest
    idle = _idle(facts)
    there = f"all {len(facts.snapshot.nodes)} nodes are ready; {rest.there}"
    if facts.answer in idle:
        return Seen(f"{there}; {facts.answer} has no task: swarm moves nothing back by itself")
    said = f"; you said {facts.answer}" if facts.answer else ""
    return Seen(there + said, 'the name of a node that runs no task now, as in `idle = "node1"`')


def _idle(facts: Facts) -> list[str]:
    busy = {task.node for service in facts.snapshot.services for task in serving(facts.snapshot, service)}
    return [node.hostname for node in facts.snapshot.nodes if node.hostname not in busy]
