"""Sample recipes in the field's format, as plain folders: ``recipes/<recipe>/<version>/``.

``wiki`` 1.4.0+1.43.0 never becomes healthy, on purpose: its health check asks a port that the image does not serve.
"""

from __future__ import annotations

from pathlib import Path

RECIPES = Path(__file__).parent / "recipes"
"""The folder that holds one folder a recipe, and in it one folder a version, named as the version's tag."""
