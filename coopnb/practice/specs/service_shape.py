"""The Go structs of a service, as api/types/swarm of moby has them; a key that is not here is dropped."""

from __future__ import annotations

from coopnb.practice.specs.shape import (
    BOOL,
    BYTES,
    FLOAT,
    INT,
    LABELS,
    STRING,
    STRINGS,
    UINT,
    UINT32,
    ListOf,
    MapOf,
    Struct,
)

_DRIVER = Struct("Driver", {"Name": STRING, "Options": LABELS})

_FILE = Struct("FileTarget", {"Name": STRING, "UID": STRING, "GID": STRING, "Mode": UINT})

_SECRET = Struct("SecretReference", {"File": _FILE, "SecretID": STRING, "SecretName": STRING})

_CONFIG = Struct(
    "ConfigReference", {"File": _FILE, "Runtime": Struct("RuntimeTarget", {}), "ConfigID": STRING, "ConfigName": STRING}
)

_MOUNT = Struct(
    "Mount",
    {
        "Type": STRING,
        "Source": STRING,
        "Target": STRING,
        "ReadOnly": BOOL,
        "Consistency": STRING,
        "BindOptions": Struct(
            "BindOptions",
            {
                "Propagation": STRING,
                "NonRecursive": BOOL,
                "CreateMountpoint": BOOL,
                "ReadOnlyNonRecursive": BOOL,
                "ReadOnlyForceRecursive": BOOL,
            },
        ),
        "VolumeOptions": Struct(
            "VolumeOptions", {"NoCopy": BOOL, "Labels": LABELS, "Subpath": STRING, "DriverConfig": _DRIVER}
        ),
        "TmpfsOptions": Struct(
            "TmpfsOptions", {"SizeBytes": INT, "Mode": UINT, "Options": ListOf(STRINGS, "[][]string")}
        ),
        "ClusterOptions": Struct("ClusterOptions", {}),
    },
)

_HEALTHCHECK = Struct(
    "HealthConfig",
    {"Test": STRINGS, "Interval": INT, "Timeout": INT, "StartPeriod": INT, "StartInterval": INT, "Retries": INT},
)

_PRIVILEGES = Struct(
    "Privileges",
    {
        "CredentialSpec": Struct("CredentialSpec", {"Config": STRING, "File": STRING, "Registry": STRING}),
        "SELinuxContext": Struct(
            "SELinuxContext", {"Disable": BOOL, "User": STRING, "Role": STRING, "Type": STRING, "Level": STRING}
        ),
        "Seccomp": Struct("SeccompOpts", {"Mode": STRING, "Profile": BYTES}),
        "AppArmor": Struct("AppArmorOpts", {"Mode": STRING}),
        "NoNewPrivileges": BOOL,
    },
)

CONTAINER_SPEC = Struct(
    "ContainerSpec",
    {
        "Image": STRING,
        "Labels": LABELS,
        "Command": STRINGS,
        "Args": STRINGS,
        "Hostname": STRING,
        "Env": STRINGS,
        "Dir": STRING,
        "User": STRING,
        "Groups": STRINGS,
        "Privileges": _PRIVILEGES,
        "Init": BOOL,
        "StopSignal": STRING,
        "TTY": BOOL,
        "OpenStdin": BOOL,
        "ReadOnly": BOOL,
        "Mounts": ListOf(_MOUNT, "[]mount.Mount"),
        "StopGracePeriod": INT,
        "Healthcheck": _HEALTHCHECK,
        "Hosts": STRINGS,
        "DNSConfig": Struct("DNSConfig", {"Nameservers": STRINGS, "Search": STRINGS, "Options": STRINGS}),
        "Secrets": ListOf(_SECRET, "[]*swarm.SecretReference"),
        "Configs": ListOf(_CONFIG, "[]*swarm.ConfigReference"),
        "Isolation": STRING,
        "Sysctls": LABELS,
        "CapabilityAdd": STRINGS,
        "CapabilityDrop": STRINGS,
        "Ulimits": ListOf(Struct("Ulimit", {"Name": STRING, "Hard": INT, "Soft": INT}), "[]*container.Ulimit"),
        "OomScoreAdj": INT,
    },
)

_GENERIC = Struct(
    "GenericResource",
    {
        "NamedResourceSpec": Struct("NamedGenericResource", {"Kind": STRING, "Value": STRING}),
        "DiscreteResourceSpec": Struct("DiscreteGenericResource", {"Kind": STRING, "Value": INT}),
    },
)

_RESOURCES = Struct(
    "ResourceRequirements",
    {
        "Limits": Struct("Limit", {"NanoCPUs": INT, "MemoryBytes": INT, "Pids": INT}),
        "Reservations": Struct(
            "Resources",
            {"NanoCPUs": INT, "MemoryBytes": INT, "GenericResources": ListOf(_GENERIC, "[]swarm.GenericResource")},
        ),
    },
)

