"""The containers of tasks: what an engine knows of them beside the swarm, and their output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from coopnb.practice.clock import SECOND, Clock
from coopnb.practice.events import EventLog
from coopnb.practice.objects import Task
from coopnb.practice.store import Store


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of output; stream 1 is stdout, 2 is stderr."""

    moment: int
    stream: int
    text: str


@dataclass(slots=True)
class Container:
    """A container of a task on a node."""

    id: str
    task: Task
    node_id: str
    created: int
    state: str = "created"
    started: int = 0
    finished: int = 0
    exit_code: int = 0
    pid: int = 0
    health: str = ""
    lines: list[LogLine] = field(default_factory=list)

    @property
    def labels(self) -> dict[str, str]:
        """The container's labels: the spec's, and those that swarm adds."""
        own = self.task.spec["ContainerSpec"].get("Labels") or {}
        return {**own, **self.swarm_labels}

    @property
    def swarm_labels(self) -> dict[str, str]:
        """Which task this container is of."""
        return {
            "com.docker.swarm.node.id": self.node_id,
            "com.docker.swarm.service.id": self.task.service_id,
            "com.docker.swarm.service.name": self.task.service_name,
            "com.docker.swarm.task": "",
            "com.docker.swarm.task.id": self.task.id,
            "com.docker.swarm.task.name": self.task.name,
        }

    @property
    def image(self) -> str:
        """The image as the spec names it."""
        return str(self.task.spec["ContainerSpec"]["Image"])


class Containers:
    """All containers of all nodes; events come only from those of the engine one talks to."""

    def __init__(self, store: Store, clock: Clock, events: EventLog) -> None:
        self._store = store
        self._clock = clock
        self._events = events
        self._containers: dict[str, Container] = {}
        self._readers: dict[object, Callable[[Container, LogLine], None]] = {}
        self._next_pid = 2000

    def create(self, container_id: str, task: Task) -> Container:
        """Make a container for a task on its node."""
        container = Container(container_id, task, task.node_id, self._clock.now)
        self._containers[container.id] = container
        self.tell(container, "create")
        return container

    def get(self, container_id: str) -> Container | None:
        """The container with this id, or None."""
        return self._containers.get(container_id)

    def all(self) -> list[Container]:
        """Every container of every node, oldest first."""
        return list(self._containers.values())

    def on(self, node_id: str) -> list[Container]:
        """The containers of a node's engine, newest first."""
        return [container for container in reversed(self._containers.values()) if container.node_id == node_id]

    def local(self) -> list[Container]:
        """The containers of the engine one talks to, newest first."""
        own = self.local_node_id()
        return [container for container in reversed(self._containers.values()) if container.node_id == own]

    def local_node_id(self) -> str:
        """The id of the node whose engine one talks to: the leader."""
        leader = self._store.leader()
        return leader.id if leader is not None else ""

    def start(self, container: Container) -> None:
        """It runs."""
        self._next_pid += 7
        container.state, container.started, container.pid = "running", self._clock.now, self._next_pid
        self.tell(container, "start")

    def end(self, container: Container, exit_code: int, killed_by: tuple[str, ...] = ()) -> None:
        """It stopped; nothing happens when it never ran or has ended already."""
        if container.state != "running":
            container.state = "exited" if container.started else container.state
            return
        for signal in killed_by:
            self.tell(container, "kill", signal=signal)
        container.state, container.exit_code = "exited", exit_code
        container.finished, container.pid = self._clock.now, 0
        duration = (container.finished - container.started) // SECOND
        if killed_by:
            self.tell(container, "stop")
        self.tell(container, "die", execDuration=str(duration), exitCode=str(exit_code))

    def destroy(self, container: Container) -> None:
        """It is removed, its output with it."""
        if self._containers.pop(container.id, None) is not None:
            self.tell(container, "destroy")

    def write(self, container: Container, texts: tuple[str, ...], stream: int = 1) -> None:
        """The container prints lines, a microsecond apart so that their order shows in their times."""
        for at, text in enumerate(texts):
            line = LogLine(self._clock.now + at * 1000, stream, text)
            container.lines.append(line)
            for reader in list(self._readers.values()):
                reader(container, line)

    def read(self, reader: Callable[[Container, LogLine], None]) -> Callable[[], None]:
        """Hear every line from here on; call what comes back to stop."""
        key = object()
        self._readers[key] = reader
        return lambda: self._readers.pop(key, None) and None

    def tell(self, container: Container, action: str, **more: str) -> None:
        """Emit an event of a local container."""
        if container.node_id == self.local_node_id():
            about = {**container.labels, "image": container.image, "name": container.task.name, **more}
            self._events.emit("container", action, container.id, about)
