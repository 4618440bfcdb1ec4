"""Reads JSON as Go's decoder reads it into a struct.

Keys match whatever their case, unknown ones and nulls are dropped, and a wrong type is an error that
names the field.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coopnb.practice.specs.go_json import GoSyntaxError, first_value
from coopnb.practice.wire import Request
from coopnb.practice.wire_errors import Refusal


@dataclass(frozen=True, slots=True)
class Scalar:
    """A Go type of a single value: its kind (string, bool, int64, uint64, ...), and its name where that differs."""

    kind: str
    name: str = ""

    @property
    def go(self) -> str:
        """The type as Go's errors name it."""
        return self.name or self.kind


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
    """A Go struct: its name, its fields by their JSON name, and its package."""

    name: str
    fields: Mapping[str, Shape]
    package: str = "swarm"

    @property
    def go(self) -> str:
        """The type as Go's errors name it."""
        return f"{self.package}.{self.name}"


Shape = Scalar | ListOf | MapOf | Struct

STRING, BOOL, INT, UINT, UINT32, FLOAT, BYTES = (
    Scalar(kind) for kind in ("string", "bool", "int64", "uint64", "uint32", "float32", "[]uint8")
)
DURATION = Scalar("int64", "time.Duration")
FILE_MODE = Scalar("uint32", "fs.FileMode")
STRINGS = ListOf(STRING)
LABELS = MapOf(STRING)

_RANGES = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1), "uint32": (0, 2**32 - 1)}
_LONGEST_INTEGER = 20
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


class _Number(float):
    """A number that is no integer of Go's, with the text it was written as."""

    text: str


def read_json(request: Request, shape: Shape) -> Any:
    """Decode a request's body into a shape; no body at all is a struct without fields.

    Raises:
        Refusal: 400 in the words of dockerd (httputils.ReadJSON) and Go's decoder.
    """
    _check_content_type(request)
    if not request.body:
        return {}
    loaded = _load(request.body)
    root = shape.name if isinstance(shape, Struct) else ""
    return {} if loaded is None else _decode(loaded, shape, root, ())


def _check_content_type(request: Request) -> None:
    """Refuse another content type than JSON; calls that are made in process have no headers to look at."""
    if not request.headers:
        return
    given = request.headers.get("content-type", "")
    if not given and not request.body:
        return
    kind = given.partition(";")[0].strip().lower()
    if not kind:
        raise Refusal(400, f"malformed Content-Type header ({given}): mime: no media type")
    if kind != "application/json":
        raise Refusal(400, f"unsupported Content-Type header ({given}): must be 'application/json'")


def _load(body: bytes) -> Any:
    text = body.decode("utf-8", "replace")
    try:
        start, end = first_value(text)
        loaded = json.loads(text[start:end], parse_float=_number, parse_int=_integer)
    except GoSyntaxError as error:
        said = "got EOF while reading request body" if str(error) == "EOF" else str(error)
        raise Refusal(400, f"invalid JSON: {said}") from None
    except RecursionError:
        raise Refusal(400, "invalid JSON: exceeded max depth") from None
    if text[end:].strip(" \t\r\n"):
        raise Refusal(400, "unexpected content after JSON")
    return loaded


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= _LONGEST_INTEGER else _number(text)


def _number(text: str) -> float:
    number = _Number(text)
    number.text = text
    return number


Path = tuple[str | int, ...]


def _decode(value: Any, shape: Shape, root: str, path: Path) -> Any:
    if isinstance(shape, Struct):
        return _decode_struct(value, shape, root, path)
    if isinstance(shape, ListOf):
        if not isinstance(value, list):
            raise _mismatch(value, shape.go, root, path)
        decoded = (_decode(item, shape.item, root, (*path, at)) for at, item in enumerate(value) if item is not None)
        return list(decoded)
    if isinstance(shape, MapOf):
        if not isinstance(value, dict):
            raise _mismatch(value, shape.go, root, path)
        return {
            _text(key): "" if item is None and shape.item == STRING else _decode(item, shape.item, root, (*path, key))
            for key, item in value.items()
        }
    return _decode_scalar(value, shape, root, path)


def _decode_struct(value: Any, shape: Struct, root: str, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _mismatch(value, shape.go, root, path)
    names = {name.lower(): name for name in shape.fields}
    decoded: dict[str, Any] = {}
    for key, item in value.items():
        name = key if key in shape.fields else names.get(key.lower())
        if name is not None and item is not None:
            decoded[name] = _decode(item, shape.fields[name], root, (*path, name))
    return decoded


def _decode_scalar(value: Any, shape: Scalar, root: str, path: Path) -> Any:
    kind = shape.kind
    if kind == "[]uint8" and isinstance(value, str):
        return _bytes(value, shape, root, path)
    if kind == "string" and isinstance(value, str):
        return _text(value)
    if kind == "bool" and isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if kind == "float32" and abs(value) < 3.5e38:
            return float(value) if isinstance(value, _Number) else value
        low, high = _RANGES.get(kind, (0, -1))
        if isinstance(value, int) and low <= value <= high:
            return value
    raise _mismatch(value, shape.go, root, path, numeric=kind in _RANGES or kind == "float32")


def _bytes(value: str, shape: Scalar, root: str, path: Path) -> str:
    data = value.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
    found = _BASE64.match(data)
    end = found.end() if found is not None else 0
    if end < len(data):
        refusal = _mismatch(value, shape.go, root, path)
        raise Refusal(400, f"{refusal.message}: illegal base64 data at input byte {_first_illegal(data, end)}")
    return base64.b64encode(base64.b64decode(data)).decode()


def _first_illegal(data: bytes, at: int) -> int:
    """Where Go's decoder stops: at the first byte that is none of the alphabet, or at the end."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    while at < len(data) and data[at] in alphabet:
        at += 1
    return at


def _text(value: str) -> str:
    """A string with half surrogate pairs replaced, so that it can always be written as UTF-8."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mismatch(value: Any, go: str, root: str, path: Path, numeric: bool = False) -> Refusal:
    if isinstance(value, bool):
        found = "bool"
    elif isinstance(value, (int, float)):
        found = f"number {value.text if isinstance(value, _Number) else value}" if numeric else "number"
    else:
        found = {str: "string", list: "array", dict: "object", type(None): "null"}[type(value)]
    where = "Go value"
    if path:
        dotted = ".".join(str(part) for part in (root, *path))
        where = _text(dotted) if isinstance(path[-1], int) else f"Go struct field {_text(dotted)}"
    return Refusal(400, f"invalid JSON: json: cannot unmarshal {found} into {where} of type {go}")
