"""The secrets an app wants: which, under which names, and how they are made. Never their values' keeper."""

from __future__ import annotations

from coopnb.secrets.generate import ALPHABETS, Randomness, generate
from coopnb.secrets.wanted import LONGEST_NAME, doubts, wanted

__all__ = ["ALPHABETS", "LONGEST_NAME", "Randomness", "doubts", "generate", "wanted"]
