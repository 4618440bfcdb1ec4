"""Runbooks, headless."""
