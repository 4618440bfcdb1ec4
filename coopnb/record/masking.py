"""Masking of a kernel's outputs, at the one door through which they leave.

Everything that a kernel says goes through ``Session.send``: streams (also what child processes
and C code write to its file descriptors), displays, results, tracebacks, widget states, replies.
So that is where known values are taken out. What a process writes to the terminal that the
Jupyter server was started in is no output, and is not seen here.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TextIO, cast

from coopnb.redaction import SHORTEST_VALUE, Redactor

_LATE_SECONDS = 0.5
_RELEASES_ALL = frozenset({"clear_output", "shutdown_reply"})
_PASSES_BY = frozenset({"stream", "status", "execute_input", "comm_msg", "comm_open", "comm_close"})


class _Session(Protocol):
    send: Callable[..., dict[str, Any] | None]

    def msg(self, msg_type: str, content: Any = ..., parent: Any = ..., header: Any = ..., metadata: Any = ...) -> Any:
        """Build a message."""


@dataclass(slots=True)
class _Held:
    """The end of a stream that may be the start of a value, and how to send it."""

    text: str = field(repr=False)
    stream: Any
    ident: Any
    message: dict[str, Any] = field(repr=False)


class Masking:
    """Masking as it is installed in one shell.

    Attributes:
        where: ``kernel``, or ``terminal`` for an IPython shell without a kernel.
    """

    def __init__(self, shell: Any, redactor: Redactor) -> None:
        self._shell = shell
        self._redactors = [redactor]
        self._lock = threading.RLock()
        self._undo: list[Callable[[], None]] = []
        self.where = "kernel" if getattr(shell, "kernel", None) is not None else "terminal"

    def __repr__(self) -> str:
        return f"<Masking of a {self.where}: {', '.join(map(repr, self._redactors))}>"

    def add(self, redactor: Redactor) -> None:
        """Mask the values of another redactor too."""
        with self._lock:
            if all(known is not redactor for known in self._redactors):
                self._redactors.append(redactor)

    def uninstall(self) -> None:
        """Take the masking away; what was held back leaves, masked."""
        with self._lock:
            while self._undo:
                self._undo.pop()()
        if getattr(self._shell, _MARKER, None) is self:
            delattr(self._shell, _MARKER)

    def mask(self, text: str) -> str:
        """Mask by every redactor."""
        for redactor in self._redactors:
            text = redactor.mask(text)
        return text

    def mask_json(self, obj: Any) -> Any:
        """Mask by every redactor."""
        for redactor in self._redactors:
            obj = redactor.mask_json(obj)
        return obj

    def mask_stream(self, text: str) -> tuple[str, str]:
        """Split into what can be shown, masked, and what any of the redactors must see more of."""
        kept = max((redactor.mask_stream(text)[1] for redactor in self._redactors), key=len)
        return self.mask(text[: len(text) - len(kept)]), kept

    def _install(self) -> None:
        if self.where == "kernel":
            for session in _sessions(self._shell):
                self._undo.append(_Door(self, session).close)
        else:
            self._undo += [_wrap_stream(self, name, self._shell) for name in ("stdout", "stderr")]
        setattr(self._shell, _MARKER, self)


_MARKER = "_coopnb_masking"


def install(shell: Any, redactor: Redactor) -> Masking:
    """Mask everything that leaves an IPython shell, from here on.

    Installing again changes nothing; with another redactor, its values are masked too.

    Args:
        shell: an ``InteractiveShell``, as ``get_ipython()`` gives it: of a kernel or of a terminal.
    """
    masking: Masking | None = getattr(shell, _MARKER, None)
    if masking is None:
        masking = Masking(shell, redactor)
        masking._install()
    masking.add(redactor)
    return masking


def uninstall(shell: Any) -> None:
    """Take the masking away, if there is one."""
    masking: Masking | None = getattr(shell, _MARKER, None)
    if masking is not None:
        masking.uninstall()


class _Door:
    """One kernel session's ``send``, wrapped."""

    def __init__(self, masking: Masking, session: _Session) -> None:
        self._masking = masking
        self._session = session
        self._send = session.send
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._held: dict[tuple[str, str], _Held] = {}
        self._ended: deque[str] = deque([""], maxlen=64)
        session.send = self.send

    def close(self) -> None:
        with self._lock:
            self._release()
            # The class's own method comes back into view.
            vars(self._session).pop("send", None)

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
    ) -> dict[str, Any] | None:
        """Stand where ``jupyter_client.session.Session.send`` stood."""
        if isinstance(msg_or_type, str) or not isinstance(msg_or_type, Mapping):
            message = self._session.msg(msg_or_type, content=content, parent=parent, header=header, metadata=metadata)
        else:
            message = dict(msg_or_type)
        kind = message["header"]["msg_type"]
        if kind == "stream":
            return self._send_stream(stream, message, ident)
        with self._lock:
            self._make_way(kind, message)
            buffers = buffers or message.get("buffers") or []
            message |= {
                "content": self._masking.mask_json(message["content"]),
                "metadata": self._masking.mask_json(message["metadata"]),
                "buffers": [],
            }
            masked = [self._masking.mask_json(buffer) for buffer in buffers]
            return self._send(stream, message, ident=ident, buffers=masked, track=track)

    def _send_stream(self, stream: Any, message: dict[str, Any], ident: Any) -> dict[str, Any] | None:
        key = (_parent(message), str(message["content"].get("name", "")))
        with self._lock:
            before = self._held.pop(key, None)
            text = (before.text if before else "") + str(message["content"].get("text", ""))
            if os.getpid() != self._pid:
                # A forked child has no end of a cell at which to give back what it held.
                return self._send_text(stream, message, ident, self._masking.mask(text))
            shown, kept = self._masking.mask_stream(text)
            if kept:
                self._held[key] = _Held(kept, stream, ident, message)
                if key[0] in self._ended:
                    self._release_later(key)
            return self._send_text(stream, message, ident, shown)

    def _send_text(self, stream: Any, message: dict[str, Any], ident: Any, text: str) -> dict[str, Any] | None:
        message = {**message, "content": {**message["content"], "text": text}}
        return self._send(stream, message, ident=ident) if text else message

    def _make_way(self, kind: str, message: dict[str, Any]) -> None:
        """Let held text go before what comes after it: all at the end of a cell, else what is too short to tell."""
        parent = _parent(message)
        if kind == "status" and message["content"].get("execution_state") == "idle":
            self._release(parent)
            self._ended.append(parent)
        elif kind in _RELEASES_ALL:
            self._release(parent)
        elif kind not in _PASSES_BY:
            self._release(parent, shorter_than=SHORTEST_VALUE)

    def _release(self, parent: str | None = None, shorter_than: int = sys.maxsize) -> None:
        for key in list(self._held):
            if parent in (None, key[0]) and len(self._held[key].text) < shorter_than:
                held = self._held.pop(key)
                self._send_text(held.stream, held.message, held.ident, self._masking.mask(held.text))

    def _release_later(self, key: tuple[str, str]) -> None:
        """Give the next piece of a late stream a moment, for no end of a cell will come after it."""
        held = self._held[key]

        def release() -> None:
            with self._lock:
                if self._held.get(key) is held:
                    del self._held[key]
                    self._send_text(held.stream, held.message, held.ident, self._masking.mask(held.text))

        timer = threading.Timer(_LATE_SECONDS, release)
        timer.daemon = True
        timer.start()


