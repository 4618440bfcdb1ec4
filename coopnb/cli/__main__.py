"""``python -m coopnb.cli``: the same as ``coopnb``."""

from __future__ import annotations

import sys

from coopnb.cli import main

if __name__ == "__main__":
    sys.exit(main())
