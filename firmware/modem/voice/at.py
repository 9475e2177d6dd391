"""What a modem says in command state, read byte by byte: no port, thread or clock in here (V.250 clause 5.7).

Replies are verbose (ATV1): <CR><LF>text<CR><LF>. Echoed commands end in <CR> alone, and modems that echo give
<CR><CR><LF>; both vanish because a line ends at its <LF> and blank ends are cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_DLE, _ETX = b"\x10", 0x03
_CODES_LIMIT = 64  # bytes; a key or two and a tone fit between two streams
LINE_LIMIT = 512  # bytes; the longest honest line is one format of +VSM=? or a caller's packet in hex, under 200


class ResultCode(StrEnum):
    """The final result codes of a command (V.250 table 1; NO ANSWER to VCON from V.253)."""

    OK = "OK"
    CONNECT = "CONNECT"
    ERROR = "ERROR"
    NO_CARRIER = "NO CARRIER"
    NO_DIALTONE = "NO DIALTONE"
    BUSY = "BUSY"
    NO_ANSWER = "NO ANSWER"
    VOICE_CONNECT = "VCON"


@dataclass(frozen=True)
class ResultGiven:
    """A command ended with this result."""

    code: ResultCode


@dataclass(frozen=True)
class RingHeard:
    """The line rings: one burst."""


@dataclass(frozen=True)
class TextGiven:
    """Any other line: part of a reply, or something unsolicited such as a caller id."""

    text: str


@dataclass(frozen=True)
class GarbageHeard:
    """A line longer than any modem says; it was thrown away."""


AtEvent = ResultGiven | RingHeard | TextGiven | GarbageHeard

_RESULTS = {code.value: code for code in ResultCode}
_ECHO = re.compile(r"(?i)AT[ -~]*")
_CONNECT = re.compile(r"CONNECT(?: \d+)?")
_NO_DIALTONE = re.compile(r"NO DIAL ?TONE")
_UNPRINTABLE = re.compile(r"[^ -~]")


class ReplyParser:
    """Turns the bytes of command state into events.

    It stops behind CONNECT: what follows is voice data, to be had from `take_rest`. Shielded codes that come between
    two streams of a call (V.253: a key, a busy tone) are kept for the next stream.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._is_too_long = False
        self._is_connected = False
        self._codes = bytearray()
        self._in_code = False
        self.has_echoed = False  # whether a command ever came back

    @property
    def is_connected(self) -> bool:
        """Whether CONNECT came and `take_rest` was not asked yet."""
        return self._is_connected

    def feed(self, data: bytes) -> list[AtEvent]:
        """The events that end in `data`."""
        events: list[AtEvent] = []
        while data and not self._is_connected:
            part, end, data = data.partition(b"\n")
            self._gather(part)
            if end:
                events.extend(self._end_line())
        self._line += data if self._is_connected else b""
        return events

    def take_rest(self) -> bytes:
        """The bytes that came behind CONNECT, the codes that came before in front; back in command state."""
        rest = bytes(self._codes + self._line)
        self._codes.clear()
        self._line.clear()
        self._is_connected = False
        return rest

    def holds_code(self, code: int) -> bool:
        """Whether this shielded code came outside of a stream and waits for the next."""
        return _DLE + bytes([code]) in self._codes

    def drop_codes(self) -> None:
        """Forget codes: a new call begins."""
        self._codes.clear()

    def _gather(self, part: bytes) -> None:
        """Add to the line, shielded codes left out."""
        while part:
            if self._in_code:
                self._keep_code(part[0])
                part = part[1:]
            text, mark, part = part.partition(_DLE)
            self._in_code = bool(mark)
            self._add(text)

    def _keep_code(self, code: int) -> None:
        if code != _ETX and len(self._codes) < _CODES_LIMIT:
            self._codes += _DLE + bytes([code])

    def _add(self, part: bytes) -> None:
        room = LINE_LIMIT - len(self._line)
        self._is_too_long |= len(part) > room
        self._line += part[:room]

    def _end_line(self) -> list[AtEvent]:
        text = _UNPRINTABLE.sub("", self._line.decode("ascii", "replace")).strip()
        was_too_long, self._is_too_long = self._is_too_long, False
        self._line.clear()
        if was_too_long:
            return [GarbageHeard()]
        if not text:
            return []
        if _ECHO.fullmatch(text):
            self.has_echoed = True
            return []
        event = _classify(text)
        self._is_connected = event == ResultGiven(ResultCode.CONNECT)
        return [event]


def _classify(text: str) -> AtEvent:
    if text == "RING":
        return RingHeard()
    if _CONNECT.fullmatch(text):
        return ResultGiven(ResultCode.CONNECT)
    if _NO_DIALTONE.fullmatch(text):
        return ResultGiven(ResultCode.NO_DIALTONE)
    result = _RESULTS.get(text)
    return TextGiven(text) if result is None else ResultGiven(result)
