"""The one door to Docker."""
