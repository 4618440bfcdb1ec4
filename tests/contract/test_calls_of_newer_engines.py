"""The table of calls is what dockerd 28.5 answers, word for word; dockerd 26.1 words some refusals in another way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contract.api import Api
from tests.contract.swarm import Swarm
from tests.contract.test_calls import CASES, CREATE, Names, body_of, filled, standing, words
from tests.tables import table
from tests.testbed.engine import RealEngine

__all__ = ["standing"]

OF_26 = table(Path(__file__).with_name("cases").joinpath("calls-26.yaml"))
LOOKS_FOR_A_PLUGIN = {
    "networks-a network of an unknown driver",
    "payload-a secret with a driver and data",
    "volumes-a volume of an unknown driver",
}
"""An engine looks for a plugin for 15 s before it refuses; once, on 20.10, is enough."""
KNOWN = {"engine_26": (1, 45), "engine_28": (1, 51)}
"""The versions of the API of those whose words are written down; a suite of Debian's may bring a newer engine."""

pytestmark = pytest.mark.real


@pytest.fixture(scope="module", params=["engine_26", "engine_28"])
def swarm(request: pytest.FixtureRequest) -> Swarm:
    """A newer engine, asked as the suite asks all."""
    engine: RealEngine = request.getfixturevalue(request.param)
    version, known = engine.version(), KNOWN[request.param]
    if version.api != known:
        pytest.skip(f"Debian has moved on to dockerd {version.engine}; the table is that of API 1.{known[1]}")
    return Swarm(Api(str(engine.socket)), real=True)


@pytest.mark.parametrize("case", [case for case in CASES if case.id not in LOOKS_FOR_A_PLUGIN])
def test_a_newer_engine_answers_as_the_table_says(
    swarm: Swarm, standing: Names, case: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    """Status and words must be those of the table, or for 26.1 those of the list of its own."""
    engine, _, name = request.node.callspec.id.partition("-")
    method, target = filled(swarm, standing, case.get("call", CREATE)).split(" ", 1)
    said = swarm.api.call(method, target, body_of(swarm, standing, case), filters=case.get("filters"))
    if said.status == 201 and target.endswith("/create"):
        made = said.json.get("ID") or said.json.get("Id") or said.json["Name"]
        swarm.api.call("DELETE", target.removesuffix("create") + made)
    status, message = case["status"], case.get("message", "")
    if engine == "engine_26" and name in OF_26:
        status, message = OF_26[name]
    assert (said.status, words(said)) == (status, filled(swarm, standing, message).strip())


def test_the_list_of_26_names_cases_of_the_table() -> None:
    """A case that is renamed or removed must not leave its line behind."""
    assert set(OF_26) <= {case.id for case in CASES}
