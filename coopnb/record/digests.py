"""Digests of a cell's source: against its model, and against what ran."""

from __future__ import annotations

import hashlib


def digest_of(source: str) -> str:
    """Give the digest by which a cell is compared with its model: SHA-256 of its source, hex."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


def ran_digest(source: str) -> str:
    """Give the digest by which a cell is compared with what ran: newlines at its end do not run."""
    return digest_of(source.rstrip("\n"))
