"""What /containers/{id}/json says of the machine's side of a container: its host configuration and its networks."""

from __future__ import annotations

import hashlib

from coopnb.practice.containers import Container
from coopnb.practice.objects import Json

_UNSET: Json = {
    "Binds": None,
    "ContainerIDFile": "",
    "NetworkMode": "bridge",
    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    "AutoRemove": False,
    "VolumeDriver": "",
    "VolumesFrom": None,
    "ConsoleSize": [0, 0],
    "CgroupnsMode": "private",
    "DnsOptions": None,
    "DnsSearch": None,
    "GroupAdd": None,
    "IpcMode": "private",
    "Cgroup": "",
    "Links": None,
    "OomScoreAdj": 0,
    "PidMode": "",
    "Privileged": False,
    "PublishAllPorts": False,
    "SecurityOpt": None,
    "UTSMode": "",
    "UsernsMode": "",
    "ShmSize": 64 << 20,
    "Runtime": "runc",
    "Isolation": "default",
    "CpuShares": 0,
    "CgroupParent": "",
    "BlkioWeight": 0,
    "BlkioWeightDevice": None,
    "BlkioDeviceReadBps": None,
    "BlkioDeviceWriteBps": None,
    "BlkioDeviceReadIOps": None,
    "BlkioDeviceWriteIOps": None,
    "CpuPeriod": 0,
    "CpuQuota": 0,
    "CpuRealtimePeriod": 0,
    "CpuRealtimeRuntime": 0,
    "CpusetCpus": "",
    "CpusetMems": "",
    "Devices": None,
    "DeviceCgroupRules": None,
    "DeviceRequests": None,
    "MemorySwappiness": None,
    "OomKillDisable": False,
    "CpuCount": 0,
    "CpuPercent": 0,
    "IOMaximumIOps": 0,
    "IOMaximumBandwidth": 0,
    "MaskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi", "/sys/firmware"],
    "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
}
"""What a task cannot ask for, or rarely does, as dockerd 28.5 shows it."""

_NO_NETWORK: Json = {
    "Bridge": "",
    "HairpinMode": False,
    "LinkLocalIPv6Address": "",
    "LinkLocalIPv6PrefixLen": 0,
    "SecondaryIPAddresses": None,
    "SecondaryIPv6Addresses": None,
    "EndpointID": "",
    "Gateway": "",
    "GlobalIPv6Address": "",
    "GlobalIPv6PrefixLen": 0,
    "IPAddress": "",
    "IPPrefixLen": 0,
    "IPv6Gateway": "",
    "MacAddress": "",
}
"""The default bridge's part, which a task on overlay networks has not."""


def host_config(container: Container, bindings: Json) -> Json:
    """The host configuration: what its task asks for, and dockerd's defaults."""
    spec = container.task.spec["ContainerSpec"]
    resources = container.task.spec.get("Resources") or {}
    limits, reservations = resources.get("Limits") or {}, resources.get("Reservations") or {}
    log, dns = container.task.spec.get("LogDriver") or {}, spec.get("DNSConfig") or {}
    memory = limits.get("MemoryBytes", 0)
    shown = {
        **_UNSET,
        "LogConfig": {"Type": log.get("Name") or "json-file", "Config": log.get("Options") or {}},
        "PortBindings": bindings,
        "CapAdd": spec.get("CapabilityAdd"),
        "CapDrop": spec.get("CapabilityDrop"),
        "Dns": dns.get("Nameservers"),
        "DnsOptions": dns.get("Options"),
        "DnsSearch": dns.get("Search"),
        "GroupAdd": spec.get("Groups"),
        "ExtraHosts": spec.get("Hosts") and [_turned(entry) for entry in spec["Hosts"]],
        "OomScoreAdj": spec.get("OomScoreAdj", 0),
        "ReadonlyRootfs": spec.get("ReadOnly", False),
        "NanoCpus": limits.get("NanoCPUs", 0),
        "Memory": memory,
        "MemoryReservation": reservations.get("MemoryBytes", 0),
        "MemorySwap": 2 * memory,
        "PidsLimit": limits.get("Pids") or None,
        "Ulimits": spec.get("Ulimits") or [],
        "Mounts": spec.get("Mounts") or [],
    }
    given = {"Init": spec.get("Init"), "Sysctls": spec.get("Sysctls")}
    return {**shown, **{name: value for name, value in given.items() if value is not None}}


def network_settings(container: Container, bindings: Json, version: tuple[int, int]) -> Json:
    """The networks; a client before 1.45 finds among the aliases what newer ones find among the DNS names."""
    sandbox = digest("sandbox", container.id) if container.state == "running" else ""
    networks = networks_of(container)
    for network in networks.values():
        short = [container.id[:12]]
        if hostname := container.task.spec["ContainerSpec"].get("Hostname"):
            short.append(hostname)
        network["DNSNames"] = [container.task.name, *short]
        if version < (1, 45):
            network["Aliases"] = short
    place = f"/var/run/docker/netns/{sandbox[:12]}" if sandbox else ""
    return {**_NO_NETWORK, "SandboxID": sandbox, "SandboxKey": place, "Ports": bindings, "Networks": networks}


def networks_of(container: Container) -> Json:
    """The networks that a container is on, as lists show them; inspect knows its names there, too."""
    shown: Json = {}
    for item in container.task.attachments:
        if not item["Addresses"]:
            continue
        address, _, length = item["Addresses"][0].partition("/")
        running = container.state == "running"
        shown[item["Network"]["Spec"]["Name"]] = {
            "IPAMConfig": {"IPv4Address": address},
            "Links": None,
            "Aliases": None,
            "MacAddress": _mac(address) if running else "",
            "DriverOpts": None,
            "GwPriority": 0,
            "NetworkID": item["Network"]["ID"],
            "EndpointID": digest("endpoint", container.id, item["Network"]["ID"]) if running else "",
            "Gateway": "",
            "IPAddress": address if running else "",
            "IPPrefixLen": int(length or 0) if running else 0,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "DNSNames": None,
        }
    return shown


def digest(*words: str) -> str:
    """An id in the engine's shape, the same for the same words."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _mac(address: str) -> str:
    """The hardware address that an overlay network makes of an IPv4 address; empty for another kind."""
    parts = address.split(".")
    return ":".join(["02", "42", *(f"{int(part):02x}" for part in parts)]) if len(parts) == 4 else ""


def _turned(entry: str) -> str:
    """An entry of a hosts file (``10.1.2.3 other``) as ``other:10.1.2.3``."""
    address, _, name = entry.partition(" ")
    return f"{name}:{address}" if name else entry
