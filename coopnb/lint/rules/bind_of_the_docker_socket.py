"""What: a service mounts the socket of Docker or containerd, or a folder that holds it (`/run`, `/var/run`).

Why: whoever speaks to the socket is root on the node, and on a manager rules the whole swarm. A mount for reading only
changes nothing: the socket answers whoever can open it.

Docker: `docker stack` sends the mount, and the node makes it.

Write: a proxy between the app and the socket, on a network of their own, that lets through only what the app asks for:

    environment:
      DOCKER_HOST: tcp://socket-proxy:2375
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.binds import binds
from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe

_SOCKETS = ("/run/docker.sock", "/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock")


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each such mount."""
    for bind in binds(recipe):
        # /var/run is a link to /run wherever there is systemd.
        source = bind.source.removeprefix("/var") if bind.source.startswith("/var/run") else bind.source
        if source != "/" and any(socket == source or socket.startswith(f"{source}/") for socket in _SOCKETS):
            text = f"{bind.source} is mounted: through its socket the container can do on its node whatever root can"
            hint = "put a socket proxy between them, which lets through only what the app asks for"
            yield RULE.finding(recipe, bind.path, text, hint)


RULE = Rule.of(__name__, __doc__, "warning", look)
