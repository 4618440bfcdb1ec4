"""The reading of recipes."""
