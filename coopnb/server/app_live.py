"""How apps stand on their servers, many at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from coopnb.errors import CoopError
from coopnb.model.app_live import AppLive
from coopnb.model.snapshot import Snapshot
from coopnb.plan.compare import version_running
from coopnb.server.connecting import connect
from coopnb.server.loading import app_name
from coopnb.server.roster import roster
from coopnb.workspace import Workspace

_SERVERS_AT_ONCE = 16


def apps_live(workspace: Workspace, apps: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], AppLive]:
    """Ask all servers at once how their apps stand; never raises for one that does not answer."""
    rows = {row.name: row for row in roster(workspace, sorted({server for server, _ in apps}))}

    def ask(server: str) -> dict[tuple[str, str], AppLive]:
        mine = [domain for on, domain in apps if on == server]
        row = rows[server]
        if not row.usable:
            return {(server, domain): AppLive(problem=row.error or row.next or "it does not answer") for domain in mine}
        try:
            with closing(connect(server, workspace=workspace)) as open_server:
                return {
                    (server, domain): _stands(open_server.snapshot(app_name(workspace, domain, server).stack))
                    for domain in mine
                }
        except CoopError as error:
            return {(server, domain): AppLive(problem=error.headline) for domain in mine}

    with ThreadPoolExecutor(_SERVERS_AT_ONCE) as pool:
        return {app: stands for found in pool.map(ask, rows) for app, stands in found.items()}


def _stands(seen: Snapshot) -> AppLive:
    running, wanted = sum(item.running for item in seen.services), sum(item.desired for item in seen.services)
    return AppLive(version_running(seen) or "", running, wanted)
