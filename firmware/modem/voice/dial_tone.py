"""Does the exchange invite to dial, or has somebody called in this very moment?

The modem's own wait for dial tone (ATD with X4) hangs up when none comes: upon a caller whose call was taken by
going off-hook. So the box listens for itself before it dials.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from firmware.audio.network_sound import Kind, NetworkEar
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound
from firmware.modem.voice import dle
from firmware.modem.voice.life_sign import LOOK_S, LifeSign
from firmware.modem.voice.modem import VoiceModem

DIAL_TONE_WAIT_S = 3.0  # of sound; ITU-T Q.543: nearly always within 0.6 s, under heavy load 3 s
_RING = dle.SignalHeard(dle.LineSignal.RING)


class Found(Enum):
    """What was found on a line that was just seized."""

    DIAL_TONE = "dial tone"
    RING = "a ring"
    SOMEBODY = "somebody"
    SILENCE = "silence"
    OTHER_TONE = "another tone"
    NOTHING = "given up"


def listen(modem: VoiceModem, is_given_up: Callable[[], bool]) -> Found:
    """What is on the line; the modem is back in command state, still off-hook."""
    unshielder = dle.Unshielder()
    data = modem.begin_receiving()
    modem.device.read_in_chunks_of(FRAME_SAMPLES)
    ear, life = Ear(modem.settings.country), LifeSign()
    while True:
        sound, events = unshielder.feed(data)
        life.looked(sound)
        found = Found.NOTHING if is_given_up() else Found.RING if _RING in events else None
        found = found or ear.hear(modem.coder.decode(sound))
        if found is not None:
            modem.end_stream(dle.ABORT_RECEIVE, unshielder)
            return found
        data = modem.device.read(LOOK_S)


class Ear:
    """Judges the sound of one line from the moment it was seized."""

    def __init__(self, country: str) -> None:
        self._ear = NetworkEar(country)
        self._samples = 0
        self._heard_tone = False

    def hear(self, sound: Sound) -> Found | None:
        """What is there, as soon as it is clear."""
        self._samples += len(sound)
        self._heard_tone |= Kind.TONE in self._ear.hear(sound)
        if self._ear.hears_endless_tone:
            return Found.DIAL_TONE
        if self._ear.hears_somebody:
            return Found.SOMEBODY
        if self._samples < DIAL_TONE_WAIT_S * SAMPLE_RATE_HZ:
            return None
        return Found.OTHER_TONE if self._heard_tone else Found.SILENCE
