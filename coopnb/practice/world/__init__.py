"""The world of a practice swarm: its nodes, its networks, what each image does, and what goes wrong when."""

from __future__ import annotations

from coopnb.practice.world.answers import Answer, answer_exec
from coopnb.practice.world.load import DEFAULT_WORLD, load_world, read_world
from coopnb.practice.world.seeds import (
    ExecSeed,
    FaultSeed,
    ImageSeed,
    LogSeed,
    NetworkSeed,
    NodeSeed,
    ServeSeed,
    World,
    familiar,
)
from coopnb.practice.world.shipped import find_world, shipped_worlds
from coopnb.practice.world.values import WorldError

__all__ = [
    "DEFAULT_WORLD",
    "Answer",
    "ExecSeed",
    "FaultSeed",
    "ImageSeed",
    "LogSeed",
    "NetworkSeed",
    "NodeSeed",
    "ServeSeed",
    "World",
    "WorldError",
    "answer_exec",
    "familiar",
    "find_world",
    "load_world",
    "read_world",
    "shipped_worlds",
]
