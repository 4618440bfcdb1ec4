"""Tests of the sample recipes: as files, to the docker CLI, and on a real engine."""
