"""The containers of tasks: what an engine knows of them beside the swarm, and their output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from coopnb.practice.clock import SECOND, Clock
from coopnb.practice.events import EventLog
from coopnb.practice.objects import Json, Network, Task
from coopnb.practice.store import Store


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of output; stream 1 is stdout, 2 is stderr."""

    moment: int
    stream: int
    text: str


@dataclass(frozen=True, slots=True)
class Probe:
    """One run of a healthcheck."""

    start: int
    end: int
    exit_code: int
    output: str


@dataclass(slots=True)
class Container:
    """A container of a task on a node.

    Attributes:
        health: ``starting``, ``healthy``, ``unhealthy``, or nothing when it has no healthcheck.
        probes: the last five runs of its healthcheck.
        healthcheck: what applies to it, the spec's with the image's where that says nothing, in Engine JSON.
        error: why it did not start.
    """

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
    failing_streak: int = 0
    probes: list[Probe] = field(default_factory=list)
    healthcheck: Json | None = None
    oom_killed: bool = False
    error: str = ""
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
    """All containers of all nodes; each node's engine tells the events of its own."""

    def __init__(self, store: Store, clock: Clock, events: EventLog) -> None:
        self._store = store
        self._clock = clock
        self._events = events
        self._containers: dict[str, Container] = {}
        self._by_node: dict[str, dict[str, Container]] = {}
        self._readers: dict[object, Callable[[Container, LogLine], None]] = {}
        self._next_pid = 2000
        self._brought: set[tuple[str, str]] = set()

    def create(self, container_id: str, task: Task) -> Container:
        """Make a container for a task on its node."""
        container = Container(container_id, task, task.node_id, self._clock.now)
        self._containers[container.id] = container
        self._by_node.setdefault(task.node_id, {})[container.id] = container
        self._bring_networks(container)
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
        return list(reversed(self._by_node.get(node_id, {}).values()))

    def local(self) -> list[Container]:
        """The containers of the manager's engine, newest first."""
        return self.on(self.local_node_id())

    def local_node_id(self) -> str:
        """The id of the node whose engine one talks to: the leader."""
        leader = self._store.leader()
        return leader.id if leader is not None else ""

    def join(self, container: Container) -> None:
        """It is put on its networks."""
        self._bring_networks(container)
        for network in self._networks(container):
            self._tell_network(container, network, "connect")

    def start(self, container: Container) -> None:
        """It runs."""
        self._next_pid += 7
        container.state, container.started, container.pid = "running", self._clock.now, self._next_pid
        self.tell(container, "start")

    def fail(self, container: Container, error: str, exit_code: int) -> None:
        """It could not be started."""
        container.error, container.exit_code = error, exit_code
        self._leave(container)

    def signal(self, container: Container, number: str) -> None:
        """It is sent a signal by its engine."""
        self.tell(container, "kill", signal=number)

    def end(self, container: Container, exit_code: int, killed_by: tuple[str, ...] = (), stopped: bool = False) -> None:
        """It stopped, by itself, by signals, or because its engine stopped it; once it has ended, nothing happens."""
        if container.state != "running":
            return
        for number in killed_by:
            self.signal(container, number)
        container.state, container.exit_code = "exited", exit_code
        container.finished, container.pid = self._clock.now, 0
        duration = (container.finished - container.started) // SECOND
        self._leave(container)
        if killed_by or stopped:
            self.tell(container, "stop")
        self.tell(container, "die", execDuration=str(duration), exitCode=str(exit_code))
        if killed_by or stopped:
            self._drop_networks(container)

    def lose(self, container: Container) -> None:
        """Its machine is gone: nobody sees it end."""
        if container.state == "running":
            container.state, container.exit_code = "exited", 255
            container.finished, container.pid = self._clock.now, 0

    def find_dead(self, container: Container) -> None:
        """Its engine is back, and dates its end to that, knowing no better."""
        if container.exit_code == 255:
            container.finished = self._clock.now

    def destroy(self, container: Container) -> None:
        """It is removed, its output with it."""
        if self._containers.pop(container.id, None) is not None:
            del self._by_node[container.node_id][container.id]
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
        """Let the container's engine emit an event of it."""
        self._events.emit_later(
            container.node_id,
            "container",
            action,
            container.id,
            lambda: {**container.labels, "image": container.image, "name": container.task.name, **more},
        )

    def _leave(self, container: Container) -> None:
        for network in self._networks(container):
            self._tell_network(container, network, "disconnect")

    def _bring_networks(self, container: Container) -> None:
        """A network of the swarm comes to a node with the first container that needs it; ingress is there already."""
        ingress = self._store.ingress()
        for network in self._networks(container):
            if network[2] != "overlay" or (ingress is not None and network[0] == ingress.id):
                continue
            if (container.node_id, network[0]) not in self._brought:
                self._brought.add((container.node_id, network[0]))
                self._tell_brought(container.node_id, network, "create")

    def _drop_networks(self, container: Container) -> None:
        """It goes again when the last container that ran on it was stopped."""
        running = [other for other in self.on(container.node_id) if other.state == "running"]
        used = {network[0] for other in running for network in self._networks(other)}
        for network in self._networks(container):
            if network[0] not in used and (container.node_id, network[0]) in self._brought:
                self._brought.discard((container.node_id, network[0]))
                self._tell_brought(container.node_id, network, "destroy")

    def _tell_brought(self, node_id: str, network: tuple[str, str, str], action: str) -> None:
        network_id, name, driver = network
        self._events.emit_later(node_id, "network", action, network_id, lambda: {"name": name, "type": driver})

    def _networks(self, container: Container) -> list[tuple[str, str, str]]:
        """Id, name and driver of its networks; without one of the swarm it is on its engine's bridge."""
        joined = [attachment["Network"] for attachment in container.task.attachments]
        if joined:
            return [(item["ID"], item["Spec"]["Name"], item["DriverState"]["Name"]) for item in joined]
        return [(bridge.id, bridge.name, bridge.driver) for bridge in self._store.named(Network, "bridge")]

    def _tell_network(self, container: Container, network: tuple[str, str, str], action: str) -> None:
        network_id, name, driver = network
        about = {"container": container.id, "name": name, "type": driver}
        self._events.emit_later(container.node_id, "network", action, network_id, lambda: about)
