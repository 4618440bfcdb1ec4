"""Tests of the practice swarm: its rules on a stepped clock, and the process with real clients."""
