"""The calls coopnb makes of the Docker Engine API, each answered by parsed JSON and the engine's time."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import docker

from coopnb.engine.events import PastEvents, read_events
from coopnb.engine.logs import READ_LIMIT, LogText, Mask, read_log
from coopnb.engine.mapping import mapped, not_json, refuse

_COLLECTIONS = {"network": "networks", "secret": "secrets", "config": "configs", "service": "services"}
STACK_LABEL = "com.docker.stack.namespace"


@dataclass(frozen=True, slots=True)
class Answer:
    """A parsed body, and the engine's own time (its ``Date`` header, whole seconds)."""

    body: Any
    at: datetime


class Engine:
    """An open connection to one engine.

    Every method raises :class:`coopnb.errors.TransportError` when the engine cannot be talked to and
    :class:`coopnb.errors.EngineError` when it refuses.

    Attributes:
        mask: takes secret values out of log lines, and out of what events name, before they are cut.
    """

    def __init__(self, client: docker.APIClient, url: str, timeout: int) -> None:
        self._client = client
        self.url = url
        self._timeout = timeout
        self._counting = threading.Lock()
        self.requests = 0
        self.mask: Mask = str

    @property
    def far(self) -> bool:
        """Whether each request costs a round trip through a network, so that several at once gain time."""
        return not self.url.startswith("unix://")

    @property
    def api_version(self) -> str:
        """The API version agreed on, as in ``1.45``."""
        return str(self._client.api_version)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """Make one request; ``path`` is without the version prefix."""
        response = self._send(method, path, params, body)
        content = response.content
        try:
            parsed = json.loads(content) if content else None
        except ValueError as error:
            raise not_json(response.status_code, method, path, self.url) from error
        return Answer(parsed, _date(response.headers.get("Date")))

    def _send(self, method: str, path: str, params: Mapping[str, str] | None, body: Any = None) -> Any:
        with self._counting:
            self.requests += 1
        with mapped(method, path, self.url):
            response = self._client.request(method, self._url(path), params=params, json=body, timeout=self._timeout)
            content = response.content
        if response.status_code >= 400:
            raise refuse(response.status_code, content, method, path, self.url)
        return response

    def _url(self, path: str) -> str:
        return f"{self._client.base_url}/v{self.api_version}{path}"

    # Reads

    def version(self) -> Mapping[str, Any]:
        """``GET /version``."""
        return dict(self.request("GET", "/version").body)

    def info(self) -> Mapping[str, Any]:
        """``GET /info``: ten times dearer than other reads; once a connection."""
        return dict(self.request("GET", "/info").body)

    def swarm_id(self) -> str:
        """The cluster's id. The rest of ``GET /swarm`` holds join tokens and is dropped here."""
        return str(self.request("GET", "/swarm").body["ID"])

    def services(self, stack: str = "") -> Answer:
        """A stack's services with ``ServiceStatus``; those of all stacks if none is named."""
        return self.request("GET", "/services", params={"status": "true", **_label(stack)})

    def tasks(self, stack: str = "") -> Answer:
        """A stack's tasks, kept history included; those of all stacks if none is named."""
        return self.request("GET", "/tasks", params=_label(stack))

    def nodes(self) -> Answer:
        """All nodes."""
        return self.request("GET", "/nodes")

    def networks(self) -> Answer:
        """All swarm-scoped networks: an external one carries no stack label."""
        return self.request("GET", "/networks", params=_filters(scope=["swarm"]))

    def secrets(self, prefixes: Iterable[str]) -> Answer:
        """Secrets whose names start with one of the prefixes (the ``name`` filter is a prefix)."""
        return self.request("GET", "/secrets", params=_filters(name=list(prefixes)))

    def configs(self, prefixes: Iterable[str]) -> Answer:
        """Configs, with content, whose names start with one of the prefixes."""
        return self.request("GET", "/configs", params=_filters(name=list(prefixes)))

    def distribution(self, reference: str) -> Answer:
        """What the registry says of an image."""
        return self.request("GET", f"/distribution/{quote(reference, safe='/:@')}/json")

    def task_log(self, task_id: str, lines: int) -> tuple[str, ...]:
        """The last lines a task wrote, stdout and stderr as they came, masked and made harmless.

        Never more than a few times :data:`coopnb.engine.logs.READ_LIMIT` bytes are read: where the lines
        are longer than that, fewer of them are asked for, and the first one given says so.
        """
        asked = lines
        found = self._log(task_id, asked)
        while not found.whole and asked > 1:
            asked = max(1, asked // 4)
            found = self._log(task_id, asked)
        if asked == lines:
            return found.lines
        note = f"[the last {asked} of {lines} lines: all of them are longer than {READ_LIMIT >> 10} KiB]"
        return (note, *found.lines)

    def _log(self, task_id: str, lines: int) -> LogText:
        path = f"/tasks/{quote(task_id, safe='')}/logs"
        with self._counting:
            self.requests += 1
        params = {"stdout": "1", "stderr": "1", "tail": str(lines)}
        with mapped("GET", path, self.url):
            response = self._client.request("GET", self._url(path), params=params, timeout=self._timeout, stream=True)
            with response:
                if response.status_code < 400:
                    return read_log(response.iter_content(65536), lines, self.mask)
                content = next(response.iter_content(65536), b"")
        raise refuse(response.status_code, content, "GET", path, self.url)

    def past_events(self, since: datetime, until: datetime) -> PastEvents:
        """What the engine remembers of a time that is over, by its own clock: ``GET /events`` without a filter.

        Only an answer of everything tells whether the engine's memory reaches back so far.

        Args:
            until: never later than the engine's own time, so that the answer ends at once.
        """
        path = "/events"
        with self._counting:
            self.requests += 1
        params = {"since": f"{since.timestamp():.6f}", "until": f"{until.timestamp():.6f}"}
        with mapped("GET", path, self.url):
            response = self._client.request("GET", self._url(path), params=params, timeout=self._timeout, stream=True)
            with response:
                if response.status_code < 400:
                    try:
                        return read_events(response.iter_content(65536))
                    except (ValueError, RecursionError) as error:
                        raise not_json(response.status_code, "GET", path, self.url) from error
                content = next(response.iter_content(65536), b"")
        raise refuse(response.status_code, content, "GET", path, self.url)

    # Writes

    def create(self, kind: str, body: Mapping[str, Any]) -> str:
        """Create a network, secret, config or service; its id."""
        answer = self.request("POST", f"/{_COLLECTIONS[kind]}/create", body=body)
        return str(answer.body.get("ID") or answer.body.get("Id"))

    def update_service(self, service_id: str, index: int, spec: Mapping[str, Any]) -> None:
        """Replace a service's spec, if it is still at version ``index``."""
        self.request(
            "POST", f"/services/{quote(service_id, safe='')}/update", params={"version": str(index)}, body=spec
        )

    def update_labels(self, kind: str, object_id: str, index: int, name: str, labels: Mapping[str, str]) -> None:
        """Replace the labels of a secret or config, if it is still at version ``index``; its data is not sent."""
        self.request(
            "POST",
            f"/{_COLLECTIONS[kind]}/{quote(object_id, safe='')}/update",
            params={"version": str(index)},
            body={"Name": name, "Labels": dict(labels)},
        )

    def remove(self, kind: str, object_id: str) -> None:
        """Remove a service or a config by its id."""
        self.request("DELETE", f"/{_COLLECTIONS[kind]}/{quote(object_id, safe='')}")

    def event_stream(self) -> Any:
        """The open ``GET /events`` answer for services, nodes and containers; whoever reads it closes it."""
        with mapped("GET", "/events", self.url):
            return self._client.get(
                self._url("/events"),
                params=_filters(type=["service", "node", "container"]),
                stream=True,
                timeout=(self._timeout, None),
            )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _label(stack: str) -> dict[str, str]:
    return _filters(label=[f"{STACK_LABEL}={stack}"]) if stack else {}


def _filters(**filters: list[str]) -> dict[str, str]:
    return {"filters": json.dumps(filters)}


def _date(header: str | None) -> datetime:
    # An engine always sends a Date; a proxy that strips or garbles it leaves our own clock as the next best.
    try:
        return parsedate_to_datetime(header).astimezone(UTC) if header else datetime.now(UTC)
    except ValueError:
        return datetime.now(UTC)
