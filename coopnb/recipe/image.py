"""Whether a text is an image reference (github.com/distribution/reference, ``regexp.go``)."""

from __future__ import annotations

import re

_PART = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_PART}(?:\.{_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
    r"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?"
)


def is_image_reference(text: str) -> bool:
    """Whether docker would accept this as an image.

    >>> is_image_reference("nginx:1.27"), is_image_reference("nginx:")
    (True, False)
    """
    match = _REFERENCE.fullmatch(text)
    return match is not None and len(match["name"]) <= 255 and not re.fullmatch("[a-f0-9]{64}", text)
