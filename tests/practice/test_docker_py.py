"""docker-py's high-level client on a practice process: every collection that a swarm has."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import docker
import pytest

from coopnb.practice.process import PracticeProcess


@pytest.fixture
def client(start: Callable[..., PracticeProcess]) -> Iterator[Any]:
    """The high-level client, on a practice swarm with an auto clock."""
    client = docker.DockerClient(base_url=f"unix://{start().socket}", timeout=30)
    yield client
    client.close()


@pytest.fixture
def web(client: Any) -> Any:
    """A service of two tasks that run."""
    client.networks.create("own", driver="overlay", attachable=True)
    service = client.services.create(
        "nginx:1.27",
        name="web",
        env=["A=1"],
        mounts=["data:/data:rw"],
        networks=["own"],
        mode=docker.types.ServiceMode("replicated", 2),
        update_config=docker.types.UpdateConfig(monitor=100_000_000),
    )
    for _ in range(60):
        if [task["Status"]["State"] for task in service.tasks()] == ["running"] * 2:
            return service
    raise AssertionError(service.tasks())


def test_services(client: Any, web: Any) -> None:
    """Services must be found, scaled, updated, forced, read, and removed."""
    assert client.services.get("web").id == web.id
    assert [found.name for found in client.services.list(filters={"name": "web"})] == ["web"]
    assert web.scale(3) == {"Warnings": None}
    web.reload()
    assert web.attrs["Spec"]["Mode"] == {"Replicated": {"Replicas": 3}}
    web.update(labels={"a": "b"})
    web.reload()
    assert web.attrs["Spec"]["Labels"] == {"a": "b"}
    assert web.force_update() == {"Warnings": None}
    assert b"start worker processes" in b"".join(web.logs(stdout=True))
    assert web.remove() is True
    with pytest.raises(docker.errors.NotFound):
        client.services.get("web")


def test_nodes_and_the_swarm(client: Any) -> None:
    """Nodes must be listed and updated, and the swarm's attributes read, changed, and unlocked by nobody."""
    assert [node.attrs["Description"]["Hostname"] for node in client.nodes.list()] == ["node1", "node2", "node3"]
    assert len(client.nodes.list(filters={"role": "manager"})) == 1
    node = client.nodes.list(filters={"name": "node2"})[0]
    assert node.update({"Role": "worker", "Availability": "drain", "Labels": {"zone": "a"}}) is True
    node.reload()
    assert node.attrs["Spec"]["Availability"] == "drain"
    client.swarm.reload()
    version, identity = client.swarm.version, client.swarm.id
    assert client.swarm.update(task_history_retention_limit=3) is True
    client.swarm.reload()
    assert client.swarm.attrs["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] == 3
    assert client.swarm.version > version
    with pytest.raises(docker.errors.APIError, match="Removing the last manager"):
        client.swarm.leave()
    assert client.swarm.leave(force=True) is True
    assert client.swarm.init(advertise_addr="127.0.0.1")
    assert client.swarm.id != identity


def test_networks_secrets_configs_and_volumes(client: Any) -> None:
    """Each must be created, found, listed and removed, with its labels and without a secret's data."""
    network = client.networks.create("own", driver="overlay", labels={"a": "b"})
    assert network.attrs["Labels"] == {"a": "b"}
    assert [found.name for found in client.networks.list(names=["own"], greedy=True)] == ["own"]
    network.remove()
    secret = client.secrets.create(name="password", data=b"s3cret", labels={"a": "b"})
    config = client.configs.create(name="settings", data=b"a=1")
    assert "Data" not in client.secrets.get(secret.id).attrs["Spec"]
    assert client.configs.get(config.id).attrs["Spec"]["Data"] == "YT0x"
    assert [found.name for found in client.secrets.list(filters={"label": "a=b"})] == ["password"]
    assert secret.remove() is True
    assert config.remove() is True
    volume = client.volumes.create("data", labels={"a": "b"})
    assert volume.attrs["Mountpoint"].endswith("/data/_data")
    assert [found.name for found in client.volumes.list(filters={"dangling": True})] == ["data"]
    volume.remove()
    with pytest.raises(docker.errors.NotFound, match="get data: no such volume"):
        client.volumes.get("data")
    client.volumes.create()
    assert len(client.volumes.prune()["VolumesDeleted"]) == 1


# docker-py leaves the sockets of hijacked streams to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_containers(client: Any, web: Any) -> None:
    """Containers must be listed, shown, read, run commands in, stopped, and waited for."""
    container = client.containers.list(filters={"label": "com.docker.swarm.service.name=web"})[0]
    assert container.status == "running"
    assert container.attrs["Config"]["Env"] == ["A=1"]
    assert container.image.id == container.attrs["Image"]
    assert container.name.startswith("web.")
    assert b"nginx started" in container.logs(stdout=True, tail=2)
    lines = container.logs(stream=True, follow=True)
    assert next(lines).endswith(b"\n")
    lines.close()
    assert container.exec_run(["echo", "hello"]) == (0, b"hello\n")
    assert container.exec_run("false").exit_code == 1
    code, (out, err) = container.exec_run(["sh", "-c", "echo one"], demux=True)
    assert (code, out, err) == (0, b"one\n", None)
    container.stop()
    assert container.wait()["StatusCode"] == 0
    container.remove()
    with pytest.raises(docker.errors.NotFound):
        client.containers.get(container.id)
    with pytest.raises(docker.errors.APIError, match="does not simulate POST /containers/create"):
        client.containers.run("busybox:1")
    assert web.tasks(filters={"desired-state": "running"})
    # here, where it is expected, and not in a test that follows
    gc.collect()


def test_images_events_and_the_disk(client: Any) -> None:
    """Images must be pulled, found, tagged and removed; events and the use of the disk must be told."""
    image = client.images.pull("busybox", tag="1")
    assert image.tags == ["busybox:1"]
    assert client.images.get("busybox:1").id == image.id
    assert image.tag("mine", tag="2") is True
    assert sorted(client.images.get(image.id).tags) == ["busybox:1", "mine:2"]
    assert [found.id for found in client.images.list(name="mine")] == [image.id]
    with pytest.raises(docker.errors.NotFound, match="manifest unknown"):
        client.images.pull("example.org/missing", tag="1")
    with pytest.raises(docker.errors.ImageNotFound):
        client.images.get("nope")
    client.images.remove("mine:2")
    assert client.images.get_registry_data("nginx:1.27").has_platform("linux/amd64")
    events = list(client.events(since=1, until=1767225600, decode=True))
    assert [(event["Type"], event["Action"]) for event in events] == [
        ("image", "pull"),
        ("image", "tag"),
        ("image", "untag"),
    ]
    assert client.df()["Images"][0]["Id"] == image.id
    assert client.version()["ApiVersion"] == "1.51"
    assert client.info()["Swarm"]["Nodes"] == 3
    assert client.ping() is True
