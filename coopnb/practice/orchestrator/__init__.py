"""Keeps tasks as the services want them: a file for each of swarmkit's orchestration loops."""
