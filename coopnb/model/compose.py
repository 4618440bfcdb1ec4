"""The compose file as a noun: what docker/cli 28 reads (schema 3.13), merged and normalised.

Every section has one long form here; the short forms of the files are gone.
"""
