"""/_ping, /version, /info and /swarm: what the engine says of itself."""

from __future__ import annotations

from coopnb.practice.clock import rfc3339
from coopnb.practice.objects import Json, Node
from coopnb.practice.orchestrator.reaper import HISTORY_LIMIT
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.version import API, ENGINE, OLDEST_API, dotted
from coopnb.practice.wire import Request, Response, json_response


def ping(swarm: PracticeSwarm, request: Request) -> Response:
    """``OK``, with the headers by which clients negotiate."""
    headers = {
        "Builder-Version": "1",
        "Cache-Control": "no-cache, no-store, must-revalidate",
        "Pragma": "no-cache",
        "Swarm": "active/manager",
    }
    body = b"" if request.method == "HEAD" else b"OK"
    return Response(200, body, "text/plain; charset=utf-8", headers)


def version(swarm: PracticeSwarm, _request: Request) -> Response:
    """Versions of the engine and its API."""
    built = rfc3339(swarm.born)
    about = {
        "Version": ENGINE,
        "ApiVersion": dotted(API),
        "MinAPIVersion": dotted(OLDEST_API),
        "GitCommit": "practice",
        "GoVersion": "none",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": "practice",
        "BuildTime": built,
    }
    details = {
        name: about[name]
        for name in ("ApiVersion", "Arch", "BuildTime", "GitCommit", "GoVersion", "KernelVersion", "Os")
    }
    details["MinAPIVersion"] = about["MinAPIVersion"]
    component = {"Name": "Engine", "Version": ENGINE, "Details": {**details, "Experimental": "false"}}
    return json_response({"Platform": {"Name": "coopnb practice swarm"}, "Components": [component], **about})


def info(swarm: PracticeSwarm, _request: Request) -> Response:
    """The engine one talks to: its name and labels say that it is for practice."""
    node = swarm.local_node
    containers = swarm.containers.local()
    states = [container.state for container in containers]
    return json_response(
        {
            "ID": node.id,
            "Containers": len(states),
            "ContainersRunning": states.count("running"),
            "ContainersPaused": 0,
            "ContainersStopped": len(states) - states.count("running"),
            "Images": 0,
            "Driver": "practice",
            "DriverStatus": [],
            "Plugins": {
                "Volume": ["local"],
                "Network": ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"],
                "Authorization": None,
                "Log": ["json-file", "local"],
            },
            "MemoryLimit": True,
            "SwapLimit": True,
            "CpuCfsPeriod": True,
            "CpuCfsQuota": True,
            "IPv4Forwarding": True,
            "Debug": False,
            "NGoroutines": 1,
            "SystemTime": rfc3339(swarm.clock.now),
            "LoggingDriver": "json-file",
            "CgroupDriver": "none",
            "NEventsListener": 0,
            "KernelVersion": "practice",
            "OperatingSystem": "practice swarm (simulated, nothing runs)",
            "OSVersion": "",
            "OSType": "linux",
            "Architecture": "x86_64",
            "IndexServerAddress": "https://index.docker.io/v1/",
            "RegistryConfig": None,
            "NCPU": node.nano_cpus // 10**9,
            "MemTotal": node.memory,
            "GenericResources": None,
            "DockerRootDir": "",
            "HttpProxy": "",
            "HttpsProxy": "",
            "NoProxy": "",
            "Name": "practice",
            "Labels": ["practice=true", f"practice.clock={swarm.clock.mode}"],
            "ExperimentalBuild": False,
            "ServerVersion": ENGINE,
            "Runtimes": {},
            "DefaultRuntime": "",
            "Swarm": _membership(swarm, node),
            "LiveRestoreEnabled": False,
            "Isolation": "",
            "InitBinary": "",
            "SecurityOptions": [],
            "Warnings": ["This is a practice swarm: nothing that is deployed here runs."],
        }
    )


def swarm_inspect(swarm: PracticeSwarm, _request: Request) -> Response:
    """The cluster object; its join tokens are placeholders, for nobody can join."""
    tokens = {"Worker": "SWMTKN-practice-worker", "Manager": "SWMTKN-practice-manager"}
    return json_response({**_cluster(swarm), "JoinTokens": tokens})


def _membership(swarm: PracticeSwarm, node: Node) -> Json:
    nodes = swarm.store.all(Node)
    managers = [other for other in nodes if other.role == "manager"]
    return {
        "NodeID": node.id,
        "NodeAddr": node.address,
        "LocalNodeState": "active",
        "ControlAvailable": True,
        "Error": "",
        "RemoteManagers": [{"NodeID": manager.id, "Addr": f"{manager.address}:2377"} for manager in managers],
        "Nodes": len(nodes),
        "Managers": len(managers),
        "Cluster": _cluster(swarm),
    }


def _cluster(swarm: PracticeSwarm) -> Json:
    return {
        "ID": swarm.cluster_id,
        "Version": {"Index": 10},
        "CreatedAt": rfc3339(swarm.born),
        "UpdatedAt": rfc3339(swarm.born),
        "Spec": {
            "Name": "default",
            "Labels": {},
            "Orchestration": {"TaskHistoryRetentionLimit": HISTORY_LIMIT},
            "Raft": {
                "SnapshotInterval": 10000,
                "KeepOldSnapshots": 0,
                "LogEntriesForSlowFollowers": 500,
                "ElectionTick": 10,
                "HeartbeatTick": 1,
            },
            "Dispatcher": {"HeartbeatPeriod": 5_000_000_000},
            "CAConfig": {"NodeCertExpiry": 7_776_000_000_000_000},
            "TaskDefaults": {},
            "EncryptionConfig": {"AutoLockManagers": False},
        },
        "TLSInfo": {},
        "RootRotationInProgress": False,
        "DefaultAddrPool": ["10.0.0.0/8"],
        "SubnetSize": 24,
        "DataPathPort": 4789,
    }
