"""What is wanted: the swarm objects an app's files ask for, in the Engine API's own JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coopnb.model.finding import Finding
from coopnb.model.origin import Origin

Spec = Mapping[str, Any]
"""A body of the Engine API, as parsed JSON (durations in nanoseconds, memory in bytes)."""


@dataclass(frozen=True, slots=True)
class StackService:
    """A service as ``docker stack deploy`` would send it, with names where ids will stand.

    Attributes:
        key: the name in the compose file (``app``).
        name: the name in the swarm (``wiki_example_org_app``).
        spec: a ServiceSpec; ``Networks[].Target`` is a network's name, ``Secrets[]`` and
            ``Configs[]`` carry names and no ids, the image has no digest unless the file gave one.
        image: the image as the file writes it.
        origins: spec field -> where it comes from. Fields are named as a plan names them:
            ``image``, ``command``, ``env NAME``, ``label NAME``, ``replicas``, ``update``,
            ``healthcheck``, ``mount /target``, ``secret NAME``, ``config NAME``, ``network NAME``,
            ``port 80/tcp``, ``service`` for the service as a whole.
    """

    key: str
    name: str
    spec: Spec
    image: str
    origins: Mapping[str, Origin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StackNetwork:
    """A network; ``spec`` is the body of ``POST /networks/create``, empty for an external one."""

    key: str
    name: str
    external: bool
    spec: Spec
    origin: Origin


@dataclass(frozen=True, slots=True)
class StackConfig:
    """A config object; ``data`` is ``None`` for an external one."""

    key: str
    name: str
    external: bool
    data: bytes | None
    labels: Mapping[str, str]
    template_driver: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class StackSecret:
    """A secret object. In this field secrets are external: made once, under a versioned name.

    Attributes:
        data: bytes of a ``file:`` secret, none of one that a driver makes; ``None`` for an external one.
        length: characters to generate when it does not exist; ``None`` if it must be inserted by hand.
        charset: the alphabet's name, as the settings file declares it.
        wanted_by: the services (compose keys) that mount it.
        driver, driver_opts: the plugin that makes the value, and what it is told; else empty.
    """

    key: str
    name: str
    external: bool
    labels: Mapping[str, str]
    origin: Origin
    data: bytes | None = field(default=None, repr=False)
    length: int | None = None
    charset: str = "alnum"
    wanted_by: tuple[str, ...] = ()
    driver: str = ""
    driver_opts: Mapping[str, str] = field(default_factory=dict)
    template_driver: str | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """Everything an app wants of a swarm.

    Attributes:
        name: the namespace (``wiki_example_org``): the label ``com.docker.stack.namespace``.
        app: the app's domain; of stack files, the stack's name.
        recipe, version: which recipe at which version (a tag, or a short commit); of stack files, ``stack files`` and
            their names.
        state: what is kept in the swarm for undo: settings, files, versions; no secret value.
        timeout: seconds to wait for convergence (label ``coop-cloud.<stack>.timeout``).
        plain: whether it is of stack files, to which nothing of the field's is added, a version's label for one.
    """

    name: str
    app: str
    recipe: str
    version: str
    services: tuple[StackService, ...]
    networks: tuple[StackNetwork, ...]
    configs: tuple[StackConfig, ...]
    secrets: tuple[StackSecret, ...]
    state: Mapping[str, Any] = field(default_factory=dict)
    timeout: int = 300
    findings: tuple[Finding, ...] = ()
    plain: bool = False

    @property
    def object_names(self) -> tuple[str, ...]:
        """The names of its secrets and configs: a file may give one that does not begin with the stack's."""
        return (*(secret.name for secret in self.secrets), *(config.name for config in self.configs))
