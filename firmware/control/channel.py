"""Requests, replies and events as JSON over a Unix SOCK_SEQPACKET socket, one message a packet.

A request is `{"ask": verb, ...}`, its reply `{"ok": true, ...}` or `{"ok": false, "error": kind, "message": text}`.
A client that asks `events` receives a stream of `{"event": name, ...}` on that connection from then on.
Only the socket's owner may connect (mode 0600).
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from firmware.threads import Worker

log = logging.getLogger(__name__)

Message = dict[str, Any]
Handler = Callable[[Message], Message]

PACKET_LIMIT = 200_000  # bytes; under the kernel's default send buffer (net.core.wmem_default, 212 992)
VERSION = 1


class ControlError(Exception):
    """The other side of the control socket could not do what was asked."""


class NotRunning(ControlError):
    """Nobody listens on the control socket: the process is not running."""


class Refused(ControlError):
    """The other side understood the request and refused it; the message says why."""


class ControlServer:
    """Answers requests with `handlers[verb]` and sends events to those who asked for them.

    Threads: one that accepts, one per connection; `publish` may be called from any thread and never blocks on a
    slow reader (its connection is closed instead).
    """

    def __init__(self, path: Path, handlers: dict[str, Handler]) -> None:
        self._path = path
        self._handlers = handlers
        self._listeners: set[socket.socket] = set()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def start(self) -> ControlServer:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        os.fchmod(self._socket.fileno(), 0o600)  # Linux gives the file this mode when the socket is bound
        self._socket.bind(str(self._path))
        self._socket.listen(16)
        Worker(f"control {self._path.name}", self._accept).start()
        return self

    @property
    def listeners(self) -> int:
        """How many connections receive the events."""
        return len(self._listeners)

    def publish(self, event: str, **details: Any) -> None:
        """Send one event to every listener."""
        packet = _encode({"event": event, **details})
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener.send(packet, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except OSError:
                self._forget(listener)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        with self._lock:
            sockets = [self._socket, *self._connections]
        for each in sockets:
            _shut(each)

    def _accept(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
            Worker("control connection", lambda _, c=connection: self._serve(c)).start()  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        try:
            while packet := connection.recv(PACKET_LIMIT):
                reply = self._answer(packet)
                connection.send(_encode(reply), socket.MSG_NOSIGNAL)
                if "version" in reply:
                    self._listen(connection)
        except OSError:
            pass  # the other side went away: the ordinary end of a connection
        finally:
            self._forget(connection)

    def _listen(self, connection: socket.socket) -> None:
        with self._lock:
            self._listeners.add(connection)

    def _answer(self, packet: bytes) -> Message:
        try:
            request = json.loads(packet)
            verb = str(request.pop("ask"))
        except (ValueError, KeyError, AttributeError, TypeError):
            return _failure("BadRequest", "a request is a JSON object with the key 'ask'")
        if verb == "events":
            return {"ok": True, "version": VERSION}
        handler = self._handlers.get(verb)
        if handler is None:
            return _failure("UnknownRequest", f"there is no request called {verb!r}")
        try:
            return {"ok": True, **handler(request)}
        except Exception as error:  # whatever a handler raises is the asker's answer, not our end
            log.info("request %s refused: %s", verb, type(error).__name__, exc_info=not isinstance(error, ValueError))
            return _failure(type(error).__name__, str(error))

    def _forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._listeners.discard(connection)
            self._connections.discard(connection)
        _shut(connection)


class ControlClient:
    """One connection to a control server; requests are answered in order.

    With `timeout_s` (real seconds) a server that hangs counts as one that is not running.
    """

    def __init__(self, path: Path, timeout_s: float | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise NotRunning(f"nothing listens on {path}") from error

    def ask(self, verb: str, **details: Any) -> Message:
        """Send one request and return its reply; raises `Refused` or `NotRunning`."""
        with self._lock:
            try:
                self._socket.send(_encode({"ask": verb, **details}), socket.MSG_NOSIGNAL)
                reply = self._receive()
            except OSError as error:
                raise NotRunning(f"the connection to {self._path} broke") from error
        if not reply.pop("ok"):
            raise Refused(f"{reply['error']}: {reply['message']}")
        return reply

    def events(self) -> Iterator[Message]:
        """Every event from now on; ends when the connection does. Takes the connection over."""
        self.ask("events")
        return self._stream()

    def _stream(self) -> Iterator[Message]:
        try:
            while packet := self._socket.recv(PACKET_LIMIT):
                yield json.loads(packet)
        except OSError:
            return

    def close(self) -> None:
        _shut(self._socket)

    def _receive(self) -> Message:
        packet = self._socket.recv(PACKET_LIMIT)
        if not packet:
            raise NotRunning(f"{self._path} closed the connection")
        reply: Message = json.loads(packet)
        return reply


def _encode(message: Message) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


def _failure(kind: str, message: str) -> Message:
    return {"ok": False, "error": kind, "message": message}


def _shut(each: socket.socket) -> None:
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it was never connected, or the other side closed first
    each.close()
