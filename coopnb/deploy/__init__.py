"""Doing what a plan says, and watching until it is so. Takes no decisions: those are in the plan."""

from coopnb.deploy.apply import apply
from coopnb.deploy.run import Run
from coopnb.deploy.writing import Act, Writer

__all__ = ["Act", "Run", "Writer", "apply"]
