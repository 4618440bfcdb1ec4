"""An app's ``.env`` and a recipe's ``.env.sample``: read, compared, and written back byte for byte."""

from __future__ import annotations

from coopnb.envfile.compare import Compared, compare, missing
from coopnb.envfile.exports import exports
from coopnb.envfile.form import chosen, fields, fill
from coopnb.envfile.parse import EnvFile, parse, read
from coopnb.envfile.write import set_value, write

__all__ = [
    "Compared",
    "EnvFile",
    "chosen",
    "compare",
    "exports",
    "fields",
    "fill",
    "missing",
    "parse",
    "read",
    "set_value",
    "write",
]
