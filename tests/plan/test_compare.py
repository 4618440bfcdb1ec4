"""Stack x Snapshot -> Plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from coopnb.model.image import ImageSeen
from coopnb.model.origin import Origin
from coopnb.model.plan import CreateConfig, CreateSecret, CreateService, Plan, Remove, UpdateService
from coopnb.model.snapshot import ConfigSeen, SecretSeen
from coopnb.model.stack import Stack, StackConfig, StackNetwork, StackSecret
from coopnb.plan import compare
from coopnb.plan.older_engines import as_kept
from tests.nouns import START, container, kept_state, running, seen, spec, stack, wanted

ORIGIN = Origin("compose.yml", 9)
PINNED = "nginx:1.26.3@sha256:" + "a" * 64
IMAGES = {"nginx:1.26.3": ImageSeen("nginx:1.26.3", "sha256:" + "a" * 64)}


def secret(**changes: Any) -> StackSecret:
    """A secret that is generated."""
    values: dict[str, Any] = {
        "key": "pw",
        "name": "wiki_pw_v1",
        "external": True,
        "labels": {},
        "origin": ORIGIN,
        "length": 32,
        "wanted_by": ("app",),
        **changes,
    }
    return StackSecret(**values)


def config(data: bytes | None = b"x", **changes: Any) -> StackConfig:
    """A config of a file."""
    values: dict[str, Any] = {
        "key": "conf",
        "name": "wiki_conf_v1",
        "external": False,
        "data": data,
        "labels": {},
        "template_driver": None,
        "origin": Origin("compose.yml", 20, ("STACK_NAME", "CONF_VERSION")),
        **changes,
    }
    return StackConfig(**values)


def rules(plan: Plan) -> list[str]:
    """The rules of the errors of a plan."""
    return [finding.rule for finding in plan.blocked]


def test_a_first_plan_creates_everything_what_others_rest_on_first() -> None:
    """Networks, secrets, configs, then services; the kept state before the services it tells of."""
    network = StackNetwork("internal", "wiki_new", False, {"Driver": "overlay"}, ORIGIN)
    plan = compare(stack(networks=(network,), secrets=(secret(),), configs=(config(),)), seen(), IMAGES)

    assert [(item.verb, item.kind, item.name) for item in plan.operations] == [
        ("create", "network", "wiki_new"),
        ("create", "secret", "wiki_pw_v1"),
        ("create", "config", "wiki_conf_v1"),
        ("create", "config", plan.new_state),
        ("create", "service", "wiki_app"),
    ]
    assert plan.version_before is None
    assert all(item.cause for item in plan.operations)


def test_an_image_is_pinned_to_the_digest_the_registry_tells() -> None:
    """The spec of a created service must carry ``tag@digest``."""
    created = compare(stack(), seen(), IMAGES).operations[-1]

    assert isinstance(created, CreateService)
    assert created.spec["TaskTemplate"]["ContainerSpec"]["Image"] == PINNED


def test_what_is_as_wanted_is_not_written() -> None:
    """An unchanged stack must give a plan without operations, with a reason for each thing kept."""
    plan = compare(stack(), seen(running(container(spec(), Image=PINNED))), IMAGES)

    assert plan.nothing_to_do
    assert [(item.verb, item.name, item.reason) for item in plan.untouched] == [
        ("keep", "wiki_app", "unchanged, will not be written")
    ]


def test_a_registry_that_does_not_answer_changes_nothing() -> None:
    """A service that runs this very reference must keep its digest when the registry is silent."""
    silent = {"nginx:1.26.3": ImageSeen("nginx:1.26.3", trouble="connection refused")}
    plan = compare(stack(), seen(running(container(spec(), Image=PINNED))), silent)

    assert plan.nothing_to_do
    assert [finding.rule for finding in plan.findings] == ["image-unresolved"]


def test_an_update_names_each_field_with_old_new_and_cause() -> None:
    """Every difference must be told with where it comes from."""
    service = wanted(
        container(spec("nginx:1.28.0"), Env=["A=1", "MAIL=a@b"]),
        **{"image": Origin("compose.yml", 6), "env MAIL": Origin("compose.smtp.yml", 3, ("MAIL",))},
    )
    plan = compare(stack(service), seen(running(container(spec(), Env=["A=1", "OLD=1"]))), {})
    update = next(item for item in plan.operations if isinstance(item, UpdateService))

    assert [(change.field, change.before, change.after, change.cause) for change in update.changes] == [
        ("image", "nginx:1.26.3", "nginx:1.28.0", "recipe 1.3.0+1.39.17, compose.yml:6"),
        ("env MAIL", None, "a@b", "setting MAIL; recipe 1.3.0+1.39.17, compose.smtp.yml:3"),
        ("env OLD", "1", None, "set in the swarm, not in the files"),
        (
            "label com.docker.stack.image",
            "nginx:1.26.3",
            "nginx:1.28.0",
            "recipe 1.3.0+1.39.17, compose.yml:6",
        ),
    ]
    assert update.index == 10


def test_force_update_is_carried_over() -> None:
    """A restart somebody forced must not be undone by an update."""
    forced = spec()
    forced["TaskTemplate"]["ForceUpdate"] = 7
    plan = compare(stack(wanted(spec("nginx:1.28.0"))), seen(running(forced)), {})
    update = next(item for item in plan.operations if isinstance(item, UpdateService))

    assert update.spec["TaskTemplate"]["ForceUpdate"] == 7


def test_what_is_not_in_the_files_is_left_running() -> None:
    """A surplus service must be listed and never removed without being asked."""
    there = seen(running(), running(id="svc2", name="wiki_old"))
    plan = compare(stack(), there, {})

    assert plan.nothing_to_do
    assert [(item.verb, item.name) for item in plan.untouched] == [("keep", "wiki_app"), ("left", "wiki_old")]


def test_prune_removes_the_surplus_last() -> None:
    """With prune a surplus service must be removed, after everything else."""
    there = seen(running(), running(id="svc2", name="wiki_old"))
    plan = compare(stack(wanted(spec("nginx:1.28.0"))), there, {}, prune=True)

    last = plan.operations[-1]
    assert isinstance(last, Remove)
    assert (last.kind, last.id) == ("service", "svc2")


@pytest.mark.parametrize(
    ("wants", "rule"),
    [
        ({"networks": (StackNetwork("n", "entrance", True, {}, ORIGIN),)}, "network-missing"),
        ({"secrets": (secret(length=None),)}, "secret-missing"),
        ({"configs": (config(None, external=True),)}, "config-missing"),
    ],
)
def test_what_is_external_and_missing_blocks(wants: dict[str, Any], rule: str) -> None:
    """An external object that is not there must block the plan, with how to make it."""
    plan = compare(stack(**wants), seen(), IMAGES)

    assert rules(plan) == [rule]
    assert plan.blocked[0].hint


def test_a_config_with_other_content_blocks_and_names_its_version() -> None:
    """swarm never changes a config's content, so the setting that versions it must be named."""
    there = seen(configs=(ConfigSeen("c1", "wiki_conf_v1", 3, {}, START, b"old"),))
    plan = compare(stack(configs=(config(b"new"),)), there, IMAGES)

    assert rules(plan) == ["config-changed"]
    assert plan.blocked[0].hint == "Raise CONF_VERSION so that it gets a new name."


