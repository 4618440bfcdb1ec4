"""Reads JSON as Go's decoder reads it into a struct.

Keys match whatever their case, unknown ones and nulls are dropped, and a wrong type is an error that
names the field.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coopnb.practice.wire_errors import Refusal


@dataclass(frozen=True, slots=True)
class Scalar:
    """A Go type of a single value: string, bool, int64, uint64, float32, []byte."""

    go: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A Go slice."""

    item: Shape
    go: str = "[]string"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A Go map with string keys."""

    item: Shape
    go: str = "map[string]string"


@dataclass(frozen=True, slots=True)
class Struct:
    """A Go struct: its name, and its fields by their JSON name."""

    go: str
    fields: Mapping[str, Shape]


Shape = Scalar | ListOf | MapOf | Struct

STRING, BOOL, INT, UINT, UINT32, FLOAT, BYTES = (
    Scalar(go) for go in ("string", "bool", "int64", "uint64", "uint32", "float32", "[]uint8")
)
STRINGS = ListOf(STRING)
LABELS = MapOf(STRING)

_RANGES = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1), "uint32": (0, 2**32 - 1)}


def read_json(body: bytes, shape: Shape) -> Any:
    """Decode a request body into a shape.

    Raises:
        Refusal: 400 in the words of Go's decoder.
    """
    return _decode(_load(body), shape, "", "")


def _load(body: bytes) -> Any:
    if not body.strip():
        raise Refusal(400, "invalid JSON: got EOF while reading request body")
    try:
        return json.loads(body.decode("utf-8", "replace"), parse_constant=_refuse_constant)
    except RecursionError:
        raise Refusal(400, "invalid JSON: exceeded max depth") from None
    except ValueError as error:
        raise Refusal(400, f"invalid JSON: {error}") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"invalid character '{name[0]}' looking for beginning of value")


def _decode(value: Any, shape: Shape, owner: str, path: str) -> Any:
    if isinstance(shape, Struct):
        return _decode_struct(value, shape, owner, path)
    if isinstance(shape, ListOf):
        if not isinstance(value, list):
            raise _mismatch(value, shape.go, owner, path)
        return [_decode(item, shape.item, owner, path) for item in value if item is not None]
    if isinstance(shape, MapOf):
        if not isinstance(value, dict):
            raise _mismatch(value, shape.go, owner, path)
        return {
            _text(key): "" if item is None and shape.item == STRING else _decode(item, shape.item, owner, path)
            for key, item in value.items()
        }
    return _decode_scalar(value, shape.go, owner, path)


def _decode_struct(value: Any, shape: Struct, owner: str, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _mismatch(value, shape.go, owner, path)
    names = {name.lower(): name for name in shape.fields}
    decoded: dict[str, Any] = {}
    for key, item in value.items():
        name = key if key in shape.fields else names.get(key.lower())
        if name is not None and item is not None:
            decoded[name] = _decode(item, shape.fields[name], shape.go, f"{path}.{name}" if path else name)
    return decoded


def _decode_scalar(value: Any, go: str, owner: str, path: str) -> Any:
    if go == "[]uint8":
        return _bytes(value, owner, path)
    if go == "string" and isinstance(value, str):
        return _text(value)
    if go == "bool" and isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if go == "float32":
            return value
        low, high = _RANGES.get(go, (0, -1))
        if low <= value <= high and isinstance(value, int):
            return value
    raise _mismatch(value, go, owner, path)


def _bytes(value: Any, owner: str, path: str) -> str:
    if not isinstance(value, str):
        raise _mismatch(value, "[]uint8", owner, path)
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(400, "invalid JSON: illegal base64 data at input byte 0") from None
    return value


def _text(value: str) -> str:
    """A string with half surrogate pairs replaced, so that it can always be written as UTF-8."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mismatch(value: Any, go: str, owner: str, path: str) -> Refusal:
    if isinstance(value, bool):
        found = "bool"
    elif isinstance(value, (int, float)):
        found = f"number {value}" if go in _RANGES else "number"
    else:
        found = {str: "string", list: "array", dict: "object", type(None): "null"}[type(value)]
    where = f"Go struct field {owner}.{path}" if path else "Go value"
    return Refusal(400, f"invalid JSON: json: cannot unmarshal {found} into {where} of type {go}")
