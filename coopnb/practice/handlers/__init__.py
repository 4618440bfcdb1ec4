"""The Engine API, one file an area: each handler turns a request into an answer or a ``Refusal``."""
