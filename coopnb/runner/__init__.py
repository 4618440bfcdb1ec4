"""Running a runbook headless, and making the copies that are run."""

from coopnb.runner.copies import NewRun, new_run
from coopnb.runner.execute import Finished, run_headless
from coopnb.runner.index import offered, purpose, show_index
from coopnb.runner.models import find_model, meanings, model_names, read_model

__all__ = [
    "Finished",
    "NewRun",
    "find_model",
    "meanings",
    "model_names",
    "new_run",
    "offered",
    "purpose",
    "read_model",
    "run_headless",
    "show_index",
]
