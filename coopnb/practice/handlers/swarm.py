"""/swarm: the swarm's own object, its beginning and its end."""

from __future__ import annotations

import copy
import hashlib

from coopnb.practice.clock import MINUTE, rfc3339
from coopnb.practice.founding import default_spec, disband, found
from coopnb.practice.handlers.asked import OUTSIDE, asked_engine, need_manager
from coopnb.practice.handlers.query import read_bool, read_version
from coopnb.practice.objects import Cluster, Json, Node
from coopnb.practice.specs.shape import read_json
from coopnb.practice.specs.shapes import INIT_REQUEST, SWARM_SPEC
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, empty, json_response
from coopnb.practice.wire_errors import Refusal, invalid, not_simulated, out_of_sequence

_EXISTS = 'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'
_MANAGER_LEAVES = "You are attempting to leave the swarm on a node that is participating as a manager. "
_LAST_LEAVES = "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. "
_NO_QUORUM = (
    "The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. "
    "Use `--force` to suppress this message."
)
_ONE_SWARM = "a swarm has the machines that its world gives it, and there is no second one to join"
_LOCK = "managers are never locked here"
_CERTIFICATES = "nodes have no certificates here"


def init_swarm(swarm: PracticeSwarm, request: Request) -> Response:
    """Make a new swarm with the engine's machine as its only node."""
    wanted = read_json(request, INIT_REQUEST)
    engine = asked_engine(swarm, request)
    if engine.node_id and wanted.get("ForceNewCluster"):
        need_manager(engine)
        raise not_simulated("POST", "/swarm/init with ForceNewCluster", "its last manager never loses the state")
    if engine.node_id:
        raise Refusal(503, _EXISTS)
    if swarm.cluster is not None:
        raise not_simulated("POST", "/swarm/init beside another swarm", _ONE_SWARM)
    availability = (wanted.get("Availability") or "active").lower()
    if availability not in ("active", "pause", "drain"):
        raise Refusal(400, f'invalid Availability: "{wanted["Availability"]}"')
    spec = _merged(default_spec(), {**(wanted.get("Spec") or {}), "Name": "default"})
    if wanted.get("AutoLockManagers"):
        spec["EncryptionConfig"] = {"AutoLockManagers": True}
    _check_spec(spec)
    cluster = Cluster(
        id=swarm.ids.object_id(),
        spec=spec,
        pool=tuple(wanted.get("DefaultAddrPool") or ()),
        subnet_size=wanted.get("SubnetSize") or 24,
        data_path_port=wanted.get("DataPathPort") or 4789,
    )
    return json_response(found(swarm, engine, cluster, availability).id)


def inspect_swarm(swarm: PracticeSwarm, _request: Request) -> Response:
    """Show the swarm, with join tokens that say that they are for practice."""
    cluster = _cluster(swarm)
    tokens = {"Worker": _token(cluster, "worker"), "Manager": _token(cluster, "manager")}
    return json_response({**cluster_json(cluster), "JoinTokens": tokens})


def update_swarm(swarm: PracticeSwarm, request: Request) -> Response:
    """Replace the swarm's spec, and make join tokens anew if asked."""
    spec = read_json(request, SWARM_SPEC)
    version = read_version(request, "swarm")
    worker, manager = read_bool(request, "rotateWorkerToken"), read_bool(request, "rotateManagerToken")
    if read_bool(request, "rotateManagerUnlockKey"):
        raise not_simulated("POST", "/swarm/update with rotateManagerUnlockKey", _LOCK)
    cluster = _cluster(swarm)
    if spec.get("Name", "") not in ("", "default"):
        raise Refusal(400, 'swarm spec must be named "default"')
    complete = _merged(_nothing(), {**spec, "Name": "default"})
    _check_spec(complete)
    if version != cluster.index:
        raise out_of_sequence()
    swarm.store.update(
        cluster,
        spec=complete,
        worker_rotations=cluster.worker_rotations + worker,
        manager_rotations=cluster.manager_rotations + manager,
    )
    return empty()


