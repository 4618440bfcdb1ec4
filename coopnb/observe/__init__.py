"""Looking at a swarm: Engine JSON becomes nouns here."""

from coopnb.observe.identity import identify, stand
from coopnb.observe.images import look_up
from coopnb.observe.remembered import remembered
from coopnb.observe.snapshot import snapshot

__all__ = ["identify", "look_up", "remembered", "snapshot", "stand"]
