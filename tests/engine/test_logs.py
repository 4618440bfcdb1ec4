"""Log lines, whatever a container wrote: bounded, masked, and without anything that acts unseen."""

from __future__ import annotations

import socket
import struct
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from coopnb.engine import connect
from coopnb.engine.logs import LINE_LIMIT, READ_LIMIT, read_log
from coopnb.errors import NotFound
from coopnb.redaction import Redactor
from tests.engine.test_hostile_answers import VERSION, response

SECRET = "Zk3mQ9vT1xLr8WbN4yHs6DfG2jKp7CqE"
MEGABYTE = 1 << 20


def frame(data: bytes, stream: int = 1) -> bytes:
    """One frame of a multiplexed stream."""
    return struct.pack(">BxxxL", stream, len(data)) + data


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (b"", ()),
        (frame(b"one\n") + frame(b"two\n", 2), ("one", "two")),
        (frame(b"on") + frame(b"e\n"), ("one",)),
        (frame(b"on") + frame(b"two\n", 2) + frame(b"e\n"), ("two", "one")),
        (frame(b"one\ntwo\n\nthree"), ("one", "two", "", "three")),
        (b"plain text of a terminal\r\nand more\r\n", ("plain text of a terminal", "and more")),
        (b"short\n", ("short",)),
        (b"\x01\0\0\0\0\0\0\xffcut", ("cut",)),
        (frame(b"\xff\xfe\n"), ("\ufffd\ufffd",)),
    ],
)
@pytest.mark.parametrize("at_once", [1, 3, 65536])
def test_log_streams(raw: bytes, lines: tuple[str, ...], at_once: int) -> None:
    """Multiplexed, plain, cut off or undecodable, in pieces of any size: lines must come out."""
    pieces = [raw[at : at + at_once] for at in range(0, len(raw), at_once)]
    found = read_log(pieces, 10)
    assert found.lines == lines
    assert found.whole


def test_only_the_last_lines_are_held() -> None:
    """An engine that sends more lines than were asked for must not fill the memory."""
    assert read_log([frame(b"%d\n" % n) for n in range(1000)], 3).lines == ("997", "998", "999")


def test_what_acts_unseen_is_shown_and_colours_go() -> None:
    """Escapes, other controls and direction marks must be visible; colours must be gone."""
    raw = "\x1b[31merror\x1b[0m \x1b[2J\x1b]0;title\x07 a\rb \u202egnp.exe\u2066 \x00\x85\n".encode()
    (line,) = read_log([frame(raw)], 5).lines
    assert line == r"error \x1b[2J\x1b]0;title\x07 a\rb \u202egnp.exe\u2066 \x00\x85"
    assert line.isprintable()


def test_a_long_line_is_cut_and_says_by_how_much() -> None:
    """A line above the limit must be cut there, with the number of characters that are missing."""
    assert read_log([b"y" * LINE_LIMIT + b"\n"], 1).lines == ("y" * LINE_LIMIT,)
    (line,) = read_log([b"y" * (LINE_LIMIT + 5) + b"\n"], 1).lines
    assert line == "y" * LINE_LIMIT + " … [cut here: 5 more characters]"
    (line,) = read_log([b"y" * 500_000 + b"\n"], 1).lines
    assert line == "y" * LINE_LIMIT + f" … [cut here: {500_000 - LINE_LIMIT} more characters]"


def test_five_lines_of_ten_megabytes_are_not_held() -> None:
    """Reading must stop at its bound, hold a small part of it, and say that there was more."""
    piece = b"x" * 65536
    sent = 0

    def answer() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(5):
            yield struct.pack(">BxxxL", 1, 160 * len(piece))
            for _ in range(160):
                sent += len(piece)
                yield piece

    tracemalloc.start()
    found = read_log(answer(), 5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert not found.whole
    assert sent <= READ_LIMIT + 2 * len(piece)
    assert peak < MEGABYTE
    (line,) = found.lines
    assert line.startswith("x" * LINE_LIMIT + " … [cut here: at least ")
    assert len(line) < LINE_LIMIT + 60


@pytest.mark.parametrize("before", [LINE_LIMIT - 10, 100, (16 << 10) - 10])
def test_a_secret_across_the_cut_leaves_no_part(before: int) -> None:
    """A value must be masked before its line is cut, so that no half of it stays; colours must not hide it."""
    redactor = Redactor()
    redactor.add("db_password", SECRET)
    value = f"{SECRET[:8]}\x1b[1m{SECRET[8:]}"
    for rest in ("", "z" * 40_000):
        (line,) = read_log([frame(("y" * before + value + rest + "\n").encode())], 1, redactor.mask).lines
        assert not any(SECRET[at : at + 4] in line for at in range(len(SECRET) - 4))
        assert ("[masked db_password]" in line) == (before == 100)


@contextmanager
def telling(folder: Path, lines: int, size: int) -> Iterator[tuple[str, list[str], list[int]]]:
    """An engine whose tasks wrote so many lines of a size; gives its URL, the paths asked, the bytes that left."""
    path = folder / "engine.sock"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    asked: list[str] = []
    left = [0]

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := connection.recv(65536):
                target = request.split(b" ", 2)[1].decode()
                if "/logs" not in target:
                    connection.sendall(response(VERSION))
                    continue
                asked.append(target)
                tail = min(lines, int(target.rpartition("tail=")[2]))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (tail * (size + 8)))
                for _ in range(tail):
                    connection.sendall(struct.pack(">BxxxL", 1, size))
                    for at in range(0, size, 65536):
                        piece = b"x" * (min(size - at, 65536) - 1)
                        left[0] += connection.send(piece + (b"\n" if at + 65536 >= size else b"x"))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                threads.append(threading.Thread(target=answer, args=(connection,)))
                threads[-1].start()

    threads = [threading.Thread(target=serve)]
    threads[0].start()
    try:
        yield f"unix://{path}", asked, left
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for thread in threads:
            thread.join(5)
        assert not any(thread.is_alive() for thread in threads)


def test_an_engine_is_not_read_to_the_end(tmp_path: Path) -> None:
    """Of lines of 10 MB each, a few MB at most may leave the engine, and the last line must still be told."""
    with telling(tmp_path, 5, 10 * MEGABYTE) as (url, asked, left):
        engine = connect(url, timeout=5)
        note, line = engine.task_log("task", 5)
        engine.close()

    assert note == "[the last 1 of 5 lines: all of them are longer than 1024 KiB]"
    assert line.endswith("more characters]")
    assert [target.rpartition("tail=")[2] for target in asked] == ["5", "1"]
    assert left[0] < 4 * MEGABYTE


def test_short_lines_are_asked_for_once(tmp_path: Path) -> None:
    """Lines that fit must take one request and come whole."""
    with telling(tmp_path, 3, 100) as (url, asked, _):
        engine = connect(url, timeout=5)
        assert engine.task_log("task", 20) == ("x" * 99,) * 3
        engine.close()

    assert len(asked) == 1


def test_a_task_that_is_gone(tmp_path: Path) -> None:
    """A refusal must be the engine's words as an error of ours."""
    from tests.engine.test_hostile_answers import answering

    refusal = response(b'{"message":"task x not found"}', "404 Not Found")
    with answering(tmp_path, response(VERSION), refusal) as url:
        engine = connect(url, timeout=5)
        with pytest.raises(NotFound, match="task x not found"):
            engine.task_log("x", 5)
        engine.close()
