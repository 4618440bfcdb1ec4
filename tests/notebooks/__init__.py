"""The notebooks that are shipped."""
