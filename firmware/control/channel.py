"""Requests, replies and events as JSON over a Unix SOCK_SEQPACKET socket, one message a packet.

A request is `{"ask": verb, ...}`, its reply `{"ok": true, ...}` or `{"ok": false, "error": kind, "message": text}`.
A client that asks `events` receives a stream of `{"event": name, ...}` on that connection from then on; one that asks
for a stream of sound gets that (`firmware/control/sound.py`). Both name the protocol's version, and a client of another
version is refused. Only the socket's owner may connect (mode 0600).
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from firmware.control.messages import (
    PACKET_LIMIT,
    VERSION,
    ControlError,
    Message,
    NotRunning,
    Refused,
    WrongVersion,
    check_version,
    checked,
    encode,
    failure,
    shut,
)
from firmware.control.sound import SoundStream
from firmware.threads import Worker

__all__ = [
    "ControlClient", "ControlError", "ControlServer", "Handler", "Message", "NotRunning", "Refused", "StreamHandler",
    "WrongVersion",
]  # fmt: skip

log = logging.getLogger(__name__)

Handler = Callable[[Message], Message]
StreamHandler = Callable[[Message, SoundStream], None]  # returns when the stream is over; raises at first to refuse


class ControlServer:
    """Answers requests with `handlers[verb]`, serves streams with `streams[verb]`, sends events to who asked for them.

    Threads: one that accepts, one per connection; `publish` may be called from any thread and never blocks on a
    slow reader (its connection is closed instead).
    """

    def __init__(
        self, path: Path, handlers: Mapping[str, Handler], streams: Mapping[str, StreamHandler] | None = None
    ) -> None:
        self._path = path
        self._handlers = handlers
        self._streams = {} if streams is None else streams
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
        packet = encode({"event": event, **details})
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
            shut(each)

    def _accept(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
            Worker("control connection", lambda _, c=connection: self._serve(c), on_death=_connection_broke).start()  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        try:
            while packet := connection.recv(PACKET_LIMIT):
                self._take(connection, packet)
        except OSError:
            pass  # the other side went away: the ordinary end of a connection
        finally:
            self._forget(connection)

    def _take(self, connection: socket.socket, packet: bytes) -> None:
        try:
            request = json.loads(packet)
            verb = str(request.pop("ask"))
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            reply = failure("BadRequest", "a request is a JSON object with the key 'ask'")
            connection.send(encode(reply), socket.MSG_NOSIGNAL)
            return
        if stream := self._streams.get(verb):
            self._run_stream(connection, request, stream)
            return
        handler = _hello if verb == "events" else self._handlers.get(verb)
        reply = _answer(verb, request, handler)
        connection.send(encode(reply), socket.MSG_NOSIGNAL)
        if verb == "events" and reply["ok"]:
            self._listen(connection)

    def _run_stream(self, connection: socket.socket, request: Message, handler: StreamHandler) -> None:
        """The connection belongs to the stream from here on, unless its handler refuses."""
        stream = SoundStream(connection, encode({"ok": True, "version": VERSION}))
        try:
            check_version(request)
            handler(request, stream)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is the asker's answer, not our end
            log.info("a stream was refused or broke: %s", type(error).__name__)
            if not stream.is_greeted:
                connection.send(encode(failure(type(error).__name__, str(error))), socket.MSG_NOSIGNAL)
                return
        stream.close()

    def _listen(self, connection: socket.socket) -> None:
        with self._lock:
            self._listeners.add(connection)

    def _forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._listeners.discard(connection)
            self._connections.discard(connection)
        shut(connection)


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
                self._socket.send(encode({"ask": verb, **details}), socket.MSG_NOSIGNAL)
                reply = self._receive()
            except OSError as error:
                shut(self._socket)  # a reply that comes too late must not be taken for the next one's
                raise NotRunning(f"the connection to {self._path} broke") from error
        return checked(reply)

    def events(self) -> Iterator[Message]:
        """Every event from now on; ends when the connection does. Takes the connection over, and waits without end.

        Raises `Refused` or `WrongVersion` when the server speaks another version.
        """
        check_version(self.ask("events", version=VERSION))
        self._socket.settimeout(None)
        return self._stream()

    def _stream(self) -> Iterator[Message]:
        try:
            while packet := self._socket.recv(PACKET_LIMIT):
                yield json.loads(packet)
        except OSError:
            return

    def close(self) -> None:
        shut(self._socket)

    def _receive(self) -> Message:
        packet = self._socket.recv(PACKET_LIMIT)
        if not packet:
            raise NotRunning(f"{self._path} closed the connection")
        reply: Message = json.loads(packet)
        return reply


def _answer(verb: str, request: Message, handler: Handler | None) -> Message:
    if handler is None:
        return failure("UnknownRequest", f"there is no request called {verb!r}")
    try:
        return {"ok": True, **handler(request)}
    except Exception as error:  # whatever a handler raises is the asker's answer, not our end
        log.info("request %s refused: %s", verb, type(error).__name__, exc_info=not isinstance(error, ValueError))
        return failure(type(error).__name__, str(error))


def _hello(request: Message) -> Message:
    check_version(request)
    return {"version": VERSION}


def _connection_broke(_: BaseException) -> None:
    """One connection that breaks (it is in the log) must not end the process."""