def _parent(message: Mapping[str, Any]) -> str:
    return str((message.get("parent_header") or {}).get("msg_id", ""))


def _sessions(shell: Any) -> list[_Session]:
    owners = (shell.kernel, shell.display_pub, shell.displayhook, sys.stdout, sys.stderr)
    found = {id(session): session for owner in owners if (session := getattr(owner, "session", None)) is not None}
    return list(found.values())


class _MaskedStream:
    """A text stream that masks what is written to it; what it holds back leaves when a cell ends."""

    def __init__(self, masking: Masking, stream: TextIO) -> None:
        self._masking = masking
        self._stream = stream
        self._kept = ""

    def write(self, text: str) -> int:
        with self._masking._lock:
            shown, self._kept = self._masking.mask_stream(self._kept + text)
            self._stream.write(shown)
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def release(self, *_: object) -> None:
        with self._masking._lock:
            kept, self._kept = self._kept, ""
            self._stream.write(self._masking.mask(kept))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _wrap_stream(masking: Masking, name: str, shell: Any) -> Callable[[], None]:
    plain = getattr(sys, name)
    masked = _MaskedStream(masking, plain)
    setattr(sys, name, cast(TextIO, masked))
    shell.events.register("post_run_cell", masked.release)

    def undo() -> None:
        masked.release()
        shell.events.unregister("post_run_cell", masked.release)
        if getattr(sys, name) is masked:
            setattr(sys, name, plain)

    return undo
