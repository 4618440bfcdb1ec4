"""A wiki that is updated, in nouns: what the outputs of this room are made from in its tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from coopnb.errors import NotConverged
from coopnb.model.choice import Choice
from coopnb.model.finding import Finding
from coopnb.model.origin import Origin
from coopnb.model.plan import CreateConfig, CreateSecret, FieldChange, Plan, Remove, Untouched, UpdateService
from coopnb.model.run import Check, Event, Evidence, RunReport, Sample
from coopnb.model.server import ServerIdentity, ServerRow
from coopnb.model.snapshot import NodeSeen, ServiceSeen, Snapshot, TaskSeen, UpdateStatus
from coopnb.model.stack import Stack, StackConfig, StackService
from coopnb.show.findings import findings_output
from coopnb.show.notes import checks_output, chosen_output, error_output
from coopnb.show.output import Output
from coopnb.show.plan import plan_output
from coopnb.show.report import report_output
from coopnb.show.rollout import rollout_output
from coopnb.show.servers import servers_output
from coopnb.show.snapshot import snapshot_output

LOOKED_AT = datetime(2026, 11, 23, 2, 13, tzinfo=UTC)
OLD, NEW, DATABASE = "mediawiki:1.39.8", "mediawiki:1.39.17", "mariadb:10.11"
PRACTICE = ServerIdentity("practice", "unix:///run/practice.sock", "x1k9", practice=True, engine="26.1.5")
REAL = ServerIdentity("node1.example.org", "ssh://ops@node1.example.org", "p7ab", practice=False, engine="26.1.5")
ORIGIN = Origin("compose.yml", 31)
WARNING = Finding(
    "warning",
    "depends-on-has-no-effect",
    "`depends_on` has no effect in a swarm; the app must wait for its database itself",
    ORIGIN,
)
ERROR = Finding(
    "error",
    "restart-no",
    '`restart: "no"` restarts in a swarm',
    Origin("compose.yml", 12),
    ("services", "app", "restart"),
    "write it under deploy.restart_policy",
)


def change(field: str, before: str | None, after: str | None, cause: str = "compose.yml:6") -> FieldChange:
    """One field of the app that changes."""
    return FieldChange(field, before, after, cause)


def update(*changes: FieldChange, interrupts: bool = False) -> UpdateService:
    """An update of the app with these changes."""
    return UpdateService(
        name="wiki_example_org_app",
        id="s-app",
        index=4,
        spec={"Mode": {"Replicated": {"Replicas": 2}}},
        changes=changes,
        restarts=True,
        interruption="stop-first: the app is away while its task is replaced"
        if interrupts
        else "start-first, healthcheck: the old task serves until the new one is healthy",
        interrupts=interrupts,
        cause="2 fields differ",
    )


IMAGE = change("image", OLD, NEW, "recipe 1.3.0, compose.yml:6")
SENDER = change("env SMTP_FROM", None, "wiki@example.org", "setting SMTP_FROM")
SECRET = CreateSecret(
    "wiki_example_org_smtp_password_v1", {}, "32 characters, generated; wanted by compose.smtp.yml:14", length=32
)
STATE = CreateConfig("coopnb_wiki_example_org_9c1e", {}, b"{}", None, "what this plan applies, kept for undo")
PLAN = Plan(
    server=PRACTICE,
    nodes=3,
    app="wiki.example.org",
    recipe="wiki",
    stack=Stack(
        "wiki_example_org",
        "wiki.example.org",
        "wiki",
        "1.3.0+1.39.17",
        services=(
            StackService("app", "wiki_example_org_app", {}, NEW),
            StackService("db", "wiki_example_org_db", {}, ""),
        ),
        networks=(),
        configs=(StackConfig("conf", "wiki_example_org_conf_v1", False, b"", {}, None, ORIGIN),),
        secrets=(),
    ),
    version_before="1.2.0+1.39.8",
    version_after="1.3.0+1.39.17",
    operations=(update(IMAGE, SENDER), SECRET, STATE),
    untouched=(
        Untouched("keep", "service", "wiki_example_org_db", "unchanged, will not be written"),
        Untouched("left", "service", "wiki_example_org_old", "runs in the stack, not in its files"),
    ),
    findings=(WARNING,),
    rests_on=(),
    looked_at=LOOKED_AT,
    new_state=STATE.name,
)
REMOVAL = Remove("service", "wiki_example_org_old", "s-old", "not in the files any more; prune was asked for")


def task(
    service: str,
    slot: int,
    node: str,
    state: str,
    image: str,
    *,
    new: bool = True,
    desired: str = "running",
    error: str = "",
    message: str = "",
    name: str = "",
) -> TaskSeen:
    """A task of the wiki; a new one was made three seconds after the plan looked."""
    return TaskSeen(
        id=f"t-{service}-{slot}-{state}-{new}",
        service_id=f"s-{service}",
        service=name or f"wiki_example_org_{service}",
        slot=slot,
        node_id=f"n-{node}",
        node=node,
        state=state,
        desired_state=desired,
        message=message,
        error=error,
        exit_code=1 if error else None,
        image=image,
        at=LOOKED_AT + timedelta(seconds=4),
        created_at=LOOKED_AT + timedelta(seconds=3 if new else -900),
        has_healthcheck=True,
    )


OLD_1 = task("app", 1, "node2", "running", OLD, new=False)
OLD_2 = task("app", 2, "node3", "running", OLD, new=False)
NEW_1 = task("app", 1, "node2", "running", NEW)
NEW_2 = task("app", 2, "node3", "running", NEW)
DB = task("db", 1, "node1", "running", DATABASE, new=False)
SAMPLES = (
    Sample(0, (OLD_1, OLD_2, DB)),
    Sample(1.2, (OLD_1, OLD_2, DB, task("app", 1, "node2", "preparing", NEW))),
    Sample(6, (OLD_1, OLD_2, DB, task("app", 1, "node2", "starting", NEW))),
    Sample(12.1, (OLD_2, DB, NEW_1, task("app", 2, "node3", "starting", NEW, message="first health check in 3 s"))),
    Sample(26, (DB, NEW_1, NEW_2)),
    Sample(31.4, (DB, NEW_1, NEW_2)),
)


def service(key: str, running: int, desired: int, image: str, status: UpdateStatus | None = None) -> ServiceSeen:
    """A service of the wiki as the swarm holds it."""
    spec = {"TaskTemplate": {"ContainerSpec": {"Image": f"{image}@sha256:abc"}}}
    return ServiceSeen(
        f"s-{key}", f"wiki_example_org_{key}", 4, spec, None, status, running, desired, LOOKED_AT, LOOKED_AT
    )


SNAPSHOT = Snapshot(
    server=PRACTICE,
    stack="wiki_example_org",
    at=LOOKED_AT + timedelta(seconds=31),
    services=(service("app", 2, 2, NEW), service("db", 1, 1, DATABASE)),
    tasks=(NEW_2, NEW_1, DB),
    nodes=tuple(NodeSeen(f"n-node{at}", f"node{at}", "manager", "active", "ready") for at in (1, 2, 3)),
    networks=(),
    secrets=(),
    configs=(),
)
CRASHED = task("app", 2, "node3", "failed", NEW, desired="shutdown", error="task: non-zero exit (1)")
PENDING = task("app", 2, "", "pending", NEW, error="no suitable node (1 node not available for new tasks)")
BROKEN = replace(
    SNAPSHOT,
    services=(service("db", 1, 1, DATABASE), service("app", 1, 2, NEW, UpdateStatus("paused", "one task failed"))),
    tasks=(OLD_1, CRASHED, PENDING, DB),
)
EVENTS = (
    Event(LOOKED_AT, 0, "write", "wiki_example_org_app", "update accepted"),
    Event(LOOKED_AT, 12.1, "task", "wiki_example_org_app.1", "starting -> running", "node2"),
)
CONVERGED = RunReport(PLAN, "converged", 31.4, 5, EVENTS, SAMPLES, (), SNAPSHOT)
FAILED = RunReport(
    PLAN,
    "failed",
    43,
    events=EVENTS[:1],
    samples=(*SAMPLES[:3], Sample(20, (OLD_1, DB, CRASHED, PENDING)), Sample(43, (OLD_1, DB, CRASHED, PENDING))),
    evidence=(
        Evidence(
            "wiki_example_org_app",
            "wiki_example_org_app.2",
            "node3",
            "exit 1",
            3,
            ("connecting to db", "\x1b[31mdatabase refused the password\x1b[0m"),
        ),
    ),
    after=BROKEN,
)
CHECKS = (
    Check("tasks", True, "3 of 3 running and healthy"),
    Check("page", False, "GET / answered 502"),
    Check("mail", None, "the mail server cannot be reached from here"),
)
CHOICE = Choice("practice", "wiki", "1.3.0+1.39.17", "wiki.example.org")


SERVERS = (
    ServerRow("practice", practice=True, next="it is started when it is used"),
    ServerRow("node1.example.org", "ssh://node1.example.org", True, "26.1.5", 3, "manager"),
    ServerRow(
        "node2.example.org",
        "ssh://node2.example.org",
        error="the server cannot be reached: Connection refused",
        next="Is the address right, and does Docker run there?\nssh node2.example.org docker version",
    ),
    ServerRow(
        "node3.example.org",
        "ssh://node3.example.org",
        True,
        "28.5.2",
        0,
        "worker",
        error="not a manager of a swarm (its swarm state is worker)",
        next="Connect to a manager node, or make one: docker swarm init",
    ),
)


def outputs() -> dict[str, Output]:
    """Every kind of output, by the name of its case."""
    return {
        "plan": plan_output(PLAN),
        "plan_interrupts_and_removes": plan_output(
            replace(PLAN, server=REAL, operations=(update(IMAGE, interrupts=True), REMOVAL), prune=True)
        ),
        "plan_blocked": plan_output(replace(PLAN, findings=(WARNING, ERROR))),
        "plan_nothing_to_do": plan_output(replace(PLAN, operations=(), untouched=(), findings=())),
        "snapshot": snapshot_output(SNAPSHOT, "wiki.example.org"),
        "snapshot_broken": snapshot_output(BROKEN, "wiki.example.org"),
        "snapshot_empty": snapshot_output(replace(SNAPSHOT, services=(), tasks=()), "wiki.example.org"),
        "rollout_live": rollout_output(PLAN, SAMPLES[3], 12.1),
        "report_converged": report_output(CONVERGED),
        "report_failed": report_output(FAILED),
        "report_interrupted": report_output(replace(CONVERGED, outcome="interrupted", seconds=9, after=None)),
        "checks": checks_output(CHECKS, "wiki.example.org", PRACTICE),
        "chosen": chosen_output(CHOICE, "wiki_example_org", PRACTICE, "SMTP_FROM is new.\nBack up first."),
        "error": error_output(
            NotConverged(
                "wiki_example_org_app did not become healthy", what="exit 1\ntwice", hint="read the log of db"
            ),
            PRACTICE,
        ),
        "servers": servers_output(SERVERS),
        "servers_none": servers_output(()),
        "findings": findings_output((WARNING, ERROR), "wiki.example.org"),
        "findings_none": findings_output((), "wiki.example.org"),
    }
