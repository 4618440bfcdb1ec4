"""A service to a ServiceSpec (docker/cli ``compose/convert/service.go``)."""

from __future__ import annotations

from typing import Any

from coopnb.convert.capabilities import capabilities
from coopnb.convert.configs import config_references
from coopnb.convert.credential_spec import credential_spec
from coopnb.convert.deploy import mode, placement, resources, restart_policy, update_config
from coopnb.convert.environment import environment
from coopnb.convert.healthcheck import healthcheck
from coopnb.convert.mounts import mounts
from coopnb.convert.networks import attachments
from coopnb.convert.ports import endpoint
from coopnb.convert.scope import IMAGE_LABEL, Scope, present
from coopnb.convert.secrets import secret_references
from coopnb.model.compose import Service


def service_spec(key: str, service: Service, scope: Scope) -> dict[str, Any]:
    """The spec that ``docker stack deploy`` sends, with names for ids and the image as written.

    Raises:
        ConvertError: what swarm cannot be told.
    """
    spec = {
        "Name": scope.name(key),
        "Labels": {**scope.labels(service.deploy.labels), IMAGE_LABEL: service.image},
        "TaskTemplate": _task(key, service, scope),
        "Mode": mode(key, service.deploy, scope),
        "EndpointSpec": endpoint(service),
    }
    updates = {
        "UpdateConfig": update_config(service.deploy.update_config),
        "RollbackConfig": update_config(service.deploy.rollback_config),
    }
    return {**spec, **{name: value for name, value in updates.items() if value is not None}}


def _task(key: str, service: Service, scope: Scope) -> dict[str, Any]:
    policy = restart_policy(key, service, scope)
    logging = service.logging
    driver = present({"Name": logging.driver, "Options": dict(logging.options)}) if logging else None
    return {
        "ContainerSpec": _container(key, service, scope),
        "Resources": resources(key, service.deploy.resources, scope),
        "Placement": placement(service.deploy.placement),
        "Networks": attachments(key, service, scope),
        "ForceUpdate": 0,
        **({"RestartPolicy": policy} if policy is not None else {}),
        **({"LogDriver": driver} if driver is not None else {}),
    }


def _container(key: str, service: Service, scope: Scope) -> dict[str, Any]:
    configs = config_references(key, service, scope)
    privileges = {
        "CredentialSpec": credential_spec(key, service, configs, scope),
        "SELinuxContext": None,
        "NoNewPrivileges": False,
    }
    add, drop = capabilities(service.cap_add, service.cap_drop)
    fields = {
        "Labels": scope.labels(service.labels),
        "Command": list(service.entrypoint),
        "Args": list(service.command),
        "Hostname": service.hostname,
        "Env": environment(service.environment),
        "Dir": service.working_dir,
        "User": service.user,
        "Privileges": privileges,
        "StopSignal": service.stop_signal,
        "TTY": service.tty,
        "OpenStdin": service.stdin_open,
        "ReadOnly": service.read_only,
        "Mounts": mounts(key, service, scope),
        "Healthcheck": None,
        "Hosts": [f"{address} {host}" for host, _, address in (each.partition(":") for each in service.extra_hosts)],
        "DNSConfig": present({"Nameservers": list(service.dns), "Search": list(service.dns_search)}),
        "Secrets": secret_references(key, service, scope),
        "Configs": configs,
        "Isolation": service.isolation,
        "Sysctls": dict(service.sysctls),
        "CapabilityAdd": add,
        "CapabilityDrop": drop,
        "Ulimits": [
            {"Name": name, "Hard": limit.hard, "Soft": limit.soft} for name, limit in sorted(service.ulimits.items())
        ],
    }
    pointers = {
        "Healthcheck": healthcheck(key, service.healthcheck, scope),
        "Init": service.init,
        "StopGracePeriod": service.stop_grace_period,
    }
    sent = {name: value for name, value in pointers.items() if value is not None}
    return {"Image": service.image, **present(fields), **sent}
