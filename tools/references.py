"""Write the worked examples anew: ``python -m tools.references [CASE ...]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat

from tools.examples import cases, execute, parameters_of, prepared


def main(names: list[str]) -> int:
    """Execute every case, or the named ones, each on a fresh practice swarm; write what came out."""
    for case in cases():
        if names and case.name not in names:
            continue
        parameters = parameters_of(case)
        with tempfile.TemporaryDirectory(prefix="coopnb-example-") as root, prepared(case, Path(root)) as workspace:
            notebook = execute(case, parameters, workspace)
        nbformat.write(notebook, case.path)  # type: ignore[no-untyped-call]
        print(f"wrote {case.path.name}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
