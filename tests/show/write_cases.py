"""Write the expected texts anew: ``python -m tests.show.write_cases``; the diff is then to be read by a person."""

from __future__ import annotations

from pathlib import Path

from tests.show.facts import outputs

CASES = Path(__file__).parent / "cases"

if __name__ == "__main__":
    for name, output in outputs().items():
        (CASES / f"{name}.txt").write_text(output.text + "\n", encoding="utf-8")
