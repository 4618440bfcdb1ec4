"""/info: what an engine says of itself; its labels and its warnings say that it is for practice."""

from __future__ import annotations

from coopnb.practice.clock import rfc3339
from coopnb.practice.engines import Engine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.swarm import cluster_json
from coopnb.practice.objects import Json, Node
from coopnb.practice.scheduler.filters import LOG_DRIVERS
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.version import ENGINE
from coopnb.practice.wire import Request, Response, json_response

_PRACTICE = "This is a practice swarm: nothing that is deployed here runs."
_TWO_MANAGERS = (
    "WARNING: Running Swarm in a two-manager configuration. This configuration provides\n"
    "         no fault tolerance, and poses a high risk to lose control over the cluster.\n"
    "         Refer to https://docs.docker.com/engine/swarm/admin_guide/ to configure the\n"
    "         Swarm for fault-tolerance."
)


def info(swarm: PracticeSwarm, request: Request) -> Response:
    """Describe the engine, what it holds, and its part in the swarm."""
    engine = asked_engine(swarm, request)
    member = membership(swarm, engine)
    shown: Json = {
        "ID": swarm.engines.engine_id(engine),
        **_counts(swarm, engine),
        **_abilities(),
        "SystemTime": rfc3339(swarm.clock.now),
        "KernelVersion": "practice",
        "OperatingSystem": "practice swarm (simulated, nothing runs)",
        "OSVersion": "",
        "OSType": "linux",
        "Architecture": "x86_64",
        "NCPU": engine.nano_cpus // 10**9,
        "MemTotal": engine.memory,
        "Name": "practice" if engine is swarm.engines.home else engine.hostname,
        "Labels": ["practice=true", f"practice.clock={swarm.clock.mode}"],
        "Swarm": member,
        "Warnings": [_PRACTICE, *member.get("Warnings", ())],
    }
    _suit(shown, request.version)
    return json_response(shown)


def _suit(shown: Json, version: tuple[int, int]) -> None:
    """Leave out what a client of this version does not know, and add what it still expects (daemon 28.5's routers)."""
    if version < (1, 42):
        shown["KernelMemory"] = False
    if version >= (1, 46):
        names = {"Containers": "moby", "Plugins": "plugins.moby"}
        shown["Containerd"] = {"Address": "/run/containerd/containerd.sock", "Namespaces": names}
    if version < (1, 47):
        shown["RegistryConfig"] |= {
            "AllowNondistributableArtifactsCIDRs": None,
            "AllowNondistributableArtifactsHostnames": None,
        }
    if version >= (1, 49):
        shown["FirewallBackend"] = {"Driver": "iptables"}
    else:
        shown["RuncCommit"]["Expected"] = ""
    if version < (1, 50):
        shown |= {"BridgeNfIptables": False, "BridgeNfIp6tables": False}


def membership(swarm: PracticeSwarm, engine: Engine) -> Json:
    """The part of an engine in the swarm: none, a worker's (that knows who the managers are), or a manager's."""
    if not engine.node_id:
        return {
            "NodeID": "",
            "NodeAddr": "",
            "LocalNodeState": "inactive",
            "ControlAvailable": False,
            "Error": "",
            "RemoteManagers": None,
        }
    nodes = swarm.store.all(Node)
    managers = [node for node in nodes if node.role == "manager"]
    shown: Json = {
        "NodeID": engine.node_id,
        "NodeAddr": engine.address,
        "LocalNodeState": "active",
        "ControlAvailable": engine.is_manager,
        "Error": "",
        "RemoteManagers": [{"NodeID": manager.id, "Addr": f"{manager.address}:2377"} for manager in managers],
    }
    if engine.is_manager:
        shown |= {"Nodes": len(nodes), "Managers": len(managers)}
        if swarm.cluster is not None:
            shown["Cluster"] = cluster_json(swarm.cluster)
        if len(managers) == 2:
            shown["Warnings"] = [_TWO_MANAGERS]
    return shown


def _counts(swarm: PracticeSwarm, engine: Engine) -> Json:
    states = [container.state for container in swarm.containers.on(engine.node_id)]
    return {
        "Containers": len(states),
        "ContainersRunning": states.count("running"),
        "ContainersPaused": states.count("paused"),
        "ContainersStopped": len(states) - states.count("running") - states.count("paused"),
        "Images": len(engine.images.all()),
    }


def _abilities() -> Json:
    """What is the same on every engine here."""
    return {
        "Driver": "practice",
        "DriverStatus": [],
        "Plugins": {
            "Volume": ["local"],
            "Network": ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"],
            "Authorization": None,
            "Log": sorted(LOG_DRIVERS - {"none"}),
        },
        "MemoryLimit": True,
        "SwapLimit": True,
        "KernelMemoryTCP": False,
        "CpuCfsPeriod": True,
        "CpuCfsQuota": True,
        "CPUShares": True,
        "CPUSet": True,
        "PidsLimit": True,
        "IPv4Forwarding": True,
        "Debug": False,
        "NFd": 0,
        "OomKillDisable": False,
        "NGoroutines": 1,
        "LoggingDriver": "json-file",
        "CgroupDriver": "none",
        "CgroupVersion": "2",
        "NEventsListener": 0,
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": {
            "IndexConfigs": {"docker.io": {"Mirrors": [], "Name": "docker.io", "Official": True, "Secure": True}},
            "InsecureRegistryCIDRs": ["::1/128", "127.0.0.0/8"],
            "Mirrors": None,
        },
        "GenericResources": None,
        "DockerRootDir": "",
        "HttpProxy": "",
        "HttpsProxy": "",
        "NoProxy": "",
        "ExperimentalBuild": False,
        "ServerVersion": ENGINE,
        "Runtimes": {},
        "DefaultRuntime": "",
        "LiveRestoreEnabled": False,
        "Isolation": "",
        "InitBinary": "",
        "ContainerdCommit": {"ID": ""},
        "RuncCommit": {"ID": ""},
        "InitCommit": {"ID": ""},
        "SecurityOptions": [],
        "CDISpecDirs": [],
    }
