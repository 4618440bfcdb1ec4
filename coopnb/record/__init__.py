"""The record of a run: its ledger, the masking of outputs, and the one HTML file that tells it."""
