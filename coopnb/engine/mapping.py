"""Foreign errors become ours here, and only here."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import docker.errors
import paramiko
import requests
import urllib3

from coopnb.errors import (
    Conflict,
    ConnectFailed,
    EngineError,
    NotFound,
    OutOfSequence,
    TimedOut,
    Unavailable,
)

_BY_STATUS: dict[int, type[EngineError]] = {404: NotFound, 409: Conflict, 503: Unavailable}


class LineCut(ConnectionError):
    """The connection broke under a request."""


@contextmanager
def mapped(method: str, path: str, url: str) -> Iterator[None]:
    """Turn whatever docker-py, requests or the socket raises into a :class:`TransportError`."""
    try:
        yield
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        docker.errors.DockerException,
        paramiko.SSHException,
        EOFError,
        OSError,
    ) as error:
        if any(isinstance(cause, requests.Timeout | TimeoutError) for cause in _causes(error)):
            raise TimedOut(
                f"the server did not answer {method} {path} in time",
                where=f"server {url}",
                hint="Does Docker run there, and is the machine overloaded? Then try again.",
            ) from error
        if cut := next((cause for cause in _causes(error) if isinstance(cause, LineCut)), None):
            raise ConnectFailed(
                f"the connection to the server broke: {cut}",
                what=f"{method} {path} may have been done, or not" if method != "GET" else f"{method} {path}",
                where=f"server {url}",
                hint="Run the step again: it connects anew, looks at what is there, and plans what is still missing.",
            ) from error
        if refused := _of_tls(error):
            raise ConnectFailed(
                f"the server and we do not agree on certificates: {_tls_reason(refused)}",
                what=f"{method} {path}",
                where=f"server {url}",
                hint="Does its certificate name this address, is neither expired, and did one authority sign both?",
            ) from error
        raise ConnectFailed(
            f"the server cannot be reached: {_reason(error)}",
            what=f"{method} {path}",
            where=f"server {url}",
            hint="Is the address right, and does Docker run there?",
        ) from error


def refuse(status: int, body: bytes, method: str, path: str, url: str) -> EngineError:
    """The error for an answer of 400 and above.

    swarmkit's ``update out of sequence`` comes as a 500 and is known by its text only
    (manager/state/store/memory.go, ``ErrSequenceConflict``).
    """
    message = _message(body)
    kind = _BY_STATUS.get(status, EngineError)
    if "update out of sequence" in message:
        kind = OutOfSequence
    return kind(message, method=method, path=path, status=status, where=f"server {url}")


def not_json(status: int, method: str, path: str, url: str) -> EngineError:
    """The error for an answer that is no JSON: whoever answered there is no Docker engine."""
    return EngineError(
        "the answer is not JSON, so whoever answered is no Docker engine",
        method=method,
        path=path,
        status=status,
        where=f"server {url}",
        hint="Is the address the one of a Docker engine?",
    )


def _message(body: bytes) -> str:
    text = body.decode("utf-8", "replace").strip()
    try:
        parsed = json.loads(text)
    except ValueError:
        return text[:500] or "no reason given"
    if isinstance(parsed, dict) and isinstance(parsed.get("message"), str):
        return str(parsed["message"])
    return text[:500]


def _of_tls(error: BaseException) -> ssl.SSLError | None:
    """OpenSSL's error in it; urllib3 may hold one without naming it as the cause."""
    for cause in _causes(error):
        for found in (cause, *cause.args):
            if isinstance(found, ssl.SSLError):
                return found
    return None


def _tls_reason(error: ssl.SSLError) -> str:
    """OpenSSL's word for it; of a check that failed, the sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or str(error)).lower().replace("_", " ")


def _reason(error: BaseException) -> str:
    """The innermost cause in the operating system's words, without the wrappers' reprs."""
    *_, seen = _causes(error)
    if isinstance(seen, OSError) and seen.strerror:
        return seen.strerror
    return str(seen) or type(seen).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
