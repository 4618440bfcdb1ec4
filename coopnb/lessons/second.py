"""Lesson 2: your first app, from recipe to rollout."""

from __future__ import annotations

from coopnb.lessons.facts import Facts, environment_of, service_of, whole
from coopnb.model.lesson import Seen

DOMAIN = "hello.example.org"
GREETING = "Hello from the commons"


def settings(facts: Facts) -> Seen:
    """The app has settings; nothing of it runs by that."""
    if DOMAIN not in facts.settings:
        others = f"there are settings of {', '.join(facts.settings)}" if facts.settings else "no app has settings yet"
        return Seen(others, f"settings of {DOMAIN}: choose practice, hello and {DOMAIN}, then run book.take()")
    running = sum(service.running for service in facts.snapshot.services)
    return Seen(f"{DOMAIN} has settings; {f'{running} of its tasks run' if running else 'nothing of it runs yet'}")


def runs(facts: Facts) -> Seen:
    """Every task of the app runs and is healthy."""
    if DOMAIN not in facts.settings:
        return settings(facts)
    if not facts.snapshot.services:
        text = "the app in the swarm: plan, approve in the form, apply, watch"
        return Seen(f"{DOMAIN} has settings; nothing of it runs", text)
    found = whole(facts.snapshot)
    return Seen(f"{found.there}, healthy", found.missing, found.under_way) if found.met else found


def greeting(facts: Facts) -> Seen:
    """The page says something else, and that runs."""
    app = service_of(facts.snapshot, "app")
    if app is None:
        return runs(facts)
    said = environment_of(app.spec).get("GREETING", "")
    if said in ("", GREETING):
        written = facts.settings.get(DOMAIN, {}).get("GREETING", "")
        there = f"the app that runs still says: {said or 'nothing'}"
        if written in ("", said):
            return Seen(there, "another GREETING in its settings, then a plan, an approval, apply and watch")
        return Seen(f"{there}; its settings say: {written}", "a plan of that, an approval, apply and watch")
    found = whole(facts.snapshot)
    return Seen(f"the app now says: {said}; {found.there}", found.missing, found.under_way)


def states(facts: Facts) -> Seen:
    """How many states are kept in the swarm for undo."""
    kept = sum(config.name.startswith("coopnb_") for config in facts.snapshot.configs)
    if facts.answer == str(kept) and kept:
        return Seen(f"{kept} states of {DOMAIN} are kept in the swarm, for whoever has to undo")
    said = f"you said {facts.answer}" if facts.answer else "you gave no answer yet"
    return Seen(said, "how often a `coopnb_...` config was created: one for each plan that you applied")
