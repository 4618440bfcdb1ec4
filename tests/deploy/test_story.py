"""The events between two looks at a stack."""

from __future__ import annotations

from coopnb.deploy.story import Story
from tests.nouns import START, at, running, task, update_status


def told(story: Story) -> list[tuple[float, str, str]]:
    """(seconds, subject, text) of everything that was told."""
    return [(event.seconds, event.subject, event.text) for event in story.events]


def test_a_task_is_told_once_a_state() -> None:
    """A state that was told must not be told again."""
    story = Story({"wiki_app"})
    for state, seconds in (("new", 0.1), ("new", 0.1), ("starting", 2.0), ("running", 4.5), ("running", 4.5)):
        story.look((running(),), (task(state, at=at(seconds)),), at(seconds))

    assert told(story) == [(0.1, "wiki_app.1", "new"), (2.0, "wiki_app.1", "starting"), (4.5, "wiki_app.1", "running")]


def test_what_stood_before_is_not_part_of_the_story() -> None:
    """History and tasks that ran on must not be told as news."""
    story = Story({"wiki_app"})
    old = task("failed", "shutdown", id="old", at=at(-90), created_at=at(-99))
    as_before = task(id="as-before", at=at(-60), created_at=at(-60))
    story.look((running(),), (old, as_before), at(0))
    story.look((running(),), (old, task("shutdown", "shutdown", id="as-before", at=at(3), created_at=at(-60))), at(3))

    assert told(story) == [(3.0, "wiki_app.1", "shutdown")]
    assert [[seen.id for seen in sample.tasks] for sample in story.samples] == [["as-before"], ["as-before"]]


def test_an_error_is_told_with_its_state() -> None:
    """A failure must say why in the same line."""
    story = Story({"wiki_app"})
    story.look((running(),), (task("rejected", "shutdown", error="No such image: x"),), at(1))

    assert told(story) == [(1.0, "wiki_app.1", "rejected: No such image: x")]


def test_an_update_is_told_when_it_changes() -> None:
    """Each update state must be told once, a rollback at the time it was seen."""
    story = Story({"wiki_app"})
    for state, seconds in (("updating", 0.0), ("updating", 2.0), ("rollback_started", 9.0)):
        story.look((running(update=update_status(state)),), (), at(seconds))

    assert told(story) == [(0.0, "wiki_app", "updating"), (9.0, "wiki_app", "rollback_started")]


def test_an_update_of_somebody_elses_is_not_told() -> None:
    """A service the run did not write may carry an old update status."""
    story = Story(set())
    story.look((running(update=update_status("rollback_completed")),), (), at(0))

    assert story.events == []


def test_it_begins_with_the_first_write() -> None:
    """Time must count from the first write to a service, by its own timestamp."""
    story = Story({"wiki_app", "wiki_db"})
    services = (running(updated_at=at(0.75)), running(name="wiki_db", id="b", updated_at=at(0.5)))
    story.look(services, (), at(1))

    assert story.start == at(0.5)
    assert story.seconds(START) == 0.0