def leave_swarm(swarm: PracticeSwarm, request: Request) -> Response:
    """Leave the swarm; the last manager must be forced, and with it the swarm is gone."""
    engine = asked_engine(swarm, request)
    if not engine.node_id:
        raise Refusal(503, "This node is not part of a swarm")
    managers = [node for node in swarm.store.all(Node) if node.role == "manager"]
    if engine.is_manager and not request.flag("force"):
        raise Refusal(503, _MANAGER_LEAVES + (_LAST_LEAVES if len(managers) == 1 else _NO_QUORUM))
    if not engine.is_manager or len(managers) > 1:
        raise not_simulated("POST", "/swarm/leave on one of several nodes", "a fault takes a node away")
    disband(swarm)
    return empty()


def join_swarm(swarm: PracticeSwarm, request: Request) -> Response:
    """Refuse: a machine that is in the swarm already stays, and there is no other swarm."""
    if asked_engine(swarm, request).node_id:
        raise Refusal(503, _EXISTS)
    raise not_simulated("POST", "/swarm/join", _ONE_SWARM)


def unlock_swarm(swarm: PracticeSwarm, request: Request) -> Response:
    """Refuse: a swarm here is never locked."""
    engine = asked_engine(swarm, request)
    if not engine.node_id:
        raise Refusal(503, OUTSIDE)
    need_manager(engine)
    raise Refusal(409, "swarm is not locked")


def unlock_key(_swarm: PracticeSwarm, _request: Request) -> Response:
    """Show the key that unlocks managers, which is empty as long as they are not locked."""
    return json_response({"UnlockKey": ""})


def cluster_json(cluster: Cluster) -> Json:
    """The swarm as ``/info`` and ``/swarm`` show it."""
    return {
        "ID": cluster.id,
        "Version": {"Index": cluster.index},
        "CreatedAt": rfc3339(cluster.created),
        "UpdatedAt": rfc3339(cluster.updated),
        "Spec": copy.deepcopy(cluster.spec),
        "TLSInfo": {},
        "RootRotationInProgress": False,
        "DefaultAddrPool": list(cluster.pool) or None,
        "SubnetSize": cluster.subnet_size,
        "DataPathPort": cluster.data_path_port,
    }


def _cluster(swarm: PracticeSwarm) -> Cluster:
    if swarm.cluster is None:
        raise Refusal(503, OUTSIDE)
    return swarm.cluster


def _token(cluster: Cluster, role: str) -> str:
    """A join token: nobody can join with it, so it is made of what everybody may know."""
    rotations = cluster.worker_rotations if role == "worker" else cluster.manager_rotations
    digits = hashlib.sha256(f"practice token {cluster.id} {role} {rotations}".encode()).hexdigest()
    return f"SWMTKN-practice-{role}-{digits[:25]}"


def _nothing() -> Json:
    """A spec in which nothing is set: an update that leaves something out sets it to this."""
    return {
        "Name": "default",
        "Labels": {},
        "Orchestration": {"TaskHistoryRetentionLimit": 0},
        "Raft": {"KeepOldSnapshots": 0, "ElectionTick": 0, "HeartbeatTick": 0},
        "Dispatcher": {},
        "CAConfig": {},
        "TaskDefaults": {},
        "EncryptionConfig": {"AutoLockManagers": False},
    }


def _merged(base: Json, spec: Json) -> Json:
    """What is set in ``spec`` on top of ``base`` (convert/swarm.go); zero counts as not set, but for pointers."""
    for part, value in spec.items():
        if not isinstance(base.get(part), dict) or part == "Labels":
            base[part] = value
            continue
        pointers = ("TaskHistoryRetentionLimit", "KeepOldSnapshots")
        base[part] |= {name: item for name, item in value.items() if item or name in pointers}
    return base


def _check_spec(spec: Json) -> None:
    expiry = spec["CAConfig"].get("NodeCertExpiry", 0)
    if expiry and expiry < 60 * MINUTE:
        raise invalid("minimum certificate expiry time is: 1h0m0s")
    if spec["Dispatcher"].get("HeartbeatPeriod", 0) < 0:
        raise invalid("heartbeat time period cannot be a negative duration")
    if spec["EncryptionConfig"].get("AutoLockManagers"):
        raise not_simulated("POST", "/swarm/update with AutoLockManagers", _LOCK)
    if {"SigningCACert", "SigningCAKey", "ExternalCAs", "ForceRotate"} & spec["CAConfig"].keys():
        raise not_simulated("POST", "/swarm/update with a new CA", _CERTIFICATES)
