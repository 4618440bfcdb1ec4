"""Specs that mean the same to swarm must have one canonical form; others must not."""

from __future__ import annotations

from typing import Any

import pytest

from coopnb.plan.canonical import canonical
from tests.nouns import container, spec

NETWORKS = {"net1": "wiki_internal"}


def read_back(sent: dict[str, Any]) -> dict[str, Any]:
    """What a daemon answers for this spec: ids for names, defaults filled in, empty values gone."""
    template = sent["TaskTemplate"]
    return {
        **sent,
        "TaskTemplate": {
            **template,
            "ContainerSpec": {
                **template["ContainerSpec"],
                "Isolation": "default",
                "Privileges": {"CredentialSpec": None, "SELinuxContext": None},
            },
            "Networks": [{"Target": "net1", "Aliases": ["app"]}],
            "Placement": {"Platforms": [{"Architecture": "amd64", "OS": "linux"}]},
            "ForceUpdate": 4,
            "Runtime": "container",
        },
        "Mode": {"Replicated": {"Replicas": 1}},
        "EndpointSpec": {"Mode": "vip"},
    }


def test_what_was_sent_equals_what_is_read_back() -> None:
    """The daemon's normalisation must not count as a difference."""
    assert canonical(spec(), NETWORKS) == canonical(read_back(spec()), NETWORKS)


@pytest.mark.parametrize(
    "changed",
    [
        container(spec(), Image="nginx:1.28.0"),
        container(spec(), Env=["A=2"]),
        container(spec(), Env=["A"]),
        container(spec(), Init=False),
        container(spec(), ReadOnly=True),
        spec(Labels={"x": "y"}),
        spec(Mode={"Replicated": {"Replicas": 0}}),
        spec(Mode={"Global": {}}),
        spec(EndpointSpec={"Mode": "dnsrr"}),
        spec(EndpointSpec={"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}),
        spec(UpdateConfig={"Parallelism": 0}),
        spec(UpdateConfig={"Parallelism": 1, "Order": "start-first"}),
    ],
)
def test_a_difference_that_swarm_sees_is_seen(changed: dict[str, Any]) -> None:
    """A changed field must change the form."""
    assert canonical(changed, NETWORKS) != canonical(spec(), NETWORKS)


def test_an_environment_value_may_be_empty() -> None:
    """``A=`` and a missing ``A`` must stay apart."""
    assert canonical(container(spec(), Env=["A="]), {}) != canonical(container(spec(), Env=[]), {})


def test_the_spec_that_was_given_is_left_as_it_is() -> None:
    """Making a form must not change its argument."""
    given = read_back(spec())
    canonical(given, NETWORKS)

    assert given == read_back(spec())


def test_the_order_of_a_port_s_fields_does_not_order_the_ports() -> None:
    """Ports that were sent with their fields in any order must equal those read back in the engine's."""
    ports = [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8000}, {"TargetPort": 70, "PublishedPort": 7000}]
    back = [
        {"Protocol": "tcp", "TargetPort": 70, "PublishedPort": 7000, "PublishMode": "ingress"},
        {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8000, "PublishMode": "ingress"},
    ]
    assert canonical(spec(EndpointSpec={"Ports": ports}), {}) == canonical(spec(EndpointSpec={"Ports": back}), {})


def test_the_config_of_a_credential_spec_is_told_by_name() -> None:
    """The id of a credential spec's config must equal the name that stood for it."""
    sent = container(
        spec(),
        Privileges={"CredentialSpec": {"Config": "wiki_c", "File": "", "Registry": ""}},
        Configs=[{"Runtime": {}, "ConfigName": "wiki_c"}],
    )
    back = container(
        spec(),
        Privileges={"CredentialSpec": {"Config": "id1", "File": "", "Registry": ""}},
        Configs=[{"Runtime": {}, "ConfigName": "wiki_c", "ConfigID": "id1"}],
    )
    assert canonical(sent, {}) == canonical(back, {})


def test_a_job_runs_once_unless_it_says_otherwise() -> None:
    """A job without a number must equal what the engine makes of it, and differ from one with another."""
    once, alone = {"MaxConcurrent": 1, "TotalCompletions": 1}, canonical(spec(Mode={"ReplicatedJob": {}}), {})
    assert alone == canonical(spec(Mode={"ReplicatedJob": once}), {})
    assert alone != canonical(spec(Mode={"ReplicatedJob": {**once, "TotalCompletions": 2}}), {})
