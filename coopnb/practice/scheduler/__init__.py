"""Gives pending tasks a node, or says why none is suitable."""
