"""What a recipe's script exports."""

from __future__ import annotations

from coopnb.envfile import exports

SCRIPT = """\
#!/usr/bin/env bash
# export COMMENTED_VERSION=v1
export ENTRYPOINT_VERSION=v4
export NGINX_VERSION="v2" # bump it
export\tSINGLE='v 3'
export EMPTY=
  export INDENTED=v1
PLAIN=v1
export WORKED_OUT=$(touch /tmp/pwned)
export OTHER="$HOME"
export TWO=v1 THREE=v2
export ENTRYPOINT_VERSION=v5

backup() {
  export INSIDE=v1
}
"""


def test_only_plain_exports_are_read() -> None:
    """Lines ``export NAME=value`` must be read, the last of a name; what only a shell could tell must be left alone."""
    assert exports(SCRIPT) == {"ENTRYPOINT_VERSION": "v5", "NGINX_VERSION": "v2", "SINGLE": "v 3", "EMPTY": ""}


def test_windows_line_ends_are_no_part_of_a_version() -> None:
    """A script from a Windows editor must read as any other."""
    assert exports("export A_VERSION=v1\r\nexport B_VERSION='v2'\r\n") == {"A_VERSION": "v1", "B_VERSION": "v2"}
