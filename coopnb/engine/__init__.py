"""The one door to Docker: nothing else in coopnb speaks HTTP, and no foreign error leaves here."""

from coopnb.engine.client import Answer, Engine
from coopnb.engine.connect import connect, refuse_unknown_way
from coopnb.engine.contexts import Endpoint, context_endpoint, context_names

__all__ = ["Answer", "Endpoint", "Engine", "connect", "context_endpoint", "context_names", "refuse_unknown_way"]
