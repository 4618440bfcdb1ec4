"""Outputs, charts and controls."""
