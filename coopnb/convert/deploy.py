"""``deploy`` (and ``restart``, where it has no ``restart_policy``): how swarm runs and replaces tasks."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from coopnb.convert.scope import Scope, present
from coopnb.model.compose import Service
from coopnb.model.service_parts import Deploy, Placement, Resources, UpdatePolicy

_ATTEMPTS = re.compile(r"\+?[0-9]{1,18}|-0{1,18}")
_CPUS = re.compile(r"[+-]?([0-9]{1,18}(/[0-9]{1,18}|\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?")
"""Of what Go reads as a fraction, all that makes a number of CPUs: it also knows hexadecimal and huge ones."""


def mode(key: str, deploy: Deploy, scope: Scope) -> dict[str, Any]:
    """How many tasks there are. Without ``replicas`` none is sent, and swarm makes one.

    Raises:
        ConvertError: an unknown mode, or replicas where there is a task a node.
    """
    if deploy.mode in ("global", "global-job"):
        if deploy.replicas is not None:
            hint = "remove replicas, or the mode"
            text = f"a {deploy.mode} service has one task a node, so it cannot have replicas"
            raise scope.error(text, "services", key, "deploy", "replicas", hint=hint)
        return {"Global" if deploy.mode == "global" else "GlobalJob": {}}
    if deploy.mode == "replicated-job":
        if deploy.replicas is None:
            return {"ReplicatedJob": {}}
        return {"ReplicatedJob": {"MaxConcurrent": deploy.replicas, "TotalCompletions": deploy.replicas}}
    if deploy.mode not in ("", "replicated"):
        hint = "the modes are replicated, global, replicated-job and global-job"
        raise scope.error(f"swarm has no mode {deploy.mode!r}", "services", key, "deploy", "mode", hint=hint)
    return {"Replicated": {} if deploy.replicas is None else {"Replicas": deploy.replicas}}


def update_config(policy: UpdatePolicy | None) -> dict[str, Any] | None:
    """``update_config`` or ``rollback_config``; one task at a time unless it says otherwise."""
    if policy is None:
        return None
    return {
        "Parallelism": 1 if policy.parallelism is None else policy.parallelism,
        "MaxFailureRatio": policy.max_failure_ratio or 0,
        "Order": policy.order,
        **present({"Delay": policy.delay, "FailureAction": policy.failure_action, "Monitor": policy.monitor}),
    }


def restart_policy(key: str, service: Service, scope: Scope) -> dict[str, Any] | None:
    """``deploy.restart_policy``, or what the older ``restart`` says; ``None`` is swarm's default, any.

    docker takes a number after any word, and heeds it after ``on-failure`` only; a negative one, which CLI 28 turns
    into 18 quintillion attempts, its successors refuse. (docker/cli ``convertRestartPolicy``, ``ParseRestartPolicy``)

    Raises:
        ConvertError: an unknown ``restart``.
    """
    policy = service.deploy.restart_policy
    if policy is not None:
        optional = {"Delay": policy.delay, "MaxAttempts": policy.max_attempts, "Window": policy.window}
        sent = {name: value for name, value in optional.items() if value is not None}
        return {**present({"Condition": policy.condition}), **sent}
    name, colon, attempts = service.restart.partition(":")
    if (name or not colon) and (not attempts or _ATTEMPTS.fullmatch(attempts)):
        if name in ("", "no"):
            return None
        if name in ("always", "unless-stopped"):
            return {"Condition": "any"}
        if name == "on-failure":
            return {"Condition": "on-failure", "MaxAttempts": int(attempts or 0)}
    hint = "say always, on-failure or on-failure:3, or use deploy.restart_policy"
    raise scope.error(f"restart {service.restart!r} is not known", "services", key, "restart", hint=hint)


def resources(key: str, given: Resources, scope: Scope) -> dict[str, Any]:
    """Limits and reservations: CPUs in billionths, memory in bytes.

    Raises:
        ConvertError: CPUs that are no number, or one with more than nine decimals.
    """
    path = ("services", key, "deploy", "resources")
    result: dict[str, Any] = {}
    if given.limits is not None:
        cpus = _nano_cpus(given.limits.cpus, scope, (*path, "limits", "cpus"))
        result["Limits"] = present({"NanoCPUs": cpus, "MemoryBytes": given.limits.memory, "Pids": given.limits.pids})
    reserved = given.reservations
    if reserved is not None:
        cpus = _nano_cpus(reserved.cpus, scope, (*path, "reservations", "cpus"))
        generic = [
            {"DiscreteResourceSpec": present({"Kind": each.kind, "Value": each.value})} if each is not None else {}
            for each in (resource.discrete_resource_spec for resource in reserved.generic_resources)
        ]
        result["Reservations"] = present(
            {"NanoCPUs": cpus, "MemoryBytes": reserved.memory, "GenericResources": generic}
        )
    return result


def placement(given: Placement) -> dict[str, Any]:
    """Where tasks may run; swarm checks constraints, and no check here repeats that."""
    spread = [{"Spread": {"SpreadDescriptor": each.spread}} for each in given.preferences]
    return present(
        {"Constraints": list(given.constraints), "Preferences": spread, "MaxReplicas": given.max_replicas_per_node}
    )


def _nano_cpus(text: str, scope: Scope, path: tuple[str, ...]) -> int:
    if not text:
        return 0
    try:
        if not _CPUS.fullmatch(text):
            raise ValueError
        billionths = Fraction(text) * 1_000_000_000
    except (ValueError, ZeroDivisionError):
        raise scope.error(f"{text!r} is no number of CPUs", *path, hint='write it as "0.5"') from None
    if billionths.denominator != 1:
        raise scope.error(f"{text!r} has more decimals than swarm counts", *path, hint="nine decimals are the most")
    return int(billionths)
