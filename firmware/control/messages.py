"""What both ends of the control socket share: how messages are written, what can go wrong, the protocol's version."""

from __future__ import annotations

import json
import socket
from typing import Any

Message = dict[str, Any]

PACKET_LIMIT = 200_000  # bytes; under the kernel's default send buffer (net.core.wmem_default, 212 992)
VERSION = 1  # of streams and events; requests are made of words and grow without one


class ControlError(Exception):
    """The other side of the control socket could not do what was asked."""


class NotRunning(ControlError):
    """Nobody listens on the control socket: the process is not running."""


class Refused(ControlError):
    """The other side understood the request and refused it; `kind` and `reason` say why."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind, self.reason = kind, reason


class WrongVersion(ControlError):
    """The two sides speak different versions of the protocol: one of them was updated and the other not."""


def encode(message: Message) -> bytes:
    """One packet; half a surrogate pair in somebody's text must not end a connection."""
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")


def failure(kind: str, message: str) -> Message:
    return {"ok": False, "error": kind, "message": message}


def checked(reply: Message) -> Message:
    """What a reply says beyond that it was done; raises `Refused`."""
    if not reply.pop("ok"):
        raise Refused(reply["error"], reply["message"])
    return reply


def check_version(message: Message) -> None:
    """Raise `WrongVersion` unless the other side speaks ours."""
    if (theirs := message.get("version")) != VERSION:
        raise WrongVersion(f"version {VERSION} is spoken here, not {theirs!r}: update and restart both processes")


def shut(each: socket.socket) -> None:
    """Close a socket and wake up whoever waits on it."""
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it was never connected, or the other side closed first
    each.close()
