"""``python -m tests.differential``: play sequences on a real and on the practice swarm, and print what differs."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.differential.everything import outcomes, sequences


def main() -> None:
    """Run the sequences whose names have one of the words in them; status 1 if something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("words", nargs="*", help="of the names of sequences (default: all)")
    parser.add_argument("--itself", action="store_true", help="the real engine against itself, to see its noise")
    parser.add_argument("--shrink", type=int, default=0, metavar="ROUNDS", help="make what differs shorter")
    parser.add_argument("--nodes", type=int, choices=(1, 3), help="only sequences for so many nodes")
    given = parser.parse_args()
    chosen = [
        sequence
        for sequence in sequences()
        if (not given.words or any(word in sequence.name for word in given.words))
        and given.nodes in (None, sequence.nodes)
    ]
    begin, differing, tries = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory(prefix="coopnb-diff-") as folder:
        for outcome in outcomes(Path(folder), chosen, itself=given.itself, shrink=given.shrink):
            differing += bool(outcome.differences)
            tries += outcome.tries
            seconds = f"{outcome.seconds:5.1f} s, {outcome.other_seconds:5.1f} s, played {outcome.tries} times"
            print(f"{seconds}: {outcome if outcome.differences else outcome.sequence.name}", flush=True)
    minutes = (time.monotonic() - begin) / 60
    print(f"{len(chosen)} sequences, {tries} real plays, {differing} differing, in {minutes:.1f} minutes")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
