"""What coopnb's own calls are answered, on both kinds of swarm."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from coopnb.engine import Engine, connect
from coopnb.errors import Conflict, ConnectFailed, EngineError, InputError, NotFound, OutOfSequence
from coopnb.observe import identify, look_up, snapshot
from coopnb.observe.snapshot import services_seen
from tests.testbed.passing import passing

IMAGE = "busybox:1"
LOOK_UP = 20
"""Seconds after which what is not asked for by then is taken to wait for the others."""


@pytest.fixture
def stack(engine: Engine) -> Iterator[str]:
    """The name of a stack of this test's own; what was made under it is removed."""
    name = f"t{uuid4().hex[:8]}"
    yield name
    for service in engine.services(name).body or ():
        engine.remove("service", service["ID"])
    for kind, listed in (("secret", engine.secrets([name])), ("config", engine.configs([name]))):
        for item in listed.body or ():
            engine.remove(kind, item["ID"])


def service(stack: str, name: str = "app", replicas: int = 0, image: str = IMAGE) -> dict[str, Any]:
    """A small ServiceSpec."""
    labels = {"com.docker.stack.namespace": stack}
    container = {"Image": image, "Labels": labels, "Command": ["/bin/busybox"], "Args": ["sleep", "1000"]}
    return {
        "Name": f"{stack}_{name}",
        "Labels": labels,
        "TaskTemplate": {"ContainerSpec": container},
        "Mode": {"Replicated": {"Replicas": replicas}},
    }


def config(name: str, data: bytes = b"x") -> dict[str, Any]:
    """The body of a new config or secret."""
    return {"Name": name, "Labels": {}, "Data": base64.b64encode(data).decode()}


def test_the_engine_says_who_it_is(engine: Engine) -> None:
    """A manager must be recognised, with its swarm's id."""
    identity = identify(engine, "here")

    assert identity.swarm_id
    assert identity.engine


def test_a_service_is_created_listed_and_removed(engine: Engine, stack: str) -> None:
    """What was created must be listed under its stack, and be gone after its removal."""
    made = engine.create("service", service(stack))
    listed = services_seen(engine.services(stack))

    assert [(item.id, item.name) for item in listed] == [(made, f"{stack}_app")]

    engine.remove("service", made)

    assert services_seen(engine.services(stack)) == ()


def test_a_name_that_is_taken_is_a_conflict(engine: Engine, stack: str) -> None:
    """A second service, secret or config of a name must be refused as a conflict."""
    engine.create("service", service(stack))
    engine.create("config", config(f"{stack}_c"))
    engine.create("secret", config(f"{stack}_s"))

    for kind, body in (
        ("service", service(stack)),
        ("config", config(f"{stack}_c")),
        ("secret", config(f"{stack}_s")),
    ):
        with pytest.raises(Conflict) as refused:
            engine.create(kind, body)
        assert refused.value.status == 409
        assert refused.value.method == "POST"
        assert refused.value.path == f"/{kind}s/create"


def test_an_update_with_an_old_version_is_out_of_sequence(engine: Engine, stack: str) -> None:
    """A service that changed since it was read must not be overwritten."""
    made = engine.create("service", service(stack))
    index = services_seen(engine.services(stack))[0].index
    engine.update_service(made, index, service(stack, replicas=0, image="busybox:2"))

    with pytest.raises(OutOfSequence):
        engine.update_service(made, index, service(stack))


def test_a_write_raises_the_version_index(engine: Engine, stack: str) -> None:
    """The index that plans rest on must move with every write."""
    made = engine.create("service", service(stack))
    before = services_seen(engine.services(stack))[0]
    engine.update_service(made, before.index, {**service(stack), "Labels": {**service(stack)["Labels"], "a": "b"}})
    after = services_seen(engine.services(stack))[0]

    assert after.index > before.index
    assert after.previous_spec is not None


def test_what_is_not_there_is_not_found(engine: Engine) -> None:
    """Removing nothing must be told as such."""
    with pytest.raises(NotFound) as refused:
        engine.remove("service", "nosuchservice")

    assert refused.value.status == 404


def test_wrong_input_is_refused_in_the_daemons_words(engine: Engine, stack: str) -> None:
    """A body that swarm refuses must come back as an EngineError with its message."""
    with pytest.raises(EngineError) as refused:
        engine.create("service", {**service(stack), "Name": "a b"})

    assert refused.value.status == 400
    assert "name must be valid as a DNS name component" in refused.value.message


def test_names_are_found_by_prefix(engine: Engine, stack: str) -> None:
    """Configs and secrets must be listed by prefix, and configs with content."""
    engine.create("config", config(f"{stack}_a", b"one"))
    engine.create("config", config(f"{stack}_b", b"two"))
    engine.create("secret", config(f"{stack}_s"))

    seen = snapshot(engine, identify(engine, "here"), stack)

    assert [(item.name, item.data) for item in seen.configs] == [(f"{stack}_a", b"one"), (f"{stack}_b", b"two")]
    assert [item.name for item in seen.secrets] == [f"{stack}_s"]


def test_a_snapshot_costs_six_calls_however_many_services(engine: Engine, stack: str) -> None:
    """The number of requests must not grow with the stack."""
    identity = identify(engine, "here")
    counts = []
    for name in ("one", "two", "three"):
        engine.create("service", service(stack, name))
        before = engine.requests
        snapshot(engine, identity, stack)
        counts.append(engine.requests - before)

    assert counts == [6, 6, 6]


def test_the_external_network_is_seen(engine: Engine) -> None:
    """A swarm-scoped network must be listed with its id."""
    names = [item["Name"] for item in engine.networks().body]

    assert "proxy" in names


def test_the_engines_time_goes_forward(engine: Engine) -> None:
    """Two answers in a row must not tell times in the wrong order."""
    assert engine.nodes().at <= engine.nodes().at


def test_nobody_answering_is_a_failed_connection(socket_in_nowhere: str) -> None:
    """A socket that is not there must say so, with the server."""
    with pytest.raises(ConnectFailed) as failed:
        connect(socket_in_nowhere)

    assert socket_in_nowhere in str(failed.value)
    assert "No such file or directory" in str(failed.value)


def test_each_image_is_asked_for_once(engine: Engine) -> None:
    """However many services use an image, its registry must be asked one time; a refusal is an answer, too."""
    asked = engine.requests
    one, other = "registry.invalid/one:1", "registry.invalid/other:1"
    found = look_up(engine, [one, other, one, one])
    assert engine.requests - asked == 2
    assert [bool(found[reference].digest) != bool(found[reference].trouble) for reference in (one, other)] == [True] * 2


def test_images_are_asked_for_at_the_same_time(engine: Engine, tmp_path: Path) -> None:
    """The look-ups of a stack must be under way together: none is let through before all of them are asked."""
    together = threading.Barrier(3)

    def watch(line: str) -> bool:
        if "/distribution/" in line:
            together.wait(LOOK_UP)
        return True

    upstream = Path(engine.url.removeprefix("unix://"))
    with passing(tmp_path / "slow.sock", upstream, watch) as address:
        through = connect(f"unix://{address}")
        found = look_up(through, [f"registry.invalid/{name}:1" for name in ("one", "other", "third")])
        through.close()
    assert len(found) == 3 and not together.broken


def test_an_unknown_way_in_is_wrong_input() -> None:
    """A URL scheme that coopnb does not speak must name those it does."""
    with pytest.raises(InputError) as failed:
        connect("gopher://node1")

    assert "unix://" in str(failed.value)
