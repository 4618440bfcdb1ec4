"""The lessons there are: what is deployed before the first step, and how each step is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coopnb.lessons import first, second, third
from coopnb.lessons.facts import Facts
from coopnb.model.choice import Choice
from coopnb.model.lesson import Seen


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its check, and what comes after it."""

    check: Callable[[Facts], Seen]
    then: str


@dataclass(frozen=True, slots=True)
class Course:
    """A lesson as it is planned.

    Attributes:
        stack: the one that its checks look at.
        before: what runs before the first step.
    """

    title: str
    stack: str
    before: tuple[Choice, ...]
    steps: Mapping[str, Step]


_WIKI = Choice("practice", "wiki", "1.3.0+1.39.17", "wiki.example.org")

COURSES: Mapping[str, Course] = {
    "1-what-a-swarm-is": Course(
        "What a swarm is, and how to read its state",
        "wiki_example_org",
        (_WIKI,),
        {
            "nodes": Step(first.nodes, "where each task runs"),
            "where": Step(first.where, "what swarm does when a task dies"),
            "killed": Step(first.killed, "what swarm does when a whole machine is lost"),
            "node-lost": Step(first.node_lost, "bring the machine back"),
            "node-back": Step(first.node_back, "lesson 2: your first app"),
        },
    ),
    "2-your-first-app": Course(
        "Your first app, from recipe to rollout",
        "hello_example_org",
        (),
        {
            "settings": Step(second.settings, "see every change before it is made"),
            "runs": Step(second.runs, "change a setting"),
            "greeting": Step(second.greeting, "what is kept for undo"),
            "states": Step(second.states, "lesson 3: an upgrade that goes wrong"),
        },
    ),
    "3-an-upgrade-goes-wrong": Course(
        "An upgrade that goes wrong and is undone",
        "wiki_example_org",
        (_WIKI,),
        {
            "version": Step(third.version, "upgrade it"),
            "tried": Step(third.tried, "find out why"),
            "why": Step(third.why, "make a change that swarm cannot know to be wrong"),
            "changed": Step(third.changed, "undo it"),
            "undone": Step(third.undone, "see that your settings agree with it"),
            "agreed": Step(third.agreed, "a drill: the same without help"),
        },
    ),
}
