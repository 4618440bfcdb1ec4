"""Runbooks as in life: over ssh, on three nodes that pull from a registry, with recipes cloned from elsewhere."""
