"""Each call of the table is answered with dockerd's status and words."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.api import Answer
from tests.contract.swarm import Swarm, patched, spec
from tests.tables import table

TABLE = table(Path(__file__).with_name("cases").joinpath("calls.yaml"))
CREATE = "POST /services/create"
FILE = {"UID": "0", "GID": "0", "Mode": 0o444}
CASES = [
    pytest.param(case, id=f"{group}-{case.get('say', case.get('call'))}") for group in TABLE for case in TABLE[group]
]

Names = dict[str, str]


@pytest.fixture(scope="module")
def standing(swarm: Swarm) -> Iterator[Names]:
    """What the calls meet: two services, with a port each, one that uses a secret, a config, a network, a volume."""
    api, ids = swarm.api, {}
    for kind in ("secret", "config"):
        for word in ("used", "other"):
            name = f"{word}-{kind}"
            ids[name] = api.post(f"/{kind}s/create", {"Name": name, "Data": "eA=="})["ID"]
    ids["used-network"] = api.post("/networks/create", {"Name": "used-network", "Driver": "overlay"})["Id"]
    ports = {"Ports": [{"TargetPort": 80, "PublishedPort": 8085}]}
    ids["taken"] = swarm.create("taken", replicas=0, EndpointSpec=ports)
    ids["user"] = swarm.create("user", at=everything(ids))
    swarm.running("user")
    ids["node"] = api.get("/nodes")[0]["ID"]
    ids["ingress"] = api.get("/networks/ingress")["Id"]
    ids["container"] = swarm.tasks("user")[0]["Status"]["ContainerStatus"]["ContainerID"]
    about = api.get("/version")
    ids |= {"api": about["ApiVersion"], "oldest-api": about["MinAPIVersion"]}
    yield ids
    swarm.remove("taken", "user", gone=True)
    for kind in ("secret", "config"):
        for word in ("used", "other"):
            api.call("DELETE", f"/{kind}s/{word}-{kind}")
    api.call("DELETE", "/networks/used-network")


def everything(ids: Names) -> dict[str, Any]:
    """A service that uses one of each kind."""
    container = "TaskTemplate.ContainerSpec."
    secret = {"SecretID": ids["used-secret"], "SecretName": "used-secret", "File": {"Name": "s", **FILE}}
    config = {"ConfigID": ids["used-config"], "ConfigName": "used-config", "File": {"Name": "/c", **FILE}}
    return {
        container + "Command": ["sleep", "1000"],
        container + "Secrets": [secret],
        container + "Configs": [config],
        container + "Mounts": [{"Type": "volume", "Source": "used-volume", "Target": "/v"}],
        "TaskTemplate.Networks": [{"Target": "used-network"}],
        "EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8086, "PublishMode": "host"}]},
    }


@pytest.mark.parametrize("case", CASES)
def test_a_call_is_answered_as_dockerd_answers_it(swarm: Swarm, standing: Names, case: dict[str, Any]) -> None:
    """The status and, of a refusal, the words must be those of dockerd; what was made by accident is removed."""
    method, target = filled(swarm, standing, case.get("call", CREATE)).split(" ", 1)
    said = swarm.api.call(method, target, body_of(swarm, standing, case), filters=case.get("filters"))
    if said.status == 201 and target.endswith("/create"):
        made = said.json.get("ID") or said.json.get("Id") or said.json["Name"]
        swarm.api.call("DELETE", target.removesuffix("create") + made)

    status, message = case["status"], case.get("message", "")
    if swarm.older and "older" in case:
        status, message = case["older"]
    assert (said.status, words(said)) == (status, filled(swarm, standing, message).strip())


def words(said: Answer) -> str:
    """The text of a refusal; older engines tell some of them without JSON."""
    if said.status < 400:
        return ""
    return (said.message if "json" in said.headers.get("content-type", "") else said.data.decode()).strip()


def body_of(swarm: Swarm, standing: Names, case: dict[str, Any]) -> Any:
    """What the case sends."""
    if "raw" in case:
        return case["raw"].encode()
    if "spec" in case:
        body = patched(spec("fresh", replicas=0), case["spec"])
    elif "body" in case:
        body = dict(case["body"])
    else:
        return None
    if "size" in case:
        body["Data"] = base64.b64encode(b"x" * case["size"]).decode()
    return json.loads(filled(swarm, standing, json.dumps(body)))


def filled(swarm: Swarm, standing: Names, text: str) -> str:
    """A text with ids and versions in place of their names."""
    versions = {
        "version": "/services/taken",
        "node-version": f"/nodes/{standing['node']}",
        "swarm-version": "/swarm",
        "used-secret-version": "/secrets/used-secret",
        "used-config-version": "/configs/used-config",
    }
    for name in set(re.findall(r"\{([a-z-]+)\}", text)):
        if name in versions:
            text = text.replace(f"{{{name}}}", str(swarm.api.get(versions[name])["Version"]["Index"]))
        elif name in standing:
            text = text.replace(f"{{{name}}}", standing[name])
    return text
