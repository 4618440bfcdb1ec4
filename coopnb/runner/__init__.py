"""Running a runbook headless, and making the copies that are run."""

from coopnb.runner.copies import NewRun, new_run
from coopnb.runner.execute import Finished, run_headless
from coopnb.runner.index import show_index
from coopnb.runner.models import find_model, model_names

__all__ = ["Finished", "NewRun", "find_model", "model_names", "new_run", "run_headless", "show_index"]
