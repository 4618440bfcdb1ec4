"""A :class:`~coopnb.model.compose.Compose` as ``docker stack config`` prints it: the canonical form, as plain values.

docker prints with Go's ``omitempty`` (docker/cli ``compose/types``): what is false, zero or empty is left out, what is
``None`` here is a pointer there, and is left out when it points nowhere. Sizes are texts, durations Go's texts, and a
number has a point only if it needs one. ``oom_score_adj`` is not printed, because docker loses it when it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from coopnb.model.compose import Compose, ConfigObject, Network, SecretObject, Service, Volume
from coopnb.model.service_parts import Deploy, FileReference, Mount, Placement, Reservations, Resources, UpdatePolicy

Plain = dict[str, Any]
_UNITS = ((3_600_000_000_000, "h"), (60_000_000_000, "m"))
_SMALL = (("s", 1_000_000_000), ("ms", 1_000_000), ("\u00b5s", 1_000), ("ns", 1))
_BUILD = ("context", "dockerfile", "args", "labels", "cache_from", "extra_hosts", "network", "target")
_SAME = (
    *("cap_add", "cap_drop", "cgroup_parent", "cgroupns_mode", "command", "container_name", "depends_on"),
    *("devices", "dns", "dns_search", "domainname", "entrypoint", "env_file", "environment", "expose"),
    *("external_links", "extra_hosts", "hostname", "image", "ipc", "isolation", "labels", "links", "mac_address"),
    *("network_mode", "pid", "privileged", "read_only", "restart", "security_opt", "shm_size", "stdin_open"),
    *("stop_signal", "sysctls", "tmpfs", "tty", "user", "userns_mode", "working_dir"),
)


def printed(compose: Compose, root: Path) -> Plain:
    """Give the canonical form; paths of files begin at ``root``."""
    sections: dict[str, Callable[[Any], Plain]] = {
        "networks": _network,
        "volumes": _volume,
        "secrets": lambda item: _file_object(item, root),
        "configs": lambda item: _file_object(item, root),
    }
    result: Plain = {"version": compose.version}
    result["services"] = {name: _service(service) for name, service in compose.services.items()}
    for section, one in sections.items():
        given = getattr(compose, section)
        if given:
            result[section] = {name: one(item) for name, item in given.items()}
    return result


def _short(**values: Any) -> Plain:
    """Leave out what Go leaves out of a struct; a pointer is wrapped by :func:`_there`."""
    result: Plain = {}
    for key, value in values.items():
        if isinstance(value, _There):
            result[key] = _plain(value.value)
        elif value not in (None, "", 0, False, (), {}, []):
            result[key] = _plain(value)
    return result


class _There:
    """A value that is printed whatever it is."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _there(value: Any, form: Callable[[Any], Any] = lambda value: value) -> _There | None:
    return None if value is None else _There(form(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _service(service: Service) -> Plain:
    build, check, log, spec = service.build, service.healthcheck, service.logging, service.credential_spec
    return _short(
        **{name: getattr(service, name) for name in _SAME},
        build=build and _short(**{name: getattr(build, name) for name in _BUILD}),
        configs=[_reference(item) for item in service.configs],
        secrets=[_reference(item) for item in service.secrets],
        credential_spec=spec and _short(config=spec.config, file=spec.file, registry=spec.registry),
        deploy=_deploy(service.deploy),
        healthcheck=_there(
            check,
            lambda check: _short(
                test=check.test,
                retries=_there(check.retries),
                disable=check.disable,
                **{
                    name: _there(getattr(check, name), duration)
                    for name in ("timeout", "interval", "start_period", "start_interval")
                },
            ),
        ),
        init=_there(service.init),
        logging=_there(log, lambda log: _short(driver=log.driver, options=log.options)),
        networks={
            name: network
            and _short(
                aliases=network.aliases,
                driver_opts=network.driver_opts,
                ipv4_address=network.ipv4_address,
                ipv6_address=network.ipv6_address,
            )
            for name, network in service.networks.items()
        },
        ports=[
            _short(mode=port.mode, target=port.target, published=port.published, protocol=port.protocol)
            for port in service.ports
        ],
        stop_grace_period=_there(service.stop_grace_period, duration),
        ulimits={name: _short(soft=limit.soft, hard=limit.hard) for name, limit in service.ulimits.items()},
        volumes=[_mount(mount) for mount in service.volumes],
    )


def _reference(item: FileReference) -> Plain:
    return _short(source=item.source, target=item.target, uid=item.uid, gid=item.gid, mode=_there(item.mode))


def _mount(mount: Mount) -> Plain:
    bind, volume, tmpfs = mount.bind, mount.volume, mount.tmpfs
    return _short(
        type=mount.type,
        source=mount.source,
        target=mount.target,
        read_only=mount.read_only,
        consistency=mount.consistency,
        bind=_there(bind, lambda bind: _short(propagation=bind.propagation)),
        volume=_there(volume, lambda volume: _short(nocopy=volume.nocopy, subpath=volume.subpath)),
        tmpfs=_there(tmpfs, lambda tmpfs: _short(size=tmpfs.size)),
    )


def _deploy(deploy: Deploy) -> Plain:
    restart = deploy.restart_policy
    return _short(
        mode=deploy.mode,
        replicas=_there(deploy.replicas),
        endpoint_mode=deploy.endpoint_mode,
        labels=deploy.labels,
        update_config=_there(deploy.update_config, _update),
        rollback_config=_there(deploy.rollback_config, _update),
        restart_policy=_there(
            restart,
            lambda restart: _short(
                condition=restart.condition,
                delay=_there(restart.delay, duration),
                max_attempts=_there(restart.max_attempts),
                window=_there(restart.window, duration),
            ),
        ),
        resources=_resources(deploy.resources),
        placement=_placement(deploy.placement),
    )


def _update(policy: UpdatePolicy) -> Plain:
    return _short(
        parallelism=_there(policy.parallelism),
        delay=policy.delay and duration(policy.delay),
        failure_action=policy.failure_action,
        monitor=policy.monitor and duration(policy.monitor),
        max_failure_ratio=_number(policy.max_failure_ratio),
        order=policy.order,
    )


def _number(value: float) -> float:
    return int(value) if value == int(value) else value


def _resources(resources: Resources) -> Plain:
    return _short(
        limits=_there(
            resources.limits,
            lambda limits: _short(cpus=limits.cpus, memory=limits.memory and str(limits.memory), pids=limits.pids),
        ),
        reservations=_there(resources.reservations, _reservations),
    )


def _reservations(given: Reservations) -> Plain:
    generic = [
        _short(
            discrete_resource_spec=_there(
                item.discrete_resource_spec, lambda spec: {"kind": spec.kind, "value": spec.value}
            )
        )
        for item in given.generic_resources
    ]
    return _short(cpus=given.cpus, memory=given.memory and str(given.memory), generic_resources=generic)


def _placement(placement: Placement) -> Plain:
    return _short(
        constraints=placement.constraints,
        preferences=[_short(spread=each.spread) for each in placement.preferences],
        max_replicas_per_node=placement.max_replicas_per_node,
    )


def _network(network: Network) -> Plain:
    ipam = _short(driver=network.ipam.driver, config=[_short(subnet=item.subnet) for item in network.ipam.config])
    return _short(
        name=network.name,
        driver=network.driver,
        driver_opts=network.driver_opts,
        ipam=ipam,
        external=network.external,
        internal=network.internal,
        attachable=network.attachable,
        labels=network.labels,
    )


def _volume(volume: Volume) -> Plain:
    return _short(
        name=volume.name,
        driver=volume.driver,
        driver_opts=volume.driver_opts,
        external=volume.external,
        labels=volume.labels,
    )


def _file_object(item: SecretObject | ConfigObject, root: Path) -> Plain:
    driver: Plain = {}
    if isinstance(item, SecretObject):
        driver = {"driver": item.driver, "driver_opts": item.driver_opts}
    # Where no file is named, docker takes the folder for it, and finds out when it deploys.
    file = "" if item.external or driver.get("driver") else str(root / item.file)
    return _short(
        name=item.name,
        file=str(root / item.file) if item.file else file,
        external=item.external,
        labels=item.labels,
        template_driver=item.template_driver,
        **driver,
    )


def duration(nanoseconds: int) -> str:
    """Write a duration as Go does (``time.Duration.String``).

    >>> duration(90_000_000_000), duration(1_500_000), duration(0)
    ('1m30s', '1.5ms', '0s')
    """
    if nanoseconds == 0:
        return "0s"
    sign, left = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if left < 1_000_000_000:
        name, unit = next((name, unit) for name, unit in _SMALL if left >= unit)
        return f"{sign}{_decimal(left, unit)}{name}"
    text = ""
    for unit, name in _UNITS:
        if text or left >= unit:
            text += f"{left // unit}{name}"
        left %= unit
    return f"{sign}{text}{_decimal(left, 1_000_000_000)}s"


def _decimal(amount: int, unit: int) -> str:
    whole, rest = divmod(amount, unit)
    digits = str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)
