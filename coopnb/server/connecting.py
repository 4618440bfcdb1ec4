"""From a name to an open connection: a practice swarm that may have to be started, or whatever it stands for."""

from __future__ import annotations

from pathlib import Path

from coopnb import engine, observe
from coopnb.redaction import Redactor
from coopnb.server.addresses import as_workspace, endpoint_of, is_practice
from coopnb.server.facade import Server
from coopnb.server.practising import find_practice, plant_samples, practice_home, start_practice
from coopnb.workspace import Workspace


def connect(name: str, *, workspace: Workspace | str | Path | None = None, redactor: Redactor | None = None) -> Server:
    """Connect to a server.

    Args:
        name: ``practice`` or ``practice-NAME`` (started if it does not run yet), ``default`` for the engine of
            this machine, ``unix:///path/to/docker.sock``, ``ssh://ops@node1.example.org``, a docker context, or a
            server's folder under ``servers/``.
        workspace: a folder in abra's layout; by default ``$COOPNB_WORKSPACE``, ``$ABRA_DIR``, ``~/.abra``.
        redactor: what is secret from here on; the kernel's masking shares it.

    Raises:
        InputError: the name is none of these, or the engine is no swarm manager.
        TransportError: nobody answers there.
    """
    place = as_workspace(workspace)
    controls = None
    if is_practice(name):
        home = place.make(practice_home(place, name=name))
        endpoint = engine.Endpoint(f"unix://{start_practice(home).socket}")
        controls = find_practice(home)
        plant_samples(place)
    else:
        endpoint = endpoint_of(name, place)
    door = engine.connect(endpoint)
    try:
        return Server(door, observe.identify(door, name), place, redactor or Redactor(), controls)
    except BaseException:
        door.close()
        raise
