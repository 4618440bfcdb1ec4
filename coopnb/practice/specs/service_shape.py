"""The Go structs of a service, as api/types/swarm of moby has them; a key that is not here is dropped."""

from __future__ import annotations

from coopnb.practice.specs.shape import (
    BOOL,
    BYTES,
    DURATION,
    FILE_MODE,
    FLOAT,
    INT,
    LABELS,
    STRING,
    STRINGS,
    UINT,
    UINT32,
    ListOf,
    Scalar,
    Struct,
)

DRIVER = Struct("Driver", {"Name": STRING, "Options": LABELS})

_FILE = Struct("FileTarget", {"Name": STRING, "UID": STRING, "GID": STRING, "Mode": FILE_MODE})

_SECRET = Struct("SecretReference", {"File": _FILE, "SecretID": STRING, "SecretName": STRING})

_CONFIG = Struct(
    "ConfigReference", {"File": _FILE, "Runtime": Struct("RuntimeTarget", {}), "ConfigID": STRING, "ConfigName": STRING}
)

_MOUNT = Struct(
    "Mount",
    {
        "Type": Scalar("string", "mount.Type"),
        "Source": STRING,
        "Target": STRING,
        "ReadOnly": BOOL,
        "Consistency": Scalar("string", "mount.Consistency"),
        "BindOptions": Struct(
            "BindOptions",
            {
                "Propagation": Scalar("string", "mount.Propagation"),
                "NonRecursive": BOOL,
                "CreateMountpoint": BOOL,
                "ReadOnlyNonRecursive": BOOL,
                "ReadOnlyForceRecursive": BOOL,
            },
            "mount",
        ),
        "VolumeOptions": Struct(
            "VolumeOptions", {"NoCopy": BOOL, "Labels": LABELS, "Subpath": STRING, "DriverConfig": DRIVER}, "mount"
        ),
        "TmpfsOptions": Struct(
            "TmpfsOptions", {"SizeBytes": INT, "Mode": FILE_MODE, "Options": ListOf(STRINGS, "[][]string")}, "mount"
        ),
        "ClusterOptions": Struct("ClusterOptions", {}, "mount"),
    },
    "mount",
)

_HEALTHCHECK = Struct(
    "HealthConfig",
    {
        "Test": STRINGS,
        "Interval": DURATION,
        "Timeout": DURATION,
        "StartPeriod": DURATION,
        "StartInterval": DURATION,
        "Retries": INT,
    },
    "container",
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
        "StopGracePeriod": DURATION,
        "Healthcheck": _HEALTHCHECK,
        "Hosts": STRINGS,
        "DNSConfig": Struct("DNSConfig", {"Nameservers": STRINGS, "Search": STRINGS, "Options": STRINGS}),
        "Secrets": ListOf(_SECRET, "[]*swarm.SecretReference"),
        "Configs": ListOf(_CONFIG, "[]*swarm.ConfigReference"),
        "Isolation": Scalar("string", "container.Isolation"),
        "Sysctls": LABELS,
        "CapabilityAdd": STRINGS,
        "CapabilityDrop": STRINGS,
        "Ulimits": ListOf(
            Struct("Ulimit", {"Name": STRING, "Hard": INT, "Soft": INT}, "container"), "[]*container.Ulimit"
        ),
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
            "RestartPolicy",
            {
                "Condition": Scalar("string", "swarm.RestartPolicyCondition"),
                "Delay": DURATION,
                "MaxAttempts": UINT,
                "Window": DURATION,
            },
        ),
        "Placement": _PLACEMENT,
        "Networks": NETWORKS,
        "LogDriver": DRIVER,
        "ForceUpdate": UINT,
        "Runtime": Scalar("string", "swarm.RuntimeType"),
    },
)

_UPDATE = Struct(
    "UpdateConfig",
    {
        "Parallelism": UINT,
        "Delay": DURATION,
        "FailureAction": STRING,
        "Monitor": DURATION,
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
        "Mode": Scalar("string", "swarm.ResolutionMode"),
        "Ports": ListOf(
            Struct(
                "PortConfig",
                {
                    "Name": STRING,
                    "Protocol": Scalar("string", "swarm.PortConfigProtocol"),
                    "TargetPort": UINT32,
                    "PublishedPort": UINT32,
                    "PublishMode": Scalar("string", "swarm.PortConfigPublishMode"),
                },
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
