"""Looking at a swarm."""
