"""The conversion of recipes to swarm objects."""
