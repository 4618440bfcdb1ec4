"""Write the worked examples anew: ``python -m tools.references [NAME ...]``, all or those of a runbook or a case."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat

from tools.examples import Case, cases, execute, parameters_of, prepared


def main(names: list[str]) -> int:
    """Execute every case, or the named ones, each on a fresh practice swarm; write what came out.

    Args:
        names: of runbooks (``deploy-app``), cases (``upgrade``), or both at once (``deploy-app.upgrade``).
    """
    known = {name for case in cases() for name in _names(case)}
    if unknown := [name for name in names if name not in known]:
        print(f"no example is called {', '.join(unknown)}; there are: {', '.join(sorted(known))}", file=sys.stderr)
        return 2
    for case in cases():
        if names and not _names(case).intersection(names):
            continue
        parameters = parameters_of(case)
        with tempfile.TemporaryDirectory(prefix="coopnb-example-") as root, prepared(case, Path(root)) as workspace:
            notebook = execute(case, parameters, workspace)
        nbformat.write(notebook, case.path)  # type: ignore[no-untyped-call]
        print(f"wrote {case.path.name}", flush=True)
    return 0


def _names(case: Case) -> set[str]:
    return {case.runbook, case.name, f"{case.runbook}.{case.name}"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
