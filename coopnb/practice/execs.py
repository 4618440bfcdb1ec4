"""Commands that were run inside containers (``docker exec``)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Exec:
    """One command in one container; ``exit_code`` is None until it has ended."""

    id: str
    container_id: str
    command: list[str]
    tty: bool = False
    stdin: bool = False
    stdout: bool = False
    stderr: bool = False
    privileged: bool = False
    user: str = ""
    directory: str = ""
    environment: list[str] = field(default_factory=list)
    running: bool = False
    started: bool = False
    exit_code: int | None = None
    pid: int = 0
