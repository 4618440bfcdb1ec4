"""The labels of secrets and configs that are there: all that swarm changes of them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.contract.api import Answer
from tests.contract.swarm import Swarm

DATA = base64.b64encode(b"x").decode()
FIRST = {"a": "1", "b": "2"}


@pytest.fixture(params=["secret", "config"])
def path(request: pytest.FixtureRequest, swarm: Swarm) -> Iterator[str]:
    """Where a secret or a config with two labels and a template is found."""
    kind: str = request.param
    body = {"Name": "labelled", "Labels": FIRST, "Data": DATA, "Templating": {"Name": "golang"}}
    made = swarm.api.post(f"/{kind}s/create", body)
    yield f"/{kind}s/{made['ID']}"
    swarm.api.call("DELETE", f"/{kind}s/{made['ID']}")


def updated(swarm: Swarm, path: str, body: Mapping[str, Any]) -> Answer:
    """The answer to an update at the version the object has."""
    body = {"Name": "labelled", **body}
    return swarm.api.call("POST", f"{path}/update", body, version=swarm.api.get(path)["Version"]["Index"])


@pytest.mark.parametrize("sent", [{"c": "3"}, {"a": "1", "b": "", "c": "3"}, {}, None])
def test_labels_are_replaced_as_a_whole(swarm: Swarm, path: str, sent: Mapping[str, str] | None) -> None:
    """Those sent must be there and no others, and everything else must be as it was, data and template unsent."""
    before = swarm.api.get(path)
    assert updated(swarm, path, {} if sent is None else {"Labels": sent}).status == 200
    after = swarm.api.get(path)
    assert after["Spec"] == {**before["Spec"], "Labels": sent or {}}
    assert after["Version"]["Index"] > before["Version"]["Index"]
    assert (after["ID"], after["CreatedAt"]) == (before["ID"], before["CreatedAt"])


def test_the_same_data_may_come_along(swarm: Swarm, path: str) -> None:
    """docker sends the file again with the labels: the value that is there must be taken, and another template too."""
    before = swarm.api.get(path)
    assert updated(swarm, path, {"Labels": {"c": "3"}, "Data": DATA}).status == 200
    assert swarm.api.get(path)["Spec"] == {**before["Spec"], "Labels": {"c": "3"}}


def test_other_data_is_refused_before_the_version_is_looked_at(swarm: Swarm, path: str) -> None:
    """Of a wrong value and a wrong version, the value must be what is told, and nothing must change."""
    before = swarm.api.get(path)
    other = base64.b64encode(b"y").decode()
    answers = [
        swarm.api.call("POST", f"{path}/update", {"Name": "labelled", "Labels": {}, "Data": data}, version=1)
        for data in (other, DATA)
    ]
    assert [answer.status for answer in answers] == [400, 500]
    assert answers[0].json["message"].endswith("only updates to Labels are allowed")
    assert answers[1].json["message"].endswith("update out of sequence")
    assert swarm.api.get(path) == before


def test_an_equal_write_is_a_write(swarm: Swarm, path: str) -> None:
    """Labels that are there already must be taken, and raise the version like any write."""
    before = swarm.api.get(path)
    assert updated(swarm, path, {"Labels": FIRST}).status == 200
    after = swarm.api.get(path)
    assert after["Spec"] == before["Spec"]
    assert after["Version"]["Index"] > before["Version"]["Index"]
