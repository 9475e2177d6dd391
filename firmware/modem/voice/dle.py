"""The DLE-shielded voice stream between host and modem: sound bytes with two-byte codes mixed in (V.253, IS-101).

Pure: fed with bytes, gives sound and events. Codes from V.253 tables 12 and 13 as real modems send them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

DLE = 0x10
DLE_BYTE = b"\x10"

# Host to modem.
END_OF_SOUND = b"\x10\x03"  # DLE ETX: the modem plays what it has, then answers OK
THROW_AWAY = b"\x10\x18"  # DLE CAN: forget what is waiting for play-out
ABORT_RECEIVE = b"\x10\x21"  # DLE !: ends +VRX; the modem answers DLE ETX, then OK
END_DUPLEX = b"\x10\x5e"  # DLE ^: ends +VTR (CX 102752B p. 5-6); the modem answers DLE ETX, then OK

_ETX = 0x03
_SUB = 0x1A
_REPORT_BEGINS, _REPORT_ENDS = ord("X"), ord(".")
_TONE_BEGINS = ord("/")
_TONE_ENDS = (0x7E, 0x7F)  # "~"; AN93 table 112 prints 0x7F
_KEYS = frozenset(b"0123456789*#ABCD")
_SAMPLES = {DLE: b"\x10", _SUB: b"\x10\x10"}
_REPORT_LIMIT = 512  # bytes; a name-and-number report is under 100
_STUCK_SHIELD_S = 10.0


class LineSignal(Enum):
    """Something the modem noticed on the line, by the code it sends."""

    RING = ord("R")
    BUSY = ord("b")
    CONGESTION = ord("K")
    DIAL_TONE = ord("d")
    STUTTER_DIAL_TONE = ord("i")
    RING_BACK = ord("r")
    LOOP_BREAK = ord("l")
    POLARITY_REVERSAL = ord("L")
    SILENCE = ord("s")
    QUIET = ord("q")
    LOCAL_PHONE_OFF_HOOK = ord("H")
    LOCAL_PHONE_ON_HOOK = ord("h")
    EXTENSION_PICKED_UP = ord("P")
    EXTENSION_HUNG_UP = ord("p")
    FAX_CALLING = ord("c")
    DATA_CALLING = ord("e")
    FAX_ANSWER = ord("a")
    DATA_ANSWER = ord("f")
    UNDERRUN = ord("u")
    OVERRUN = ord("o")
    LOST_DATA = ord("Y")


_SIGNALS = {signal.value: signal for signal in LineSignal}


@dataclass(frozen=True)
class SignalHeard:
    """The modem reported a signal on the line or a fault of the stream."""

    signal: LineSignal


@dataclass(frozen=True)
class KeyToneBegan:
    """A key's tone began; which key follows."""


@dataclass(frozen=True)
class KeyHeard:
    """The modem recognised a key: once per press when the modem marks where tones begin and end."""

    key: str


@dataclass(frozen=True)
class ReportGiven:
    """A complex report (caller id, distinctive ring) given inside the stream."""

    text: str


@dataclass(frozen=True)
class StreamEnded:
    """DLE ETX: what follows is command state."""


@dataclass(frozen=True)
class UnknownCode:
    """A shielded code that no standard names: many of them are garbage."""

    code: int


VoiceEvent = SignalHeard | KeyToneBegan | KeyHeard | ReportGiven | StreamEnded | UnknownCode


def shield(sound: bytes) -> bytes:
    """Sound bytes as they go to the modem: each DLE twice."""
    return sound.replace(b"\x10", b"\x10\x10") if DLE_BYTE in sound else sound


class Unshielder:
    """Takes one stream of the modem apart.

    It stops behind DLE ETX: what follows is command state, to be had from `take_rest`.
    """

    def __init__(self) -> None:
        self._in_code = False
        self._report: bytearray | None = None
        self._shield_since_s: float | None = None
        self._key_in_shield = False
        self._ended = False
        self._rest = b""

    def feed(self, data: bytes, now_s: float = 0.0) -> tuple[bytes, list[VoiceEvent]]:
        """The sound in `data` and the events, in order; `now_s` tells shields that never close."""
        if DLE_BYTE not in data and not self._in_code and self._report is None and not self._ended:
            return data, []
        sound = bytearray()
        events: list[VoiceEvent] = []
        at = 0
        while at < len(data) and not self._ended:
            at = self._step(data, at, now_s, sound, events)
        self._rest += data[at:]
        return bytes(sound), events

    def take_rest(self) -> bytes:
        """The bytes that came behind the end of the stream."""
        rest, self._rest = self._rest, b""
        return rest

    def _step(self, data: bytes, at: int, now_s: float, sound: bytearray, events: list[VoiceEvent]) -> int:
        """Handle the code at `at`, or all plain bytes up to the next one; returns where to go on."""
        if self._in_code:
            self._in_code = False
            self._handle(data[at], now_s, sound, events)
            return at + 1
        mark = data.find(DLE_BYTE, at)
        end = len(data) if mark < 0 else mark
        self._plain(data[at:end], sound)
        self._in_code = mark >= 0
        return end + self._in_code

    def _plain(self, data: bytes, sound: bytearray) -> None:
        if self._report is None:
            sound += data
        elif len(self._report) + len(data) <= _REPORT_LIMIT:
            self._report += data
        else:
            self._report = None  # a report that never ends: its rest is sound again

    def _handle(self, code: int, now_s: float, sound: bytearray, events: list[VoiceEvent]) -> None:
        if code in _SAMPLES:
            self._plain(_SAMPLES[code], sound)
        elif code == _ETX:
            self._ended = True
            events.append(StreamEnded())
        elif code == _REPORT_BEGINS:
            self._report = bytearray()
        elif code == _REPORT_ENDS and self._report is not None:
            events.append(ReportGiven(self._report.decode("ascii", "replace")))
            self._report = None
        else:
            events.extend(self._event(code, now_s))

    def _event(self, code: int, now_s: float) -> list[VoiceEvent]:
        if code == _TONE_BEGINS:
            self._shield_since_s = now_s
            self._key_in_shield = False
            return [KeyToneBegan()]
        if code in _TONE_ENDS:
            self._shield_since_s = None
            return []
        if code in _KEYS:
            return self._key(chr(code), now_s)
        signal = _SIGNALS.get(code)
        return [UnknownCode(code) if signal is None else SignalHeard(signal)]

    def _key(self, key: str, now_s: float) -> list[VoiceEvent]:
        """Held keys repeat about every 70 ms inside their shield; unshielded codes are one press each."""
        since_s = self._shield_since_s
        if since_s is not None and now_s - since_s > _STUCK_SHIELD_S:
            self._shield_since_s = since_s = None
        if since_s is not None and self._key_in_shield:
            return []
        self._key_in_shield = since_s is not None
        return [KeyHeard(key)]
