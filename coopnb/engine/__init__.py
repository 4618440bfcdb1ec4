"""The one door to Docker: nothing else in coopnb speaks HTTP, and no foreign error leaves here."""

from coopnb.engine.client import Answer, Engine
from coopnb.engine.connect import connect

__all__ = ["Answer", "Engine", "connect"]
