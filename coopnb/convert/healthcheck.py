"""``healthcheck`` to ``Healthcheck``: what is absent is not sent, and the image's own value stays."""

from __future__ import annotations

from typing import Any

from coopnb.convert.scope import Scope, present
from coopnb.model.service_parts import Healthcheck


def healthcheck(key: str, given: Healthcheck | None, scope: Scope) -> dict[str, Any] | None:
    """The health check, ``None`` when the image's own is meant.

    Raises:
        ConvertError: a test that is disabled.
    """
    if given is None:
        return None
    if given.disable:
        if given.test:
            path = ("services", key, "healthcheck", "disable")
            raise scope.error("a health check cannot have a test and be disabled", *path, hint="keep one of the two")
        return {"Test": ["NONE"]}
    return present(
        {
            "Test": list(given.test),
            "Interval": given.interval,
            "Timeout": given.timeout,
            "StartPeriod": given.start_period,
            "StartInterval": given.start_interval,
            "Retries": given.retries,
        }
    )
