"""Healthchecks as dockerd makes them (its daemon/health.go): probes, their log, and what follows from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from coopnb.practice.clock import MILLISECOND, SECOND, Clock
from coopnb.practice.containers import Container, Containers, Probe
from coopnb.practice.fibers import Routine, Wait
from coopnb.practice.objects import Json
from coopnb.practice.world import Answer, ImageSeed, answer_exec
from coopnb.practice.world.answers import has_command

_INTERVAL = 30 * SECOND
_START_INTERVAL = 5 * SECOND
_RETRIES = 3
_KEPT = 5
_LONGEST_OUTPUT = 4096
_DURATION = 80 * MILLISECOND


def effective_healthcheck(spec: Json, image: ImageSeed) -> Json | None:
    """The healthcheck that applies to a container: the spec's, completed by the image's; None when there is none."""
    own, of_image = spec["ContainerSpec"].get("Healthcheck") or {}, image.healthcheck or {}
    check = {**of_image, **{name: value for name, value in own.items() if value}}
    test = check.get("Test") or []
    return check if test and test[0] in ("CMD", "CMD-SHELL") and len(test) > 1 else None


class Monitor:
    """Probes one container until it has ended; ``sick`` says whether something keeps probes from passing."""

    def __init__(
        self, container: Container, image: ImageSeed, containers: Containers, clock: Clock, sick: Callable[[], bool]
    ) -> None:
        assert container.healthcheck is not None
        self._container = container
        self._check: dict[str, Any] = container.healthcheck
        self._image = image
        self._containers = containers
        self._clock = clock
        self._sick = sick
        self._numbers = _numbers()

    def routine(self, changed: Callable[[], None]) -> Routine:
        """Probe, again and again; ``changed`` is called when the health is another."""
        self._container.health = "starting"
        while True:
            ended = yield Wait(self._pause(), self._ended, (self._container.id,))
            if ended:
                return
            start, identity = self._clock.now, self._announce()
            ended = yield Wait(_DURATION, self._ended, (self._container.id,))
            if ended:
                return
            answer = self._answer()
            self._containers.tell(self._container, "exec_die", execID=identity, exitCode=str(answer.exit))
            if self._handle(start, answer):
                changed()

    def _ended(self) -> bool:
        return self._container.state != "running"

    def _pause(self) -> int:
        """Until the next probe: the start interval while it starts, in the start period."""
        in_start_period = self._clock.now - self._container.started < int(self._check.get("StartPeriod") or 0)
        if in_start_period and self._container.health == "starting":
            return int(self._check.get("StartInterval") or _START_INTERVAL)
        return int(self._check.get("Interval") or _INTERVAL)

    def _command(self) -> list[str]:
        kind, *words = self._check["Test"]
        return ["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else words

    def _announce(self) -> str:
        identity = hashlib.sha256(f"{self._container.id} probe {next(self._numbers)}".encode()).hexdigest()
        # A command without arguments is followed by a space, as dockerd writes it.
        program, *arguments = self._command()
        for action in ("exec_create", "exec_start"):
            self._containers.tell(self._container, f"{action}: {program} {' '.join(arguments)}", execID=identity)
        return identity

    def _answer(self) -> Answer:
        command = self._command()
        if self._check["Test"][0] == "CMD" and not has_command(self._image, command[0]):
            text = "OCI runtime exec failed: exec failed: unable to start container process: exec: "
            return Answer(error=f'{text}"{command[0]}": executable file not found in $PATH: unknown', exit=-1)
        ready = self._clock.now - self._container.started >= self._image.healthy_after
        if ready and not self._image.sick and not self._sick():
            return self._passing(command)
        if self._image.failing_output:
            return Answer(self._image.failing_output, exit=self._image.failing_exit)
        failed = answer_exec(self._image, command, serving=False)
        return failed if 0 < failed.exit < 126 else Answer(exit=1)

    def _passing(self, command: list[str]) -> Answer:
        """A probe passes on an image that is well, unless the world says that this command fails."""
        said = answer_exec(self._image, command)
        if self._image.exec and 0 < said.exit < 126:
            return said
        return Answer(self._image.healthy_output or (said.output if said.exit == 0 else ""))

    def _handle(self, start: int, answer: Answer) -> bool:
        container, before = self._container, self._container.health
        output = (answer.output + answer.error)[:_LONGEST_OUTPUT]
        container.probes = [*container.probes, Probe(start, self._clock.now, answer.exit, output)][-_KEPT:]
        if answer.exit == 0:
            container.failing_streak, container.health = 0, "healthy"
        elif before != "starting" or start - container.started >= int(self._check.get("StartPeriod") or 0):
            container.failing_streak += 1
            if container.failing_streak >= int(self._check.get("Retries") or _RETRIES):
                container.health = "unhealthy"
        if container.health != before:
            self._containers.tell(container, f"health_status: {container.health}")
        return container.health != before


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number
