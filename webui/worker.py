"""gunicorn's threaded worker, made safe against clients that are slow, silent or too many.

A thread of gunicorn's waits without end for the rest of a request, and ends slow connections in the very thread that
accepts new ones: a single machine that says half a word on some hundred connections would keep everybody else out.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker

from firmware.clock import Deadline, SystemClock

HEAD_S = 10.0  # for the handshake and the head of a request
BODY_S = 120.0  # for a form; the largest recording over a weak wireless network
UNREAD_MS = 30_000  # so long a reply may wait for a client that takes nothing, or has gone
MOST_OF_ONE = 48  # requests of one machine at a time: half of the threads (a browser has at most six)
_OURS = ("127.0.0.1", "::1")  # this machine's own browser, and its tests


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Patient, but not for ever."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._clock = SystemClock()
        self._lock = threading.Lock()
        self._due: dict[TConn, Deadline] = {}  # by when what a client sends must have come
        self._busy: Counter[str] = Counter()

    def init_process(self) -> None:
        for listener in self.sockets:  # connections inherit it
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
        super().init_process()

    def handle(self, conn: TConn) -> Any:
        """One request, in a thread of the pool."""
        source = conn.client[0]
        with self._lock:
            self._busy[source] += 1
            self._due[conn] = Deadline(self._clock, HEAD_S)
            is_welcome = source in _OURS or self._busy[source] <= MOST_OF_ONE
        try:
            goes_on = super().handle(conn) if is_welcome else False
        finally:
            with self._lock:
                self._due.pop(conn, None)
                self._busy -= Counter({source: 1})
        if goes_on is False:
            util.close_graceful(conn.sock)  # may take two seconds, which gunicorn's accepting thread must not
        return goes_on

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """The head has come."""
        with self._lock:
            if req.method == "POST":
                self._due[conn] = Deadline(self._clock, BODY_S)
            else:
                self._due.pop(conn, None)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Called by gunicorn once a second."""
        super().murder_pending()
        with self._lock:
            late = [conn for conn, deadline in self._due.items() if deadline.is_over]
        for conn in late:
            _hear_no_more(conn.sock)


def _hear_no_more(sock: socket.socket) -> None:
    """The thread that waits for the client finds the connection at its end; a reply can still be given."""
    try:
        socket.socket.shutdown(sock, socket.SHUT_RD)  # not the method of TLS, which would forget its state
    except OSError:
        pass  # gone by itself
