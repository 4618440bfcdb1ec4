"""Compose files to a :class:`~coopnb.model.recipe.Recipe`, a file a stage.

written -> document -> version -> interpolate -> canonical -> schema -> merge -> references.
"""

from coopnb.recipe.load import load

__all__ = ["load"]
