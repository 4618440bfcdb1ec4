"""Refusals as dockerd words them: ``{"message": ...}`` with its status.

Errors of swarmkit arrive through gRPC, and dockerd shows that: ``rpc error: code = ... desc = ...``.
"""

from __future__ import annotations

from coopnb.practice.wire import Response, json_response

_STATUS = {
    "InvalidArgument": 400,
    "FailedPrecondition": 400,
    "AlreadyExists": 409,
    "NotFound": 404,
    "Unimplemented": 501,
    "Unknown": 500,
}


class Refusal(Exception):
    """The engine says no.

    Args:
        status: the HTTP status.
        message: the text that dockerd gives.
        plain: answered as text, for clients so old that they know no other.
    """

    def __init__(self, status: int, message: str, plain: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.plain = plain

    def response(self) -> Response:
        """The answer that carries it."""
        if self.plain:
            return Response(self.status, self.message.encode() + b"\n", "text/plain; charset=utf-8")
        return json_response({"message": self.message}, self.status)


def swarmkit_refusal(code: str, text: str) -> Refusal:
    """A refusal by swarmkit, as it looks after gRPC; ``code`` is a gRPC code's name."""
    return Refusal(_STATUS[code], f"rpc error: code = {code} desc = {text}")


def invalid(text: str) -> Refusal:
    """swarmkit found an argument invalid (400)."""
    return swarmkit_refusal("InvalidArgument", text)


def out_of_sequence() -> Refusal:
    """Somebody else wrote in between (500, as dockerd has it)."""
    return swarmkit_refusal("Unknown", "update out of sequence")


def not_found(kind: str, reference: str) -> Refusal:
    """No such object (404)."""
    return Refusal(404, f"{kind} {reference} not found")


def not_simulated(method: str, path: str, why: str) -> Refusal:
    """Something that a real engine can do, and this one cannot (501)."""
    return Refusal(501, f"the practice swarm does not simulate {method} {path}: {why}")
