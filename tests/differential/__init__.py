"""The same calls on a real swarm and on the practice swarm, and what differs between the two."""
