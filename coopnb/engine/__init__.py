"""The one door to Docker: nothing else in coopnb speaks HTTP, and no foreign error leaves here."""

from coopnb.engine.client import Answer, Engine
from coopnb.engine.connect import connect, refuse_unknown_way

__all__ = ["Answer", "Engine", "connect", "refuse_unknown_way"]
