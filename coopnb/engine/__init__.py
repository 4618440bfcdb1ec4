"""The one door to Docker: nothing else in coopnb speaks HTTP, and no foreign error leaves here."""

from coopnb.engine.client import Answer, Engine
from coopnb.engine.connect import connect, refuse_unknown_way
from coopnb.engine.contexts import Endpoint, context_endpoint, context_names
from coopnb.engine.known_hosts import HostKey, trust
from coopnb.engine.ssh import refuse_no_address, seen_host_key

__all__ = [
    "Answer",
    "Endpoint",
    "Engine",
    "HostKey",
    "connect",
    "context_endpoint",
    "context_names",
    "refuse_no_address",
    "refuse_unknown_way",
    "seen_host_key",
    "trust",
]
