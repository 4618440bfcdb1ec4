"""Runbooks for Docker Swarm: see a change, make it, keep its record.

::

    import coopnb as co

    server = co.connect("practice")
    app = co.load_app("wiki.example.org")
    plan = server.plan(app)

Importing the package loads nothing else: each public name brings its room when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it as true; importing typing for it would double the time of the import
if TYPE_CHECKING:
    from coopnb.errors import ApprovalError, CoopError, EngineError, InputError, NotConverged, TransportError
    from coopnb.lessons import open_drill, open_lesson
    from coopnb.runbook import open_book
    from coopnb.runner import new_run, show_index
    from coopnb.server import chart_run, connect, findings, load_app, load_recipe, load_stack, practice_swarm

    __version__: str

__all__ = [
    "ApprovalError",
    "CoopError",
    "EngineError",
    "InputError",
    "NotConverged",
    "TransportError",
    "__version__",
    "chart_run",
    "connect",
    "findings",
    "load_app",
    "load_recipe",
    "load_stack",
    "new_run",
    "open_book",
    "open_drill",
    "open_lesson",
    "practice_swarm",
    "show_index",
]

_ROOM_OF = {
    "ApprovalError": "errors",
    "CoopError": "errors",
    "EngineError": "errors",
    "InputError": "errors",
    "NotConverged": "errors",
    "TransportError": "errors",
    "chart_run": "server",
    "connect": "server",
    "findings": "server",
    "load_app": "server",
    "load_recipe": "server",
    "load_stack": "server",
    "new_run": "runner",
    "open_book": "runbook",
    "open_drill": "lessons",
    "open_lesson": "lessons",
    "practice_swarm": "server",
    "show_index": "runner",
}


def __getattr__(name: str) -> object:
    """Load the room of a public name when the name is first used (PEP 562)."""
    value: object
    if name == "__version__":
        from importlib.metadata import version

        value = version("coopnb")
    elif name in _ROOM_OF:
        from importlib import import_module

        value = getattr(import_module(f"coopnb.{_ROOM_OF[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
