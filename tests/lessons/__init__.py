"""Lessons and drills: what their checks say, and how their notebooks are worked through."""
