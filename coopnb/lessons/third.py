"""Lesson 3: an upgrade that goes wrong, and a change that is undone."""

from __future__ import annotations

from coopnb.lessons.facts import Facts, environment_of, service_of, version_of, whole
from coopnb.model.lesson import Seen
from coopnb.model.stack import Spec

OLD, NEW = "1.3.0+1.39.17", "1.4.0+1.43.0"
DOMAIN = "wiki.example.org"
NAME = "Our wiki"


def version(facts: Facts) -> Seen:
    """Which version of the recipe runs before anything is changed."""
    runs = version_of(facts.snapshot)
    if facts.answer and facts.answer == runs:
        return Seen(f"{facts.snapshot.stack} runs {runs}")
    said = f"you said {facts.answer}" if facts.answer else "you gave no answer yet"
    return Seen(said, 'the version before the arrow in the first line of take(), as in `before = "1.2.0+1.39.8"`')


def tried(facts: Facts) -> Seen:
    """The upgrade was tried, failed, and swarm went back by itself."""
    app = service_of(facts.snapshot, "app")
    state = app.update.state if app and app.update else ""
    if not state.startswith("rollback"):
        there = f"the wiki runs {version_of(facts.snapshot) or 'nothing'}; no update of it was rolled back"
        return Seen(there, f"the upgrade to {NEW}, applied: plan, approve, apply, watch", state == "updating")
    if state != "rollback_completed":
        return Seen("swarm is going back to the version before", "the end of that", under_way=True)
    found = whole(facts.snapshot)
    there = f"the upgrade was rolled back by swarm; {version_of(facts.snapshot)} serves, {found.there}"
    return Seen(there, found.missing, found.under_way)


def why(facts: Facts) -> Seen:
    """What swarm held against the new version."""
    errors = [task.error for task in facts.snapshot.tasks if task.state == "failed" and task.error]
    if not errors:
        return Seen("no task has failed yet", "the upgrade of the step before")
    words = {"unhealthy", "health", "healthcheck"}
    if facts.answer.lower() in words and "unhealthy" in errors[-1]:
        return Seen(f"the task's own words: {errors[-1]}")
    said = f"you said {facts.answer}" if facts.answer else "you gave no answer yet"
    return Seen(said, "one word of the error in the report's `what` line that says what the container was")


def changed(facts: Facts) -> Seen:
    """A change that went well, and was wrong."""
    app = service_of(facts.snapshot, "app")
    name = _name(app.spec if app else None)
    if name in ("", NAME):
        written = facts.settings.get(DOMAIN, {}).get("WIKI_NAME", "")
        there = f"the wiki is called {name or 'nothing'}"
        if written in ("", name):
            return Seen(there, "another WIKI_NAME in its settings, then a plan, an approval, apply and watch")
        return Seen(f"{there}; its settings say {written}", "a plan of that, an approval, apply and watch")
    found = whole(facts.snapshot)
    return Seen(f"the wiki is called {name}; {found.there}", found.missing, found.under_way)


def undone(facts: Facts) -> Seen:
    """The change was taken back, and everything runs."""
    app = service_of(facts.snapshot, "app")
    name, before = _name(app.spec if app else None), _name(app.previous_spec if app else None)
    state = app.update.state if app and app.update else ""
    wanted = f"the state of {OLD} in which it was called {NAME}, planned, approved, applied"
    if name != NAME:
        undid = "; what you went back to did not get healthy, and swarm rolled it back" if "rollback" in state else ""
        return Seen(f"the wiki is called {name or 'nothing'}{undid}", wanted, state == "rollback_started")
    if before in ("", NAME):
        return Seen(f"the wiki is called {NAME}, and always was", "a change to undo: the step before")
    runs = version_of(facts.snapshot)
    if runs != OLD:
        return Seen(f"the wiki is called {NAME}, at {runs or 'no version'}", wanted, state == "updating")
    found = whole(facts.snapshot)
    return Seen(f"the wiki is called {NAME} again, at {runs}; {found.there}", found.missing, found.under_way)


def agreed(facts: Facts) -> Seen:
    """The settings on this machine say what runs, so that the next deploy brings nothing wrong back."""
    before = undone(facts)
    if not before.met:
        return before
    written = facts.settings.get(DOMAIN, {}).get("WIKI_NAME", "")
    there = f"the wiki that runs is called {NAME}, its settings here say {written or 'nothing'}"
    return Seen(there, "" if written == NAME else f"WIKI_NAME={NAME} in its settings")


def _name(spec: Spec | None) -> str:
    return environment_of(spec or {}).get("WIKI_NAME", "")
