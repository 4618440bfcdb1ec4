"""What a service's UpdateStatus says, and the way back to its previous spec (swarmkit's orchestrator/update)."""

from __future__ import annotations

from dataclasses import replace

from coopnb.practice.clock import Clock
from coopnb.practice.objects import Service, UpdateStatus
from coopnb.practice.store import Store


class Progress:
    """Writes the update status of one service; a status that somebody took away meanwhile stays away."""

    def __init__(self, store: Store, clock: Clock, service_id: str) -> None:
        self._store = store
        self._clock = clock
        self._service_id = service_id

    def start(self) -> None:
        """The first slot is about to be replaced."""
        service = self._store.get(Service, self._service_id)
        if service is not None and service.update_status is None:
            status = UpdateStatus(state="updating", message="update in progress", started=self._clock.now)
            self._store.update(service, update_status=status)

    def complete(self) -> None:
        """Every slot was dealt with, and the monitor is over."""
        service, status = self._current()
        if service is None or status is None:
            return
        back = status.state == "rollback_started"
        state, message = ("rollback_completed", "rollback completed") if back else ("completed", "update completed")
        done = replace(status, state=state, message=message, completed=self._clock.now)
        self._store.update(service, update_status=done)

    def pause(self, message: str) -> None:
        """Leave the rest as it is."""
        service, status = self._current()
        if service is not None and status is not None:
            state = "rollback_paused" if status.state == "rollback_started" else "paused"
            self._store.update(service, update_status=replace(status, state=state, message=message))

    def roll_back(self, message: str) -> None:
        """Take the previous spec up again, and forget that there was one; without one nothing happens at all."""
        service, status = self._current()
        if service is None or status is None or service.previous_spec is None:
            return
        self._store.update(
            service,
            spec=service.previous_spec,
            spec_version=service.previous_spec_version,
            previous_spec=None,
            previous_spec_version=0,
            update_status=replace(status, state="rollback_started", message=message),
        )

    def _current(self) -> tuple[Service | None, UpdateStatus | None]:
        service = self._store.get(Service, self._service_id)
        return service, service.update_status if service is not None else None
