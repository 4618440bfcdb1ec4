"""The nodes: their engines, and the agents that run tasks there and tell the manager.

A node is a machine of its own here. What the manager wants of a task reaches it as an order, what became of the
task reaches the manager as a report, and neither passes while the two cannot reach each other.
"""

from __future__ import annotations

from coopnb.practice.agents.agents import Agents

__all__ = ["Agents"]
