"""``python -m benchmarks``: everything, side by side with its peer, as ratios of medians."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.converting import compare_conversion
from benchmarks.deploying import compare_deploys
from benchmarks.examples import compare_examples
from benchmarks.measure import Comparison, Count, Figure
from benchmarks.over_ssh import compare_ssh
from benchmarks.practising import measure_practice
from benchmarks.reading import compare_reading
from benchmarks.starting import compare_start
from coopnb import __version__
from tests.testbed.cli import docker_cli
from tests.testbed.engine import RealEngine, dockerd
from tests.testbed.images import BUSYBOX, load
from tests.testbed.requirements import missing

PARTS = ("starting", "converting", "deploying", "ssh", "practice", "examples")


def main() -> None:
    """Measure and print; status 2 if the machine lacks what a real engine needs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="times that each side is measured (default: %(default)s)")
    parser.add_argument("--replicas", type=int, default=0, help="of each of the ten services (default: %(default)s)")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="parts to measure (default: all)")
    given = parser.parse_args()
    if lacks := missing():
        print(f"benchmarks: this machine lacks {', '.join(lacks)} (tools/system-packages install)", file=sys.stderr)
        sys.exit(2)
    with tempfile.TemporaryDirectory(prefix="coopnb-bench-") as folder, dockerd(Path(folder) / "engine") as engine:
        load(engine, [BUSYBOX])
        print("\n".join(header(engine.docker("version", "--format", "{{.Server.Version}}").stdout.strip(), given.runs)))
        for line in measured(given.only, engine, Path(folder), given.replicas, given.runs):
            print("\n".join(described(line)), flush=True)
        print(f"\nload {os.getloadavg()[0]:.1f} at the end")


def measured(
    only: Sequence[str], engine: RealEngine, folder: Path, replicas: int, runs: int
) -> Iterator[Comparison | Count | Figure]:
    """The results of the parts that are wanted, each as soon as it is there."""
    if "starting" in only:
        yield from compare_start(runs * 2)
    if "converting" in only:
        yield from compare_conversion(runs * 2)
        yield from compare_reading(folder / "reading", runs * 2)
    if "deploying" in only:
        yield from compare_deploys(engine, folder, replicas, runs)
    if "ssh" in only:
        yield from compare_ssh(engine, folder, runs)
    if "practice" in only:
        yield from measure_practice(engine, folder, replicas, runs)
    if "examples" in only:
        yield compare_examples(folder)


def header(server: str, runs: int) -> Iterator[str]:
    """What was measured with: date, versions, machine, command."""
    cli = subprocess.run([docker_cli(), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    yield f"coopnb {__version__}, Python {platform.python_version()}, {cli}, dockerd {server}"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    yield f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}"
    yield f"command: python -m benchmarks {' '.join(sys.argv[1:])}".rstrip()
    yield f"median (min-max) of wall times, both sides in turns, {runs} times each ({runs * 2} for the first two kinds)"


def described(line: Comparison | Count | Figure) -> Iterator[str]:
    """One result as text."""
    if isinstance(line, Count):
        yield ""
        yield f"{line.what}: {line.counted}  (aim: {line.aim})"
        return
    if isinstance(line, Figure):
        yield ""
        yield f"{line.what}: {line.timings}" + (f"  (aim: {line.aim})" if line.aim else "")
        yield f"    {line.how}" + (f"; {line.note}" if line.note else "")
        return
    aim = "" if line.aim is None else f"  (aim: under {line.aim:g})"
    yield ""
    yield f"{line.what}: ratio {line.ratio:.2f}{aim}"
    yield f"    coopnb  {line.ours!s:34}  {line.ours_is}"
    yield f"    peer    {line.peer!s:34}  {line.peer_is}"


if __name__ == "__main__":
    main()