_PLACEMENT = Struct(
    "Placement",
    {
        "Constraints": STRINGS,
        "Preferences": ListOf(
            Struct("PlacementPreference", {"Spread": Struct("SpreadOver", {"SpreadDescriptor": STRING})}),
            "[]swarm.PlacementPreference",
        ),
        "MaxReplicas": UINT,
        "Platforms": ListOf(Struct("Platform", {"Architecture": STRING, "OS": STRING}), "[]swarm.Platform"),
    },
)

NETWORKS = ListOf(
    Struct("NetworkAttachmentConfig", {"Target": STRING, "Aliases": STRINGS, "DriverOpts": LABELS}),
    "[]swarm.NetworkAttachmentConfig",
)

TASK_TEMPLATE = Struct(
    "TaskSpec",
    {
        "ContainerSpec": CONTAINER_SPEC,
        "PluginSpec": Struct("RuntimeSpec", {"Name": STRING, "Remote": STRING}),
        "NetworkAttachmentSpec": Struct("NetworkAttachmentSpec", {"ContainerID": STRING}),
        "Resources": _RESOURCES,
        "RestartPolicy": Struct(
            "RestartPolicy", {"Condition": STRING, "Delay": INT, "MaxAttempts": UINT, "Window": INT}
        ),
        "Placement": _PLACEMENT,
        "Networks": NETWORKS,
        "LogDriver": _DRIVER,
        "ForceUpdate": UINT,
        "Runtime": STRING,
    },
)

_UPDATE = Struct(
    "UpdateConfig",
    {
        "Parallelism": UINT,
        "Delay": INT,
        "FailureAction": STRING,
        "Monitor": INT,
        "MaxFailureRatio": FLOAT,
        "Order": STRING,
    },
)

_MODE = Struct(
    "ServiceMode",
    {
        "Replicated": Struct("ReplicatedService", {"Replicas": UINT}),
        "Global": Struct("GlobalService", {}),
        "ReplicatedJob": Struct("ReplicatedJob", {"MaxConcurrent": UINT, "TotalCompletions": UINT}),
        "GlobalJob": Struct("GlobalJob", {}),
    },
)

_ENDPOINT = Struct(
    "EndpointSpec",
    {
        "Mode": STRING,
        "Ports": ListOf(
            Struct(
                "PortConfig",
                {"Name": STRING, "Protocol": STRING, "TargetPort": UINT, "PublishedPort": UINT, "PublishMode": STRING},
            ),
            "[]swarm.PortConfig",
        ),
    },
)

SERVICE_SPEC = Struct(
    "ServiceSpec",
    {
        "Name": STRING,
        "Labels": LABELS,
        "TaskTemplate": TASK_TEMPLATE,
        "Mode": _MODE,
        "UpdateConfig": _UPDATE,
        "RollbackConfig": _UPDATE,
        "Networks": NETWORKS,
        "EndpointSpec": _ENDPOINT,
    },
)

PAYLOAD_SPEC = Struct(
    "SecretSpec", {"Name": STRING, "Labels": LABELS, "Data": BYTES, "Driver": _DRIVER, "Templating": _DRIVER}
)

NODE_SPEC = Struct("NodeSpec", {"Name": STRING, "Labels": LABELS, "Role": STRING, "Availability": STRING})

_IPAM_CONFIG = Struct(
    "IPAMConfig", {"Subnet": STRING, "IPRange": STRING, "Gateway": STRING, "AuxiliaryAddresses": MapOf(STRING)}
)

NETWORK_CREATE = Struct(
    "CreateRequest",
    {
        "Name": STRING,
        "CheckDuplicate": BOOL,
        "Driver": STRING,
        "Scope": STRING,
        "EnableIPv6": BOOL,
        "IPAM": Struct(
            "IPAM", {"Driver": STRING, "Options": LABELS, "Config": ListOf(_IPAM_CONFIG, "[]network.IPAMConfig")}
        ),
        "Internal": BOOL,
        "Attachable": BOOL,
        "Ingress": BOOL,
        "ConfigOnly": BOOL,
        "Options": LABELS,
        "Labels": LABELS,
    },
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
        "Dispatcher": Struct("DispatcherConfig", {"HeartbeatPeriod": INT}),
        "CAConfig": Struct(
            "CAConfig",
            {
                "NodeCertExpiry": INT,
                "ExternalCAs": ListOf(_EXTERNAL_CA, "[]*swarm.ExternalCA"),
                "SigningCACert": STRING,
                "SigningCAKey": STRING,
                "ForceRotate": UINT,
            },
        ),
        "TaskDefaults": Struct("TaskDefaults", {"LogDriver": _DRIVER}),
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
        "Availability": STRING,
        "DefaultAddrPool": STRINGS,
        "SubnetSize": UINT32,
    },
)
