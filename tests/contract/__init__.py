"""What coopnb asks of a swarm, asked of both kinds."""
