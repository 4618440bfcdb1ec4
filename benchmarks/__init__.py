"""Measurements against peers, as ratios of one run: ``python -m benchmarks``. Nothing here is asserted by a test."""
