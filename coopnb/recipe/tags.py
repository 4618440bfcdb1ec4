"""What a tag makes of a scalar, as go-yaml v3 has it (``resolve.go``, ``decode.go``).

A tag that is not YAML's own says nothing there: its value is the text as it stands. A tag on a mapping or a list
changes nothing at all.
"""

from __future__ import annotations

import base64
import binascii

from coopnb.recipe.scalars import Moment, resolve

_KINDS: dict[str, tuple[type, ...]] = {
    "!!int": (int,),
    "!!float": (float, int),
    "!!bool": (bool,),
    "!!null": (type(None),),
    "!!timestamp": (Moment,),
}


def is_merge_sign(tag: str | None, text: str, plain: bool) -> bool:
    """Whether a key is ``<<``, and merges what stands behind it."""
    return text == "<<" and (tag == "!!merge" or (tag is None and plain))


def read_scalar(tag: str | None, text: str, plain: bool) -> str | int | float | bool | Moment | None:
    """Read a scalar with the tag written before it.

    Args:
        tag: in its short form (``!!int``); ``None`` for none.
        plain: whether it stands without quotes, and is no block of text.

    Raises:
        ValueError: it is not what its tag says.
    """
    if tag is None:
        return resolve(text) if plain else text
    if tag == "!!binary":
        return _decoded(text)
    if tag not in _KINDS:
        return text
    value = resolve(text)
    kinds = _KINDS[tag]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(f"{text!r} is marked {tag}, and cannot be read as one")
    return float(value) if tag == "!!float" and isinstance(value, int) else value


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("a text that is marked !!binary must be base64 of a text") from None
