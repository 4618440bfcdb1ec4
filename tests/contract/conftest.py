"""Every test here runs on the practice swarm and on a real dockerd: what one does, the other must do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb.engine import Engine, connect
from coopnb.practice import process
from coopnb.practice.remote import Remote
from tests.contract import images
from tests.contract.api import Api
from tests.contract.garden import Garden
from tests.contract.stories import STORIES
from tests.contract.swarm import Swarm
from tests.contract.three import NAMES, Three
from tests.testbed.engine import RealEngine
from tests.testbed.nodes import ThreeNodes

WORLD = Path(__file__).with_name("world.yaml")
THREE = Path(__file__).with_name("three.yaml")
GROWING = 400
"""Seconds that the stories may take on a busy machine; on a quiet one they take a sixth of that."""


@pytest.fixture(scope="session")
def practice_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A practice swarm whose time moves when it is read."""
    folder = tmp_path_factory.mktemp("practice")
    engine = connect(f"unix://{process.start(folder, clock='auto').socket}")
    yield engine
    engine.close()
    process.stop(folder)


@pytest.fixture(params=["practice", pytest.param("real", marks=pytest.mark.real)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """One of the two."""
    if request.param == "practice":
        yield request.getfixturevalue("practice_engine")
        return
    real: RealEngine = request.getfixturevalue("real_engine")
    engine = connect(real.url)
    yield engine
    engine.close()


@pytest.fixture
def socket_in_nowhere(tmp_path: Path) -> str:
    """A URL that nobody answers at."""
    return f"unix://{tmp_path / 'nobody.sock'}"


@pytest.fixture(scope="package")
def practice_swarm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:
    """A practice swarm of one node, whose images are those of the suite."""
    folder = tmp_path_factory.mktemp("practice")
    yield Swarm(Api(str(process.start(folder, clock="auto", world=WORLD).socket)), real=False)
    process.stop(folder)


@pytest.fixture(scope="package", params=["practice", pytest.param("real", marks=pytest.mark.real)])
def swarm(request: pytest.FixtureRequest) -> Swarm:
    """One of the two, asked by the suite's own client."""
    if request.param == "practice":
        practice: Swarm = request.getfixturevalue("practice_swarm")
        return practice
    real: RealEngine = request.getfixturevalue("real_engine")
    images.load(real)
    return Swarm(Api(str(real.socket)), real=True, older=True)


@pytest.fixture(scope="package")
def garden(swarm: Swarm) -> Iterator[Garden]:
    """All stories, told; what is left of their services goes at the end."""
    garden = Garden(swarm)
    garden.grow(STORIES, seconds=GROWING)
    yield garden
    swarm.remove(*(story.__name__ for story in STORIES))


@pytest.fixture(scope="package")
def practice_three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    """A practice swarm of three nodes, told what happens to them through its control socket."""
    folder = tmp_path_factory.mktemp("three")
    found = process.start(folder, clock="auto", world=THREE)
    remote = Remote(found.control)
    engines = {name: Api(path) for name, path in remote.status().places.engines.items()}
    api = Api(str(found.socket))
    yield Three(
        Swarm(api, real=False),
        {"node1": api, **engines},
        power_off=lambda name: said(remote.fault("node-down", name)),
        power_on=lambda name: said(remote.fault("node-up", name)),
        cut=lambda name: said(remote.fault("partition", name)),
        mend=lambda name: said(remote.fault("heal", name)),
        pause=lambda seconds: said(remote.advance(seconds)),
    )
    process.stop(folder)


def said(_sentence: str) -> None:
    """Take note of what the control says: the tests look at the swarm itself."""


@pytest.fixture(scope="package", params=["practice", pytest.param("real", marks=pytest.mark.real)])
def any_three(request: pytest.FixtureRequest) -> Three:
    """One of the two swarms of three."""
    if request.param == "practice":
        practice: Three = request.getfixturevalue("practice_three")
        return practice
    nodes: ThreeNodes = request.getfixturevalue("three_nodes")
    engines = {name: Api(str(nodes.machines[name].socket)) for name in NAMES}
    return Three(
        Swarm(engines["node1"], real=True, older=True),
        engines,
        power_off=nodes.power_off,
        power_on=lambda name: said(nodes.power_on(name).url),
        cut=nodes.link_down,
        mend=nodes.link_up,
        pause=time.sleep,
    )


@pytest.fixture
def three(any_three: Three) -> Iterator[Three]:
    """A swarm of three without services, its nodes active and without labels; and so afterwards."""
    any_three.tidy()
    yield any_three
    any_three.tidy()
