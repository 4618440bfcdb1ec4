"""Reading stack files of every size, from the text to what swarm is sent, against ``docker stack config``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Comparison, Timings, in_turns, process
from coopnb import load_stack
from tests.recipe.corpus import Case, cases
from tests.testbed.cli import docker_cli

SIZES = (1, 10, 100)
"""Of the stack files that are written for this, in KB of a thousand bytes."""
SERVICE = """\
  part{number}:
    image: nginx:${{VERSION:-1.28}}
    command: ["serve", "--port", "{port}", "--title", "part {number} of ${{STACK_NAME}}"]
    environment:
      - PART={number}
      - TITLE=${{TITLE:-Songs}} {number}
    networks: [internal]
    volumes: ["data{number}:/srv/data", "./page.html:/srv/page.html:ro"]
    healthcheck: {{test: ["CMD", "curl", "-f", "http://localhost/"], interval: 10s, retries: 3}}
    deploy:
      labels:
        - "traefik.enable=true"
        - "traefik.http.routers.part{number}.rule=Host(`part{number}.example.org`)"
      update_config: {{order: start-first, failure_action: rollback}}
"""
VOLUME = "  data{number}:\n"
SETTINGS: Mapping[str, str] = {"STACK_NAME": "choir"}


def compare_reading(folder: Path, runs: int) -> list[Comparison]:
    """The largest recipe of the corpus, stack files of three sizes, and what a KB costs in the larger ones."""
    largest = max((case for case in cases() if case.name.startswith("recipes/")), key=_size)
    lines = [_compared(f"the largest recipe of the corpus, {_size(largest) / 1000:.1f} KB", largest, runs, aim=0.5)]
    by_size = {size: _stack(folder / f"{size}kb", size) for size in SIZES}
    lines += [_compared(f"a stack file of {_size(case) / 1000:.1f} KB", case, runs) for case in by_size.values()]
    middle, large = _per_kb(by_size[SIZES[1]], by_size[SIZES[2]], runs)
    said = [f"a KB of the file of {size} KB" for size in SIZES[1:]]
    return [*lines, Comparison("what a KB costs in a large file", said[1], said[0], large, middle, aim=1.2)]


def _compared(what: str, case: Case, runs: int, aim: float | None = None) -> Comparison:
    ours, theirs = in_turns(_ours(case), _theirs(case), runs)
    return Comparison(what, "in process, warm, findings included", "docker stack config", ours, theirs, aim)


def _per_kb(middle: Case, large: Case, runs: int) -> tuple[Timings, Timings]:
    """In turns, because the machine's speed varies more between two moments than the cost does between two sizes."""
    timings = in_turns(_ours(middle), _ours(large), runs)
    first, second = (
        Timings(tuple(one * 1000 / _size(case) for one in timing.seconds))
        for timing, case in zip(timings, (middle, large), strict=True)
    )
    return first, second


def _ours(case: Case) -> Callable[[], object]:
    paths = [case.folder / name for name in case.files]

    def work() -> object:
        return load_stack(paths, "choir", case.settings)

    work()
    return work


def _theirs(case: Case) -> Callable[[], object]:
    command: Sequence[str | Path] = [docker_cli(), "stack", "config", *(f"-c{name}" for name in case.files)]
    environment = {**case.settings, "PATH": "/usr/bin:/bin", "DOCKER_CONFIG": "/nonexistent"}
    return lambda: process(command, environment, case.folder)


def _size(case: Case) -> int:
    return sum((case.folder / name).stat().st_size for name in case.files)


def _stack(folder: Path, size: int) -> Case:
    """A stack of as many services as fill so many KB."""
    folder.mkdir(parents=True)
    (folder / "page.html").write_text("<h1>Songs</h1>\n", encoding="utf-8")
    one = len(SERVICE.format(number=100, port=8100)) + len(VOLUME.format(number=100))
    numbers = range(max(1, round(size * 1000 / one)))
    services = "".join(SERVICE.format(number=number, port=8000 + number) for number in numbers)
    volumes = "".join(VOLUME.format(number=number) for number in numbers)
    text = f"services:\n{services}networks:\n  internal:\nvolumes:\n{volumes}"
    (folder / "compose.yml").write_text(text, encoding="utf-8")
    return Case(folder.name, folder, ("compose.yml",), SETTINGS)
