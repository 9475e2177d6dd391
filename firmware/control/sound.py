"""Live sound over the control socket: after one request the connection carries sound, both ways, until one side ends.

A packet's first byte says what it is: `SOUND` with 20 ms of sound behind it, or `END` alone. Whatever else comes ends
the stream, and nothing but the stream.
"""

from __future__ import annotations

import json
import logging
import select
import socket
import threading
from pathlib import Path
from typing import Any

from firmware.control.messages import (
    PACKET_LIMIT,
    VERSION,
    ControlError,
    NotRunning,
    check_version,
    checked,
    encode,
    shut,
)

log = logging.getLogger(__name__)

FRAME_BYTES = 320  # 20 ms: 160 samples of 16 bits, little-endian, mono, 8 kHz
FRAMES_PER_S = 50
SOUND, END = b"\x01", b"\x02"
SEND_BUFFER_BYTES = 32_000  # a second of unread frames: the kernel doubles it and counts 1280 bytes for each
MOST_UNHEARD = 5 * FRAMES_PER_S  # frames in a row that are left out for a reader that is held up; then it is cut


class StreamEnded(ControlError):
    """The stream is over, or its reader took nothing for so long that it was cut."""


class SoundStream:
    """One end of a stream. `send` and `close` may be called from any thread, `receive` from one."""

    def __init__(self, connection: socket.socket, greeting: bytes | None = None) -> None:
        """`greeting` is sent before anything else, at the first use: until then a server can still refuse."""
        self._socket = connection
        self._greeting = greeting
        self._lock = threading.Lock()
        self._is_open = True
        self._unheard = 0
        if greeting is None:
            self._begin()

    @property
    def is_open(self) -> bool:
        return self._is_open

    @property
    def is_greeted(self) -> bool:
        """Whether the other side has been told that its stream begins."""
        return self._greeting is None

    def send(self, frame: bytes) -> None:
        """Send 20 ms of sound; never waits: while the reader is a second behind, what is said is left out.

        Raises `StreamEnded`, also when that has lasted five seconds more.
        """
        if len(frame) != FRAME_BYTES:
            raise ValueError(f"a frame has {FRAME_BYTES} bytes, not {len(frame)}")
        self._greet()
        try:
            self._put(SOUND + frame)
            self._unheard = 0
        except BlockingIOError:
            self._unheard += 1
            if self._unheard > MOST_UNHEARD:
                self._cut("its reader takes nothing")
                raise StreamEnded("the reader was too slow") from None
        except OSError as error:
            self._cut("the other side is gone")
            raise StreamEnded("the other side is gone") from error

    def receive(self, timeout_s: float | None = None) -> bytes | None:
        """The next 20 ms of sound, None when the stream is over; `TimeoutError` after so many real seconds."""
        self._greet()
        try:
            poll = select.poll()
            poll.register(self._socket, select.POLLIN)
            came = poll.poll(None if timeout_s is None else max(0.0, timeout_s * 1000))
            packet = self._socket.recv(FRAME_BYTES + 2) if came else None  # a byte more shows one that is too long
        except (OSError, ValueError):  # ValueError: closed in another thread
            packet = END
        if packet is None:
            raise TimeoutError("no sound came")
        return self._sound_in(packet)

    def close(self) -> None:
        """End the stream; the other side is told."""
        with self._lock:
            if not self._is_open:
                return
            self._is_open = False
        if self.is_greeted:
            try:
                self._put(END)
            except OSError:
                pass  # it is gone, or so late that it will see the connection end
        shut(self._socket)

    def _sound_in(self, packet: bytes) -> bytes | None:
        if packet[:1] == SOUND and len(packet) == FRAME_BYTES + 1:
            return packet[1:]
        if packet in (END, b""):
            self.close()
        else:
            self._cut(f"a packet of type {packet[0]} with {len(packet)} bytes or more is no sound")
        return None

    def _greet(self) -> None:
        with self._lock:
            greeting, self._greeting = self._greeting, None
            if greeting is not None and self._is_open:
                try:
                    self._begin()
                    self._put(greeting)
                except OSError:
                    pass  # whoever uses the stream next is told

    def _begin(self) -> None:
        """From here on the connection carries sound."""
        self._socket.settimeout(None)  # with a timeout Python would wait for room before it sends
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def _put(self, packet: bytes) -> None:
        self._socket.send(packet, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)

    def _cut(self, why: str) -> None:
        if self._is_open:
            log.info("a sound stream was closed: %s", why)
        self.close()


def open_sound(path: Path, timeout_s: float, **details: Any) -> SoundStream:
    """A stream from the server on `path`, which `details` tell what to connect it to.

    Raises `NotRunning`, also when no answer came within `timeout_s` real seconds, `Refused` or `WrongVersion`.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(timeout_s)
    try:
        connection.connect(str(path))
        connection.send(encode({"ask": "sound", "version": VERSION, **details}), socket.MSG_NOSIGNAL)
        packet = connection.recv(PACKET_LIMIT)
    except OSError as error:
        shut(connection)
        raise NotRunning(f"nothing answers on {path}") from error
    try:
        if not packet:
            raise NotRunning(f"{path} closed the connection")
        check_version(checked(json.loads(packet)))
    except ControlError:
        shut(connection)
        raise
    return SoundStream(connection)
