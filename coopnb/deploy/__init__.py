"""Doing what a plan says, and watching until it is so. Takes no decisions: those are in the plan."""

from coopnb.deploy.apply import apply
from coopnb.deploy.gathering import gather
from coopnb.deploy.run import Run
from coopnb.deploy.steady import Watched, watch_steady
from coopnb.deploy.writing import Act, Writer

__all__ = ["Act", "Run", "Watched", "Writer", "apply", "gather", "watch_steady"]
