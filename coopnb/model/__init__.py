"""The nouns: frozen dataclasses without I/O. Every other room speaks in them."""
