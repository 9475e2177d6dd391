"""Is the caller still there? Everything a line tells about that, put together (no chip tells it all).

Loop breaks and busy tone from the modem, busy and congestion tone in received sound, a caller who has been silent
too long, a stream that is garbage.
"""

from __future__ import annotations

import logging

from firmware.audio.port import SAMPLE_RATE_HZ, Port
from firmware.modem.errors import ModemGarbled
from firmware.modem.voice.coding import Coder
from firmware.modem.voice.dle import LineSignal

log = logging.getLogger(__name__)

SILENCE_LIMIT_S = 60.0
_LOUD_SHARE = 0.05  # of a chunk's samples; a click is less
_FAULT_LIMIT = 20  # wrong codes in _FAULT_WINDOW_S; an honest stream has none, noise about 20 a second
_FAULT_WINDOW_S = 5.0

_ENDINGS = {
    LineSignal.BUSY: "busy tone",
    LineSignal.CONGESTION: "congestion tone",
    LineSignal.LOOP_BREAK: "loop break",
    LineSignal.DIAL_TONE: "dial tone",
    LineSignal.STUTTER_DIAL_TONE: "dial tone",
}
_DIAL_TONES = (LineSignal.DIAL_TONE, LineSignal.STUTTER_DIAL_TONE)
_STREAM_FAULTS = (LineSignal.OVERRUN, LineSignal.LOST_DATA)


class Supervision:
    """Ends the port's call when its caller has gone; raises `ModemGarbled` on a broken stream."""

    def __init__(self, port: Port, coder: Coder, *, false_dial_tone: bool) -> None:
        self._port = port
        self._quiet = coder.quiet
        self._ignored = _DIAL_TONES if false_dial_tone else ()
        self.is_loud = False  # what was heard last: a voice, a key that may have begun, an echo
        self._silent_samples = 0
        self._samples = 0
        self._faults = 0
        self._window_ends = 0.0

    @property
    def seconds(self) -> float:
        """How long the line has been listened to, counted in samples."""
        return self._samples / SAMPLE_RATE_HZ

    def signal(self, signal: LineSignal) -> None:
        """The modem reported something."""
        if signal in _ENDINGS and signal not in self._ignored:
            self._port.hang_up(_ENDINGS[signal])
        elif signal in _STREAM_FAULTS:
            self.fault()

    def key(self) -> None:
        """The caller pressed a key."""
        self._silent_samples = 0

    def heard(self, sound: bytes) -> None:
        """Sound as it came from the modem; counts silence only while nothing is played."""
        self.is_loud = len(sound.translate(None, self._quiet)) > _LOUD_SHARE * len(sound)
        if self.is_loud and not self._port.is_speaking:
            self._silent_samples = 0
            self._samples += len(sound)
        else:
            self.passed(len(sound))

    def passed(self, samples: int) -> None:
        """So much time has passed without a sign of the caller."""
        self._samples += samples
        if self._port.is_speaking:
            return
        self._silent_samples += samples
        if self._silent_samples > SILENCE_LIMIT_S * SAMPLE_RATE_HZ:
            self._port.hang_up("silence")

    def fault(self) -> None:
        """The stream has a hole, or a code that nobody knows."""
        now_s = self.seconds
        if now_s > self._window_ends:
            self._window_ends = now_s + _FAULT_WINDOW_S
            self._faults = 0
        self._faults += 1
        if self._faults > _FAULT_LIMIT:
            raise ModemGarbled("the modem's stream is garbage")