def test_an_image_that_does_not_exist_blocks_what_would_start_it() -> None:
    """A missing image must block a create, and only warn where it runs already."""
    gone = {"nginx:1.26.3": ImageSeen("nginx:1.26.3", missing=True, trouble="manifest unknown")}

    assert rules(compare(stack(), seen(), gone)) == ["image-missing"]
    assert rules(compare(stack(), seen(running()), gone)) == []


def test_an_existing_secret_is_kept() -> None:
    """A secret that is there must not be made again."""
    there = seen(secrets=(SecretSeen("s1", "wiki_pw_v1", 2, {}, START),))
    plan = compare(stack(secrets=(secret(),)), there, IMAGES)

    assert not [item for item in plan.operations if isinstance(item, CreateSecret)]


def test_equal_inputs_give_equal_digests() -> None:
    """The digest must depend on nothing but the plan."""
    again = seen()
    assert compare(stack(), seen(), IMAGES).digest == compare(stack(), again, IMAGES).digest


@pytest.mark.parametrize(
    "other",
    [
        (stack(), seen(running(index=11))),
        (stack(), seen(running(id="other"))),
        (stack(), replace(seen(running()), server=replace(seen().server, swarm_id="other"))),
        (stack(wanted(spec("nginx:1.28.0"))), seen(running())),
        (stack(app="blog.example.org"), seen(running())),
    ],
)
def test_a_digest_changes_with_what_the_plan_rests_on(other: tuple[Stack, Any]) -> None:
    """Another version index, id, swarm, operation or app must give another digest."""
    assert compare(*other, {}).digest != compare(stack(), seen(running()), {}).digest


