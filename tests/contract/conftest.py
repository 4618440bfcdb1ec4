"""Every test here runs on the practice swarm and on a real dockerd: what one does, the other must do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb.engine import Engine, connect
from coopnb.practice import process
from tests.contract import images
from tests.contract.api import Api
from tests.contract.garden import Garden
from tests.contract.stories import STORIES
from tests.contract.swarm import Swarm
from tests.testbed.engine import RealEngine

WORLD = Path(__file__).with_name("world.yaml")
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
