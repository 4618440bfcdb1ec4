"""Labels of secrets and configs that are there: changed as docker changes them, as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from coopnb.model.origin import Origin
from coopnb.model.plan import Plan, RestsOn, UpdateLabels
from coopnb.model.snapshot import ConfigSeen, SecretSeen
from coopnb.model.stack import StackConfig, StackSecret
from coopnb.plan import compare
from coopnb.plan.kept import runs
from coopnb.show.plan import plan_output
from tests.nouns import START, running, seen, stack

NAMESPACE = {"com.docker.stack.namespace": "wiki"}
SECRET = StackSecret("pw", "wiki_pw", False, {**NAMESPACE, "a": "new"}, Origin("compose.yml", 9), data=b"x")
CONFIG = StackConfig("conf", "wiki_conf", False, b"x", {**NAMESPACE, "a": "new"}, None, Origin("compose.yml", 20))


def planned(
    labels: Mapping[str, str], secret: StackSecret = SECRET, config: StackConfig = CONFIG, index: int = 3
) -> Plan:
    """The plan for a service as wanted, a secret and a config that are there with these labels."""
    there = seen(
        running(),
        secrets=(SecretSeen("s1", "wiki_pw", index, labels, START),),
        configs=(ConfigSeen("c1", "wiki_conf", 4, labels, START, b"x"),),
    )
    return compare(stack(secrets=(secret,), configs=(config,)), there, {})


def updates(plan: Plan) -> list[UpdateLabels]:
    """The writes of labels."""
    return [item for item in plan.operations if isinstance(item, UpdateLabels)]


def test_labels_that_differ_are_written_each_told_with_old_and_new() -> None:
    """All labels of the files and no others must be written, at the version seen, before any service."""
    plan = planned({**NAMESPACE, "a": "old", "b": "x"})
    secret, config = updates(plan)
    assert (secret.kind, secret.id, secret.index, secret.labels) == ("secret", "s1", 3, SECRET.labels)
    assert (config.kind, config.id, config.index, config.labels) == ("config", "c1", 4, CONFIG.labels)
    assert [(change.field, change.before, change.after, change.cause) for change in secret.changes] == [
        ("label a", "old", "new", "recipe 1.3.0+1.39.17, compose.yml:9"),
        ("label b", "x", None, "set in the swarm, not in the files"),
    ]
    assert {RestsOn("secret", "wiki_pw", "s1", 3), RestsOn("config", "wiki_conf", "c1", 4)} <= set(plan.rests_on)
    assert [item.kind for item in plan.operations] == ["secret", "config", "config"]


def test_labels_that_are_there_are_not_written() -> None:
    """An object with the labels of its files must be kept."""
    plan = planned({"a": "new", **NAMESPACE})
    assert plan.nothing_to_do
    assert {(item.verb, item.name) for item in plan.untouched} >= {("keep", "wiki_pw"), ("keep", "wiki_conf")}


def test_what_is_external_keeps_its_labels() -> None:
    """An external object is somebody else's: whatever its labels, it must not be written."""
    secret = replace(SECRET, external=True, labels={}, data=None)
    config = replace(CONFIG, external=True, labels={}, data=None)
    assert planned({"theirs": "x"}, secret, config).nothing_to_do


def test_the_digest_is_of_the_labels_and_of_the_version_they_rest_on() -> None:
    """Other labels, or an object that was written meanwhile, must give another digest."""
    before = {**NAMESPACE, "a": "old"}
    other = replace(SECRET, labels={**NAMESPACE, "a": "newer"})
    assert planned(before).digest == planned(before).digest
    assert len({planned(before).digest, planned(before, other).digest, planned(before, index=5).digest}) == 3


def test_a_state_whose_labels_are_others_does_not_run() -> None:
    """A kept state must be one to go back to as long as only labels tell it from what runs."""
    assert not runs(planned({**NAMESPACE, "a": "old"}))
    assert runs(planned({**NAMESPACE, "a": "new"}))


def test_labels_are_shown_harmless_and_secret_ones_not_at_all() -> None:
    """Old and new must stand in the plan, escaped, and the value of a label that looks secret must not."""
    labels = {**NAMESPACE, "a": "<b>&", "api_token": "tr0ub4dor"}
    output = plan_output(
        planned({**NAMESPACE, "a": "old\x1b[2J", "api_token": "hunter2"}, replace(SECRET, labels=labels))
    )
    text, html = output.text, output.html
    assert "a: old" in text
    assert "api_token: (hidden) -> (hidden)" in text
    assert "no task is restarted" in text
    assert "\x1b" not in text + html
    assert "<b>" not in html
    assert "tr0ub4dor" not in text + html
    assert "hunter2" not in text + html


def test_a_secret_of_a_file_is_kept_whatever_its_file_holds_and_that_is_said() -> None:
    """Nobody can compare the value, so even a plan without a change must say that the one that is there stays."""
    plan = planned(dict(SECRET.labels))
    assert [finding.rule for finding in plan.findings] == ["secret-value-kept"]
    assert "whatever its file holds" in plan_output(plan).text
    made_by_driver = replace(SECRET, data=b"", driver="vault")
    assert [finding.rule for finding in planned(dict(SECRET.labels), made_by_driver).findings] == ["driver-kept"]


def test_plugins_that_differ_are_kept_and_that_is_said() -> None:
    """Neither swarm nor docker says that a template is not taken: the plan must, with both names and the place."""
    plain = replace(SECRET, labels=NAMESPACE)
    wanted = replace(plain, template_driver="golang", driver="vault")
    config = replace(CONFIG, labels=NAMESPACE, template_driver="golang")
    plan = planned(NAMESPACE, wanted, config)
    assert plan.nothing_to_do
    told = {finding.path: finding for finding in plan.findings if finding.rule == "driver-kept"}
    assert {finding.severity for finding in told.values()} == {"warning"}
    assert "keeps template_driver none, not golang and driver none, not vault" in told["secrets", "pw"].text
    assert "keeps template_driver none, not golang:" in told["configs", "conf"].text
    assert str(told["configs", "conf"].origin).endswith("compose.yml:20")
    same = planned(NAMESPACE, plain, replace(config, template_driver=None))
    assert not [finding for finding in same.findings if finding.rule == "driver-kept"]


def test_plugins_of_what_is_external_are_not_compared() -> None:
    """The files say nothing of the plugins of an object that is somebody else's."""
    secret = replace(SECRET, external=True, labels={}, data=None)
    there = seen(running(), secrets=(SecretSeen("s1", "wiki_pw", 3, {}, START, "vault", "golang"),))
    assert compare(stack(secrets=(secret,)), there, {}).findings == ()
