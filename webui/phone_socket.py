"""A call's sound between a browser's websocket and the call: 20 ms frames both ways, nothing else.

Whatever the browser does wrong closes its socket with a reason, and never harms the call. The socket also ends when
the session does: somebody who has signed out must not listen on.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simple_websocket import ConnectionClosed, Server
from simple_websocket.errors import SimpleWebsocketError
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import ProtocolError

from firmware.clock import Clock, Deadline
from firmware.control.sound import FRAME_BYTES, FRAMES_PER_S, SoundStream, StreamEnded
from firmware.threads import Worker, ZombieThread

log = logging.getLogger(__name__)

LARGEST_MESSAGE = 4096
PING_S = 20
LOOK_S = 1.0
SESSION_LOOK_S = 10.0
STUCK_S = 5.0  # so long a browser may take nothing
BURST_FRAMES = 3 * FRAMES_PER_S  # a page that was held up sends all at once what it has kept
PASSED_ON_FRAMES = FRAMES_PER_S // 2  # of that; the rest is too old to be heard
FASTEST = 1.1 * FRAMES_PER_S  # clocks of sound cards differ

OVER, SIGNED_OUT = 4000, 4001  # close codes of our own (RFC 6455, 7.4.2); the page reads them


class NoWebsocket(Exception):
    """What was asked for is an ordinary page."""


@dataclass(frozen=True)
class Closing:
    """Why a socket is closed."""

    code: int
    reason: str


_WRONG_FRAME = Closing(CloseReason.POLICY_VIOLATION, f"a frame has {FRAME_BYTES} bytes")
_TOO_FAST = Closing(CloseReason.POLICY_VIOLATION, "too many frames")
_OVER = Closing(OVER, "the sound has ended")
_SIGNED_OUT = Closing(SIGNED_OUT, "the session has ended")
_GOING = Closing(CloseReason.GOING_AWAY, "the box restarts")


class Allowance:
    """How many frames may come: as many as sound has, and a stock for a moment that was missed."""

    def __init__(self, clock: Clock, stock: int) -> None:
        self._clock, self._stock = clock, stock
        self._left, self._at = float(stock), clock.monotonic()

    def take(self) -> bool:
        """Use up one frame; False when there is none left."""
        now = self._clock.monotonic()
        self._left = min(self._stock, self._left + (now - self._at) * FASTEST)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class SoundRelay:
    """One browser on one call. `may_stay` looks whether the person may still be there, `is_ending` at the process."""

    def __init__(
        self, stream: SoundStream, clock: Clock, may_stay: Callable[[], bool], is_ending: Callable[[], bool]
    ) -> None:
        self._stream, self._clock = stream, clock
        self._may_stay, self._is_ending = may_stay, is_ending
        self._borne, self._passed_on = Allowance(clock, BURST_FRAMES), Allowance(clock, PASSED_ON_FRAMES)
        self._sending: Deadline | None = None  # when the frame on its way must have left
        self._checked = Deadline(clock, SESSION_LOOK_S)  # the gate has just looked

    def run(self, environ: dict[str, Any]) -> None:
        """Until either side ends, in this thread and one of its own; the stream is closed afterwards.

        Raises `NoWebsocket`, as long as the request can still be answered otherwise.
        """
        try:
            browser = _accept(environ)
        except BaseException:
            self._stream.close()
            raise
        sender = Worker("sound to browser", lambda _: self._send_all(browser), on_death=lambda _: self._stream.close())
        sender.start()
        try:
            _close(browser, self._take_all(browser))
        except (ConnectionClosed, OSError):
            pass  # the browser went first
        except Exception:  # no page can be answered on this connection any more
            log.exception("the sound to a browser broke")
        finally:
            self._stream.close()
            _cut(browser)
            _wait_for(sender)

    def _take_all(self, browser: Server) -> Closing:
        """Hand the browser's frames to the call; why it ended."""
        while True:
            frame = browser.receive(LOOK_S)
            if frame is not None and (wrong := self._take(frame)):
                return wrong
            if not self._stream.is_open:
                return _OVER
            if self._is_ending() or (self._sending is not None and self._sending.is_over):
                return _GOING
            if self._checked.is_over:
                self._checked = Deadline(self._clock, SESSION_LOOK_S)
                if not self._may_stay():
                    return _SIGNED_OUT

    def _take(self, frame: bytes | str) -> Closing | None:
        if not isinstance(frame, bytes) or len(frame) != FRAME_BYTES:
            return _WRONG_FRAME
        if not self._borne.take():
            return _TOO_FAST
        if not self._passed_on.take():
            return None
        try:
            self._stream.send(frame)
        except StreamEnded:
            return _OVER
        return None

    def _send_all(self, browser: Server) -> None:
        while (frame := self._stream.receive()) is not None:
            self._sending = Deadline(self._clock, STUCK_S)
            try:
                browser.send(frame)
            except (ConnectionClosed, OSError):
                return
            self._sending = None


def _accept(environ: dict[str, Any]) -> Server:
    """Without compression: sound hardly shrinks, and nobody can send a small thing that swells."""
    plain = {name: value for name, value in environ.items() if name != "HTTP_SEC_WEBSOCKET_EXTENSIONS"}
    try:
        return Server.accept(plain, ping_interval=PING_S, max_message_size=LARGEST_MESSAGE)
    except (ProtocolError, SimpleWebsocketError) as error:
        raise NoWebsocket("this is no request for a websocket") from error


def _close(browser: Server, why: Closing) -> None:
    if why.code == CloseReason.POLICY_VIOLATION:
        log.warning("a browser's sound was refused: %s", why.reason)
    browser.close(why.code, why.reason)


def _cut(browser: Server) -> None:
    """Wakes both threads that wait on the connection."""
    try:
        browser.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is closed already


def _wait_for(sender: Worker) -> None:
    try:
        sender.stop()
    except ZombieThread as error:
        log.error("%s", error)
