"""The versions that a recipe's ``abra.sh`` exports, read and never run."""

from __future__ import annotations

import re

_EXPORT = re.compile(
    r"^export[ \t]+([A-Za-z_][A-Za-z0-9_]*)=(?:'([^'\n]*)'|\"([^\"\n]*)\"|([^\s'\"#;]*))[ \t\r]*(?:#.*)?$", re.M
)


def exports(script: str) -> dict[str, str]:
    r"""Read the lines ``export NAME=value`` of a script; everything else in it is left alone.

    A value that a shell would have to work out (``$(date)``, ``$OTHER``) is not taken.

    >>> exports("export ENTRYPOINT_VERSION=v4\nbackup() {\n  rm -rf /\n}\n")
    {'ENTRYPOINT_VERSION': 'v4'}
    """
    found = {}
    for name, single, double, plain in _EXPORT.findall(script):
        if single or not set("$`\\") & set(double + plain):
            found[name] = single or double or plain
    return found
