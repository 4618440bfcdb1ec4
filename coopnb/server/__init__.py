"""Servers: connecting to one, and everything an app needs done there. The only place that wires rooms together."""

from coopnb.server.accepting import with_accepted
from coopnb.server.adding import add_server
from coopnb.server.addresses import (
    LOCAL_FOLDER,
    LOCAL_SOCKET,
    PRACTICE,
    as_workspace,
    endpoint_of,
    folder_of,
    is_practice,
    refuse_unknown,
)
from coopnb.server.checking import check_server
from coopnb.server.connecting import connect
from coopnb.server.controls import PracticeControls
from coopnb.server.facade import Server
from coopnb.server.given import findings, stack_at, stack_files_at
from coopnb.server.kept_asked import ask_states
from coopnb.server.loading import load_app, recipe_of, stack_name
from coopnb.server.practising import (
    Practising,
    find_practice,
    plant_samples,
    practice_home,
    start_practice,
    stop_practice,
)
from coopnb.server.recipes import load_recipe
from coopnb.server.recorded import chart_run
from coopnb.server.refusals import refuse_blocked, refuse_stale
from coopnb.server.roster import names, roster
from coopnb.server.stacks import load_stack
from coopnb.server.temporary import practice_swarm
from coopnb.server.trusting import shown_key, trust_key

__all__ = [
    "LOCAL_FOLDER",
    "LOCAL_SOCKET",
    "PRACTICE",
    "PracticeControls",
    "Practising",
    "Server",
    "add_server",
    "as_workspace",
    "ask_states",
    "chart_run",
    "check_server",
    "connect",
    "endpoint_of",
    "find_practice",
    "findings",
    "folder_of",
    "is_practice",
    "load_app",
    "load_recipe",
    "load_stack",
    "names",
    "plant_samples",
    "practice_home",
    "practice_swarm",
    "recipe_of",
    "refuse_blocked",
    "refuse_stale",
    "refuse_unknown",
    "roster",
    "shown_key",
    "stack_at",
    "stack_files_at",
    "stack_name",
    "start_practice",
    "stop_practice",
    "trust_key",
    "with_accepted",
]
