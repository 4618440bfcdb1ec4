"""The Go structs of everything but services, as api/types of moby has them; a key that is not here is dropped."""

from __future__ import annotations

from coopnb.practice.specs.service_shape import DRIVER
from coopnb.practice.specs.shape import (
    BOOL,
    BYTES,
    DURATION,
    INT,
    LABELS,
    STRING,
    STRINGS,
    UINT,
    UINT32,
    ListOf,
    MapOf,
    Scalar,
    Struct,
)

SECRET_SPEC = Struct(
    "SecretSpec", {"Name": STRING, "Labels": LABELS, "Data": BYTES, "Driver": DRIVER, "Templating": DRIVER}
)

CONFIG_SPEC = Struct("ConfigSpec", {"Name": STRING, "Labels": LABELS, "Data": BYTES, "Templating": DRIVER})

NODE_SPEC = Struct(
    "NodeSpec",
    {
        "Name": STRING,
        "Labels": LABELS,
        "Role": Scalar("string", "swarm.NodeRole"),
        "Availability": Scalar("string", "swarm.NodeAvailability"),
    },
)

_IPAM_CONFIG = Struct(
    "IPAMConfig",
    {"Subnet": STRING, "IPRange": STRING, "Gateway": STRING, "AuxiliaryAddresses": MapOf(STRING)},
    "network",
)

NETWORK_CREATE = Struct(
    "CreateRequest",
    {
        "Name": STRING,
        "CheckDuplicate": BOOL,
        "Driver": STRING,
        "Scope": STRING,
        "EnableIPv4": BOOL,
        "EnableIPv6": BOOL,
        "IPAM": Struct(
            "IPAM",
            {"Driver": STRING, "Options": LABELS, "Config": ListOf(_IPAM_CONFIG, "[]network.IPAMConfig")},
            "network",
        ),
        "Internal": BOOL,
        "Attachable": BOOL,
        "Ingress": BOOL,
        "ConfigOnly": BOOL,
        "Options": LABELS,
        "Labels": LABELS,
    },
    "network",
)

_EXTERNAL_CA = Struct("ExternalCA", {"Protocol": STRING, "URL": STRING, "Options": LABELS, "CACert": STRING})

SWARM_SPEC = Struct(
    "Spec",
    {
        "Name": STRING,
        "Labels": LABELS,
        "Orchestration": Struct("OrchestrationConfig", {"TaskHistoryRetentionLimit": INT}),
        "Raft": Struct(
            "RaftConfig",
            {
                "SnapshotInterval": UINT,
                "KeepOldSnapshots": UINT,
                "LogEntriesForSlowFollowers": UINT,
                "ElectionTick": INT,
                "HeartbeatTick": INT,
            },
        ),
        "Dispatcher": Struct("DispatcherConfig", {"HeartbeatPeriod": DURATION}),
        "CAConfig": Struct(
            "CAConfig",
            {
                "NodeCertExpiry": DURATION,
                "ExternalCAs": ListOf(_EXTERNAL_CA, "[]*swarm.ExternalCA"),
                "SigningCACert": STRING,
                "SigningCAKey": STRING,
                "ForceRotate": UINT,
            },
        ),
        "TaskDefaults": Struct("TaskDefaults", {"LogDriver": DRIVER}),
        "EncryptionConfig": Struct("EncryptionConfig", {"AutoLockManagers": BOOL}),
    },
)

INIT_REQUEST = Struct(
    "InitRequest",
    {
        "ListenAddr": STRING,
        "AdvertiseAddr": STRING,
        "DataPathAddr": STRING,
        "DataPathPort": UINT32,
        "ForceNewCluster": BOOL,
        "Spec": SWARM_SPEC,
        "AutoLockManagers": BOOL,
        "Availability": Scalar("string", "swarm.NodeAvailability"),
        "DefaultAddrPool": STRINGS,
        "SubnetSize": UINT32,
    },
)

VOLUME_CREATE = Struct(
    "CreateOptions",
    {"Name": STRING, "Driver": STRING, "DriverOpts": LABELS, "Labels": LABELS, "ClusterVolumeSpec": Struct("Spec", {})},
    "volume",
)

EXEC_CREATE = Struct(
    "ExecOptions",
    {
        "User": STRING,
        "Privileged": BOOL,
        "Tty": BOOL,
        "ConsoleSize": ListOf(UINT, "*[2]uint"),
        "AttachStdin": BOOL,
        "AttachStderr": BOOL,
        "AttachStdout": BOOL,
        "DetachKeys": STRING,
        "Env": STRINGS,
        "WorkingDir": STRING,
        "Cmd": STRINGS,
    },
    "container",
)

EXEC_START = Struct(
    "ExecStartOptions", {"Detach": BOOL, "Tty": BOOL, "ConsoleSize": ListOf(UINT, "*[2]uint")}, "container"
)
