"""Makes the real engine and its images available to every test."""

from __future__ import annotations

pytest_plugins = ["tests.testbed.fixtures"]
