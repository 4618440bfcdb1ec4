"""Runbooks: the object whose methods are their steps."""

from coopnb.runbook.book import Book, open_book

__all__ = ["Book", "open_book"]
