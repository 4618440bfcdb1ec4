"""Which names are valid, and what is said of those that are not."""

from __future__ import annotations

import re

from coopnb.practice.wire_errors import Refusal, invalid

_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9\-_.]*[a-zA-Z0-9])?")
_DNS_NAME = re.compile(r"[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*")
_DOMAIN = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::\d+)?"
_PATH = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
_IMAGE = re.compile(
    rf"(?:{_DOMAIN}/)?{_PATH}"
    r"(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?"
)
_LONGEST_IMAGE = 4096


def check_service_name(name: str) -> None:
    """Refuse a service's name as swarmkit does."""
    if not name:
        raise invalid("meta: name must be provided")
    if not _DNS_NAME.fullmatch(name):
        raise invalid("name must be valid as a DNS name component")
    if len(name) > 63:
        raise invalid("name must be 63 characters or fewer")


def check_payload_name(name: str) -> None:
    """Refuse a secret's or config's name as swarmkit does."""
    if not name:
        raise invalid("name must be provided")
    if len(name) > 64 or not _NAME.fullmatch(name):
        allowed = "only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]"
        raise invalid(f"invalid name, {allowed}")


def is_image(reference: str) -> bool:
    """Whether a reference is a valid repository with tag or digest."""
    return len(reference) <= _LONGEST_IMAGE and bool(_IMAGE.fullmatch(reference))


def check_image(reference: str) -> None:
    """Refuse what is no image reference, in the words of distribution/reference.

    Raises:
        Refusal: 400.
    """
    if is_image(reference):
        return
    first, slash, rest = reference.partition("/")
    has_domain = bool(slash) and ("." in first or ":" in first or first == "localhost" or first != first.lower())
    path = (rest if has_domain else reference).partition("@")[0].partition(":")[0]
    if path != path.lower() and is_image(path.lower()):
        named = path if has_domain or "/" in path else f"library/{path}"
        raise Refusal(400, f"invalid reference format: repository name ({named}) must be lowercase")
    raise Refusal(400, "invalid reference format")