def test_the_sixth_state_drops_the_oldest() -> None:
    """Five states are kept; writing one more must drop the oldest, as an operation of the plan."""
    kept = tuple(kept_state(f"coopnb_wiki_{number}", number) for number in range(5))
    plan = compare(stack(), seen(configs=kept), IMAGES)

    assert plan.previous_state == "coopnb_wiki_4"
    assert [item.name for item in plan.operations if isinstance(item, Remove)] == ["coopnb_wiki_0"]
    state = next(item for item in plan.operations if isinstance(item, CreateConfig))
    assert state.name == plan.new_state
    assert b'"previous": "coopnb_wiki_4"' in state.data


def test_a_state_names_the_digests_it_applied() -> None:
    """What is kept for undo must say which images ran."""
    state = next(item for item in compare(stack(), seen(), IMAGES).operations if isinstance(item, CreateConfig))

    assert b"sha256:" + b"a" * 64 in state.data


def test_a_secret_of_a_driver_is_made_by_it() -> None:
    """A driver and a template must go with the creation, be told, and count in the digest."""
    plans = [
        compare(stack(secrets=(secret(external=False, data=b"", length=None, **given),)), seen(), IMAGES)
        for given in ({"driver": "vault", "driver_opts": {"path": "a"}}, {"driver": "vault"}, {"template_driver": "go"})
    ]
    made = next(operation for operation in plans[0].operations if isinstance(operation, CreateSecret))
    assert (made.driver, made.driver_opts, made.data) == ("vault", {"path": "a"}, b"")
    assert made.cause.startswith("made by the driver vault; wanted by app")
    assert len({plan.digest for plan in plans}) == 3


@pytest.mark.parametrize(
    ("api", "told"), [("1.41", ["start_interval", "subpath"]), ("1.44", ["subpath"]), ("1.45", [])]
)
def test_what_an_older_engine_forgets_is_told_and_not_planned_again(api: str, told: list[str]) -> None:
    """A key that the engine drops must be a warning with the engine's version, and no change for ever."""
    mount = {"Type": "volume", "Source": "v", "Target": "/d", "VolumeOptions": {"Subpath": "s"}}
    wants = container(spec(PINNED), Healthcheck={"Test": ["CMD", "a"], "StartInterval": 5}, Mounts=[mount])
    there, _ = as_kept(wants, api)
    snapshot = seen(running(spec=there))
    snapshot = replace(snapshot, server=replace(snapshot.server, api=api))
    plan = compare(stack(wanted(wants)), snapshot, IMAGES)
    assert plan.operations == ()
    lost = [finding.text for finding in plan.findings if finding.rule == "engine-forgets"]
    assert [text.split(" forgets ")[1].split()[0] for text in lost] == told
    assert all("28.2.2" in text for text in lost)
