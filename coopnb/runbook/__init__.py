"""Runbooks: the object whose methods are their steps."""

from coopnb.runbook.book import Book
from coopnb.runbook.books import RUNBOOKS, open_book
from coopnb.runbook.steps import Steps

__all__ = ["RUNBOOKS", "Book", "Steps", "open_book"]
