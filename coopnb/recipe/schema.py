"""Stage 5, the schema: a file in its long form, checked against :mod:`coopnb.model.compose`.

pydantic does the checking; it is imported when the first recipe is loaded, not before.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from coopnb.errors import RecipeError
from coopnb.model.compose import Compose
from coopnb.model.origin import KeyPath, key_path_text
from coopnb.recipe.known_keys import about_unknown_key
from coopnb.recipe.node import Node, nearest, plain, walk, wrong
from coopnb.recipe.scalars import Moment

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_WANTED = {
    "string_type": "must be text (put it in quotes)",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "dict_type": "must be a mapping",
    "mapping_type": "must be a mapping",
    "dataclass_type": "must be a mapping",
    "tuple_type": "must be a list",
    "greater_than_equal": "must not be negative",
    "missing": "is missing",
}


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Compose]:
    from pydantic import TypeAdapter

    return TypeAdapter(Compose)


def validate(root: Node) -> Compose:
    """Check a file in its long form.

    Raises:
        RecipeError: the key that is unknown, or whose value is of the wrong kind, with its place.
    """
    from pydantic import ValidationError

    for path, node in walk(root):
        if isinstance(node.value, Moment):
            what = f"written without quotes, it is a date to docker: {node.value.text}"
            raise wrong(f"{key_path_text(path)} must be text (put it in quotes)", node, path, what=what)
    try:
        return _adapter().validate_json(json.dumps(_whole_numbers(plain(root)), allow_nan=False), strict=True)
    except ValidationError as error:
        raise _readable(error.errors(include_url=False, include_context=True), root) from None
    except ValueError:
        path, node = next(
            (path, node) for path, node in walk(root) if isinstance(node.value, float) and not math.isfinite(node.value)
        )
        raise wrong(f"{key_path_text(path)} is no number that can be sent", node, path) from None


def _whole_numbers(value: Any) -> Any:
    """JSON has one kind of number: 3.0 is the whole number 3."""
    if isinstance(value, dict):
        return {key: _whole_numbers(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _readable(errors: list[Any], root: Node) -> RecipeError:
    """One error of several: the deepest, because the others often follow from it (docker/cli ``schema.go``)."""
    error = max(errors, key=lambda each: (len(each["loc"]), each["type"] != "unexpected_keyword_argument"))
    path: KeyPath = tuple(error["loc"])
    node = nearest(root, path)
    kind = error["type"]
    if kind == "unexpected_keyword_argument":
        holder = key_path_text(path[:-1]) or "the top level"
        return wrong(f"{path[-1]!r} is not a key of {holder}", node, path, hint=about_unknown_key(path))
    if kind == "missing" and path[-1] == "type":
        hint = "a volume in the long form begins with type: volume, bind or tmpfs"
        return wrong(f"{key_path_text(path)} is missing", node, path, hint=hint)
    if kind == "literal_error":
        return wrong(f"{key_path_text(path)} must be one of start-first, stop-first", node, path)
    wanted = _WANTED.get(kind, f"is not right: {error['msg']}")
    what = f"written {node.written}" if not isinstance(node.value, dict | list) else None
    return wrong(f"{key_path_text(path)} {wanted}", node, path, what=what)
