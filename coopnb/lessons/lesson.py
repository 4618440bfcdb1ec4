"""A lesson in use: a swarm of its own, and checks that look at it and at nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from coopnb import envfile
from coopnb.errors import InputError, TransportError
from coopnb.lessons.course import COURSES, Course
from coopnb.lessons.facts import Facts
from coopnb.lessons.ground import ground_of, open_ground, reset_ground
from coopnb.model.lesson import Seen
from coopnb.runbook import open_book
from coopnb.runbook.place import refuse_model
from coopnb.server import Server, as_workspace
from coopnb.show.lesson import look_output, step_output
from coopnb.show.output import display
from coopnb.show.words import place
from coopnb.workspace import Workspace

PATIENCE = 60.0
"""Seconds of the swarm's own time that a check looks again and again while the swarm is at work."""
LOOKS = 200
"""How often at most: the time of a swarm where nothing is to come does not move."""
PAUSE = 0.5
"""Seconds between two looks at a swarm whose clock is a real one."""


def open_lesson(name: str, *, workspace: Workspace | str | Path | None = None) -> Lesson:
    """Open a lesson on its own practice swarm, which is started with what the lesson begins with.

    Args:
        name: as its notebook is called: ``1-what-a-swarm-is``.
        workspace: the learner's; the lesson's files and swarm lie apart in it.

    Raises:
        InputError: there is no such lesson; or this notebook is the model, which is never worked in.
    """
    if name not in COURSES:
        raise InputError(f"there is no lesson {name}", what=f"there are: {', '.join(COURSES)}")
    refuse_model(name, os.environ)
    lesson = Lesson(COURSES[name], ground_of(as_workspace(workspace), name))
    lesson.look()
    return lesson


class Lesson:
    """A lesson's swarm, and its checks.

    Attributes:
        server: its practice swarm. workspace: its settings and recipes. Both are nobody else's.
    """

    def __init__(self, course: Course, ground: Workspace) -> None:
        self._course = course
        self.workspace = ground
        self.server: Server = open_ground(ground, course.before)

    def __repr__(self) -> str:
        return f"<Lesson: {self._course.title}>"

    def look(self) -> None:
        """Show the lesson's swarm: its nodes, and every task."""
        with manager_wanted():
            show_swarm(self.server, self._course.title, self._course.stack)

    def check(self, step: str, *, answer: object = "") -> None:
        """Look whether a step is done, and say in words what is there and what is missing.

        While the swarm is still at work, it looks again, for at most a minute.

        Args:
            answer: where the step asks a question.

        Raises:
            InputError: the lesson has no such step.
        """
        steps = self._course.steps
        if step not in steps:
            raise InputError(f"this lesson has no step {step}", what=f"it has: {', '.join(steps)}")
        # The question mark that a lesson is shipped with is no answer.
        said = str(answer).strip(" ?")
        with manager_wanted():
            seen = look_until(self.server, lambda: steps[step].check(self._facts(said)))
        display(step_output(step, list(steps).index(step) + 1, len(steps), seen, steps[step].then))

    def open_book(self, runbook: str, **parameters: str) -> Any:
        """Open a runbook in this lesson's workspace, as :func:`coopnb.open_book` does in one's own."""
        return open_book(runbook, workspace=self.workspace, **parameters)

    def setting(self, domain: str, name: str, value: str) -> None:
        """Write one setting into an app's ``.env`` file here, as one would with an editor. Nothing is deployed.

        Raises:
            SettingsError: there is no such app, or no such name can be.
        """
        path = self.workspace.find_env_file(domain)
        envfile.write(path, envfile.set_value(envfile.read(path).text, name, value))
        print(f"{path.relative_to(self.workspace.root)}: {name} is now {value}; the swarm knows nothing of it yet")

    def reset(self) -> None:
        """Throw this lesson's swarm away and begin with a new one; nothing else is touched."""
        self.server.close()
        self.server = reset_ground(self.workspace, self._course.before)
        self.look()

    def _facts(self, answer: str) -> Facts:
        place = self.workspace
        settings = {domain: envfile.read(place.find_env_file(domain)).values for _server, domain in place.apps()}
        return Facts(self.server.snapshot(self._course.stack), answer, settings)


@contextmanager
def manager_wanted() -> Iterator[None]:
    """Say what a learner can do who has put the fault into the one machine that answers."""
    try:
        yield
    except TransportError as error:
        error.hint = (
            "The manager, node1, alone answers. If you took it down, start it again: "
            'lesson.server.practice.fault("node-up", "node1"); or begin anew: lesson.reset()'
        )
        raise


def show_swarm(server: Server, title: str, stack: str) -> None:
    """Show a small swarm whole."""
    seen = server.snapshot(stack)
    where = f"{title}, on {place(server.identity, len(seen.nodes))}"
    display(look_output([seen] if seen.services else [], seen.nodes, where))


def look_until(server: Server, check: Callable[[], Seen]) -> Seen:
    """Look until a check is met or does not expect anything more, within bounds of time."""
    seen = check()
    began = time.monotonic()
    for _ in range(LOOKS):
        if seen.met or not seen.under_way or time.monotonic() - began > PATIENCE:
            break
        if not server.identity.self_paced:
            time.sleep(PAUSE)
        seen = check()
    return seen
