"""Docker's log streams, read within bounds however long a line is (Engine API, "Attach to a container").

A container writes what it likes: a line of ten megabytes, escapes that move a terminal's cursor, a
secret. What leaves here is short, masked by value, and without anything that acts unseen.
"""

from __future__ import annotations

import re
import struct
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from coopnb.harmless import visible

LINE_LIMIT = 2_000
"""Characters that are shown of one line."""

READ_LIMIT = 1 << 20
"""Bytes that are read of one answer."""

_KEPT = 16 << 10
"""Bytes of one line that are held: more than is shown, so that a value at the cut is seen whole and masked."""

_MARGIN = 4 << 10
_HEADER = struct.Struct(">BxxxL")
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")

Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class LogText:
    """The last lines of a log.

    Attributes:
        whole: ``False`` if reading stopped at :data:`READ_LIMIT`, so that later lines may be missing.
    """

    lines: tuple[str, ...]
    whole: bool


def read_log(pieces: Iterable[bytes], lines: int, mask: Mask = str, limit: int = READ_LIMIT) -> LogText:
    """Read the last lines of a log answer, and no more than ``limit`` bytes of it.

    Colours are taken away; whatever else acts unseen becomes visible. A line that is longer than
    :data:`LINE_LIMIT` is cut, and says by how much.

    Args:
        mask: takes secret values out of a line, before it is cut.
    """
    streams = _Streams(lines)
    read = 0
    for piece in pieces:
        taken = piece[: limit - read]
        read += len(taken)
        streams.feed(taken)
        if len(taken) < len(piece):
            return LogText(_shown(streams.end(cut_off=True), mask), whole=False)
    return LogText(_shown(streams.end(cut_off=False), mask), whole=True)


@dataclass(slots=True)
class _RawLine:
    """What is held of one line, how many bytes of it are not, and whether more of it was left unread."""

    data: bytearray = field(default_factory=bytearray)
    left_out: int = 0
    unread: bool = False

    def add(self, piece: bytes | memoryview) -> None:
        room = max(0, _KEPT - len(self.data))
        self.data += piece[:room]
        self.left_out += len(piece) - len(piece[:room])


class _Streams:
    """Frames taken apart into lines, one unfinished line a stream. A terminal's stream has no frames."""

    def __init__(self, lines: int) -> None:
        self._finished: deque[_RawLine] = deque(maxlen=lines)
        self._unfinished: dict[int, _RawLine] = {}
        self._header = b""
        self._stream = 0
        self._left = 0
        self._framed = True

    def feed(self, data: bytes) -> None:
        while data:
            if not self._framed:
                self._take(0, data)
                return
            if not self._left:
                data = self._take_header(data)
                continue
            self._take(self._stream, data[: self._left])
            taken = min(self._left, len(data))
            self._left -= taken
            data = data[taken:]

    def end(self, *, cut_off: bool) -> list[_RawLine]:
        if self._header and self._framed and not cut_off:
            # Fewer bytes than a header has: the whole answer is one short text, or the last frame is broken.
            self._take(0, self._header)
        rest = [line for line in self._unfinished.values() if line.data]
        for line in rest:
            line.unread = cut_off
        self._finished.extend(rest)
        return list(self._finished)

    def _take_header(self, data: bytes) -> bytes:
        wanted = _HEADER.size - len(self._header)
        self._header += data[:wanted]
        if len(self._header) == _HEADER.size:
            header, self._header = self._header, b""
            self._stream, self._left = _HEADER.unpack(header)
            if self._stream > 3 or header[1:4] != b"\0\0\0":
                self._framed = False
                self._take(0, header)
        return data[wanted:]

    def _take(self, stream: int, data: bytes) -> None:
        *ended, rest = data.split(b"\n")
        for piece in ended:
            line = self._unfinished.pop(stream, None) or _RawLine()
            line.add(piece)
            self._finished.append(line)
        if rest:
            self._unfinished.setdefault(stream, _RawLine()).add(rest)


def _shown(lines: list[_RawLine], mask: Mask) -> tuple[str, ...]:
    return tuple(_line(line, mask) for line in lines)


def _line(line: _RawLine, mask: Mask) -> str:
    text = _COLOURS.sub("", line.data.decode("utf-8", "replace").removesuffix("\r"))
    text = visible(mask(text))
    whole = not line.left_out and not line.unread
    shown = LINE_LIMIT if whole else max(0, min(LINE_LIMIT, len(text) - _MARGIN))
    if whole and len(text) <= shown:
        return text
    cut = len(text) - shown + line.left_out
    return f"{text[:shown]} … [cut here: {'at least ' if line.unread else ''}{cut} more characters]"
