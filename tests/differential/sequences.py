"""The hand-written sequences: what operators do, what goes wrong, and what swarm does then."""

from __future__ import annotations

from tests.differential.steps import (
    Availability,
    Change,
    Create,
    Force,
    Label,
    MakeConfig,
    MakeNetwork,
    MakeSecret,
    Remove,
    RemoveConfig,
    RemoveNetwork,
    RemoveSecret,
    RollBack,
    Scale,
    Sequence,
    Wait,
)

_V2 = {"image": "stops:2"}
_CRASH = {"image": "crashes:1"}

ONE_NODE = (
    Sequence("deploy and update", (Create("web", {"replicas": 2}), Change("web", _V2), Remove("web")), quick=True),
    Sequence(
        "the same spec again restarts nothing",
        (Create("web"), Change("web"), Change("web", {"labels": "new"}), Change("web", {"replicas": 2})),
        quick=True,
    ),
    Sequence(
        "an update that crashes pauses",
        (Create("web", {"replicas": 2}), Change("web", _CRASH), Change("web", _V2)),
        quick=True,
    ),
    Sequence(
        "an update that crashes is rolled back",
        (Create("web", {"replicas": 2, "on_failure": "rollback"}), Change("web", _CRASH)),
        quick=True,
    ),
    Sequence(
        "an update that crashes continues",
        (Create("web", {"replicas": 2, "on_failure": "continue"}), Change("web", _CRASH), Change("web", _V2)),
    ),
    Sequence(
        "an update to a missing image pauses",
        (Create("web", {"replicas": 2}), Change("web", {"image": "nowhere:1"}), RollBack("web")),
        quick=True,
    ),
    Sequence(
        "an update to a missing image is rolled back",
        (Create("web", {"replicas": 3, "on_failure": "rollback"}), Change("web", {"image": "nowhere:1"})),
    ),
    Sequence(
        "a rollback that fails too pauses",
        (
            Create("web", {"image": "crashes:1", "restart": "none", "on_failure": "rollback"}),
            Change("web", {"image": "nowhere:1"}),
            Change("web", _V2),
        ),
    ),
    Sequence(
        "a crash that comes within the monitor period",
        (
            Create("web", {"on_failure": "rollback", "monitor": 6}),
            Change("web", {"image": "crashes-late:1"}),
        ),
    ),
    Sequence(
        "a crash that comes after the monitor period",
        (
            Create("web", {"on_failure": "rollback", "monitor": 0.5, "delay": 0}),
            Change("web", {"image": "crashes-late:1"}),
        ),
    ),
    Sequence(
        "some failures are allowed",
        (Create("web", {"replicas": 2, "ratio": 0.9}), Change("web", _CRASH), Change("web", {"ratio": 0, **_V2})),
    ),
    Sequence("a rollback by hand", (Create("web"), Change("web", _V2), RollBack("web"), RollBack("web")), quick=True),
    Sequence("no rollback without a previous spec", (Create("web"), RollBack("web"), Remove("web")), quick=True),
    Sequence(
        "scale up and down",
        (Create("web"), Scale("web", 3), Scale("web", 1), Scale("web", 0), Scale("web", 2)),
    ),
    Sequence("a forced update", (Create("web", {"replicas": 2}), Force("web"), Force("web"))),
    Sequence(
        "start-first", (Create("web", {"order": "start-first", "replicas": 2}), Change("web", _V2), RollBack("web"))
    ),
    Sequence(
        "start-first with a crash keeps the old task",
        (
            Create("web", {"order": "start-first"}),
            Change("web", _CRASH),
            Change("web", {"image": "stops:3"}),
        ),
        quick=True,
    ),
    Sequence(
        "start-first with a rollback",
        (
            Create("web", {"order": "start-first", "rollback_order": "start-first", "on_failure": "rollback"}),
            Change("web", {"image": "nowhere:1"}),
        ),
    ),
    Sequence(
        "all at once with a delay",
        (Create("web", {"replicas": 3, "parallelism": 0}), Change("web", {"delay": 0.5, **_V2})),
    ),
    Sequence(
        "two at a time with a delay longer than the monitor",
        (Create("web", {"replicas": 3, "parallelism": 2}), Change("web", {"delay": 2.5, **_V2})),
    ),
    Sequence(
        "healthy and then never healthy",
        (
            Create("web", {"image": "healthy:1", "health": True, "on_failure": "rollback"}),
            Change("web", {"image": "healthy:2"}),
            Change("web", {"image": "unhealthy:1"}),
        ),
    ),
    Sequence(
        "never healthy, and stopping in good order",
        (Create("web", {"image": "stops:1"}), Change("web", {"image": "unhealthy-but-tidy:1", "health": True})),
    ),
    Sequence(
        "never healthy from the beginning",
        (Create("web", {"image": "unhealthy:1", "health": True, "start_period": 1}), Remove("web")),
    ),
    Sequence("a service that crashes", (Create("web", {"image": "crashes-at-once:1", "attempts": 3}), Remove("web"))),
    Sequence(
        "a longer history than is kept",
        (
            Create("web", {"attempts": 0}),
            *(Force("web") for _ in range(6)),
        ),
    ),
    Sequence(
        "a service that ends with condition on-failure",
        (Create("web", {"image": "ends:1", "restart": "on-failure"}), Force("web")),
        quick=True,
    ),
    Sequence(
        "a service that ends with condition any",
        (Create("web", {"image": "ends-late:1", "attempts": 1}), Scale("web", 2)),
    ),
    Sequence(
        "a crash that is not restarted",
        (Create("web", {"image": "crashes-at-once:1", "restart": "none", "replicas": 2}), Force("web")),
    ),
    Sequence(
        "a process that does not hear SIGTERM",
        (Create("web", {"image": "stubborn:1", "grace": 1}), Change("web", {"image": "stubborn:2"}), Scale("web", 0)),
    ),
    Sequence(
        "a secret is rotated",
        (
            MakeSecret("one"),
            Create("web", {"secret": "one"}),
            RemoveSecret("one"),
            MakeSecret("two"),
            Change("web", {"secret": "two"}),
            RemoveSecret("one"),
        ),
        quick=True,
    ),
    Sequence(
        "a config is rotated and a bad update needs the old one",
        (
            MakeConfig("one"),
            MakeConfig("one"),
            Create("web", {"config": "one", "on_failure": "rollback"}),
            MakeConfig("two"),
            Change("web", {"config": "two", **_CRASH}),
            RemoveConfig("two"),
            RemoveConfig("one"),
        ),
    ),
    Sequence(
        "on a network of its own",
        (
            MakeNetwork("inner"),
            Create("web", {"network": "inner"}),
            RemoveNetwork("inner"),
            Change("web", _V2),
            Remove("web"),
            RemoveNetwork("inner"),
            Wait(3),
        ),
    ),
    Sequence(
        "removed and made again", (Create("web"), Create("web"), Remove("web"), Create("web", _V2), Remove("web"))
    ),
    Sequence(
        "a constraint that no node meets",
        (Create("web", {"constraint": "node.labels.disk == ssd"}), Change("web", {"constraint": ""})),
        quick=True,
    ),
    Sequence(
        "an update to a constraint that no node meets",
        (
            Create("web"),
            Change("web", {"constraint": "node.hostname == elsewhere"}, settle=False),
            Wait(4),
            Scale("web", 0),
        ),
    ),
    Sequence(
        "more than a node can hold",
        (
            Create("web", {"reserve_cpus": 500}),
            Change("web", {"reserve_cpus": 0}),
            Change("web", {"reserve_cpus": 900}, settle=False),
            Wait(4),
            Remove("web"),
        ),
    ),
    Sequence(
        "one a node and no more",
        (Create("web", {"replicas": 3, "max_per_node": 1}), Change("web", {"max_per_node": 0})),
    ),
    Sequence(
        "two services want one port",
        (Create("web", {"port": 18181}), Create("other", {"port": 18181}), Remove("web"), Remove("other")),
    ),
    Sequence(
        "a global service",
        (Create("agent", {"everywhere": True}), Change("agent", _V2), Change("agent", _CRASH), Remove("agent")),
        quick=True,
    ),
    Sequence(
        "a new update takes over from one that runs",
        (
            Create("web", {"replicas": 3, "delay": 8}),
            Change("web", _V2, settle=False),
            Wait(5),
            Change("web", {"image": "stops:3", "delay": 0}),
        ),
    ),
    Sequence(
        "scaled in the middle of an update",
        (Create("web", {"replicas": 2, "delay": 8}), Change("web", _V2, settle=False), Wait(5), Scale("web", 3)),
    ),
    Sequence(
        "removed in the middle of an update",
        (Create("web", {"replicas": 2}), Change("web", _V2, settle=False), Wait(0.5), Remove("web")),
    ),
    Sequence(
        "rolled back by hand in the middle of an update",
        (
            Create("web", {"replicas": 2, "delay": 8}),
            Change("web", _V2, settle=False),
            Wait(5),
            RollBack("web"),
        ),
    ),
    Sequence(
        "drain the only node and back",
        (Create("web", {"replicas": 2}), Availability(1, "drain"), Availability(1, "active")),
    ),
    Sequence(
        "pause the only node",
        (
            Create("web"),
            Availability(1, "pause"),
            Scale("web", 2),
            Force("web", settle=False),
            Wait(4),
            Availability(1, "active"),
        ),
    ),
    Sequence(
        "drain with a global service",
        (Create("agent", {"everywhere": True}), Availability(1, "drain"), Availability(1, "active")),
    ),
    Sequence(
        "a label that a constraint wants comes and goes",
        (
            Create("web", {"constraint": "node.labels.disk == ssd"}),
            Label(1, "disk", "ssd"),
            Label(1, "disk", "hdd"),
            Label(1, "disk", None),
        ),
    ),
)
