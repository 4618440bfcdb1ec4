"""Objects of the store as Engine JSON.

What comes back shares its inner parts with the store, which are large and never change: it is written out as an
answer, or its top level changed, but nothing below that.
"""

from __future__ import annotations

from coopnb.practice.clock import rfc3339
from coopnb.practice.objects import Config, Json, Network, Node, Payload, Service, Stored, Task, TaskState, UpdateStatus
from coopnb.practice.scheduler.filters import LOG_DRIVERS
from coopnb.practice.specs.readback import task_spec, with_defaults
from coopnb.practice.version import ENGINE

_PLUGINS = (
    *(("Log", name) for name in sorted(LOG_DRIVERS - {"none"})),
    *(("Network", name) for name in ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")),
    ("Volume", "local"),
)


def _node_resources(node: Node) -> Json:
    generic = [
        {"DiscreteResourceSpec": {"Kind": kind, "Value": number}} for kind, number in sorted(node.generic.items())
    ]
    plain: Json = {"NanoCPUs": node.nano_cpus, "MemoryBytes": node.memory}
    return {**plain, "GenericResources": generic} if generic else plain


def node_json(node: Node) -> Json:
    """A node; only managers have a ManagerStatus."""
    spec: Json = {"Name": node.name} if node.name else {}
    engine: Json = {
        "EngineVersion": ENGINE,
        "Plugins": [{"Type": kind, "Name": name} for kind, name in _PLUGINS],
    }
    if node.engine_labels:
        engine["Labels"] = dict(node.engine_labels)
    status: Json = {"State": node.state, **({"Message": node.message} if node.message else {}), "Addr": node.address}
    shown = {
        **_meta(node),
        "Spec": {**spec, "Labels": dict(node.labels), "Role": node.role, "Availability": node.availability},
        "Description": {
            "Hostname": node.hostname,
            "Platform": {"Architecture": node.architecture, "OS": node.os},
            "Resources": _node_resources(node),
            "Engine": engine,
            "TLSInfo": {},
        },
        "Status": status,
    }
    if node.role == "manager":
        manager: Json = {"Leader": True} if node.leader else {}
        shown["ManagerStatus"] = {**manager, "Reachability": "reachable", "Addr": f"{node.address}:2377"}
    return shown


def service_json(service: Service, insert_defaults: bool = False) -> Json:
    """A service with its previous spec, endpoint and update status."""
    spec = with_defaults(service.spec) if insert_defaults else service.spec
    shown: Json = {**_meta(service), "Spec": spec}
    if service.previous_spec is not None:
        previous = service.previous_spec
        shown["PreviousSpec"] = with_defaults(previous) if insert_defaults else previous
    endpoint: Json = {"Spec": service.spec.get("EndpointSpec") or {}}
    if service.ports:
        endpoint["Ports"] = list(service.ports)
    if service.virtual_ips:
        endpoint["VirtualIPs"] = list(service.virtual_ips)
    shown["Endpoint"] = endpoint
    if service.update_status is not None:
        shown["UpdateStatus"] = _update_status(service.update_status)
    return shown


def service_status(service: Service, tasks: list[Task]) -> Json:
    """How many tasks run and how many should (``status=true``)."""
    desired = sum(task.desired == TaskState.RUNNING for task in tasks) if service.is_global else service.replicas
    return {
        "RunningTasks": sum(task.state == TaskState.RUNNING for task in tasks),
        "DesiredTasks": desired,
        "CompletedTasks": sum(task.state == TaskState.COMPLETE for task in tasks),
    }


def task_json(task: Task) -> Json:
    """A task; what it has not yet (node, container, networks) is absent."""
    shown: Json = {
        **_meta(task),
        "Labels": {},
        "Spec": task_spec(task.spec),
        "ServiceID": task.service_id,
    }
    if task.slot:
        shown["Slot"] = task.slot
    if task.node_id:
        shown["NodeID"] = task.node_id
    status: Json = {"Timestamp": rfc3339(task.timestamp), "State": task.state.text, "Message": task.message}
    if task.err:
        status["Err"] = task.err
    if task.container_id or task.exit_code is not None:
        status["ContainerStatus"] = {
            "ContainerID": task.container_id,
            "PID": task.pid,
            "ExitCode": task.exit_code or 0,
        }
    status["PortStatus"] = {"Ports": ports} if (ports := _host_ports(task)) else {}
    shown |= {"Status": status, "DesiredState": task.desired.text}
    if task.attachments:
        shown["NetworksAttachments"] = [_attachment(item) for item in task.attachments]
    shown["Volumes"] = None
    return shown


def _host_ports(task: Task) -> list[Json]:
    """The ports of its machine that lead to a running task."""
    ports = (task.endpoint_spec or {}).get("Ports") or ()
    shown = [port for port in ports if port.get("PublishMode") == "host" and port.get("PublishedPort")]
    return [dict(port) for port in shown] if task.state == TaskState.RUNNING else []


def network_json(network: Network) -> Json:
    """A network as ``/networks`` shows it."""
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": rfc3339(network.created),
        "Scope": network.scope,
        "Driver": network.driver,
        "EnableIPv4": True,
        "EnableIPv6": network.ipv6,
        "IPAM": {
            "Driver": network.ipam_driver,
            "Options": dict(network.ipam_options) if network.ipam_options is not None else None,
            "Config": [dict(config) for config in network.ipam] or None,
        },
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Ingress": network.ingress,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": None if network.scope == "swarm" else {},
        "Options": dict(network.driver_options) or None,
        "Labels": dict(network.labels),
    }


def payload_json(payload: Payload) -> Json:
    """A secret or a config; a secret's data stays inside."""
    hidden = () if isinstance(payload, Config) else ("Data",)
    spec = {key: value for key, value in payload.spec.items() if key not in hidden}
    return {**_meta(payload), "Spec": spec}


def _meta(stored: Stored) -> Json:
    return {
        "ID": stored.id,
        "Version": {"Index": stored.index},
        "CreatedAt": rfc3339(stored.created),
        "UpdatedAt": rfc3339(stored.updated),
    }


def _update_status(status: UpdateStatus) -> Json:
    shown: Json = {"State": status.state}
    if status.started is not None:
        shown["StartedAt"] = rfc3339(status.started)
    if status.completed is not None:
        shown["CompletedAt"] = rfc3339(status.completed)
    return {**shown, "Message": status.message}


def _attachment(item: Json) -> Json:
    network = item["Network"]
    times = {"CreatedAt": rfc3339(network["CreatedAt"]), "UpdatedAt": rfc3339(network["UpdatedAt"])}
    return {"Network": {**network, **times}, "Addresses": list(item["Addresses"])}
