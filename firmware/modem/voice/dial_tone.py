"""Does the exchange invite to dial, or has somebody called in this very moment?

The modem's own wait for dial tone (ATD with X4) hangs up when none comes: upon a caller whose call was taken by
going off-hook. So the box listens for itself before it dials.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from firmware.audio.network_sound import Kind, NetworkEar
from firmware.audio.port import FRAME_SAMPLES
from firmware.clock import Clock, Deadline
from firmware.modem.voice import dle
from firmware.modem.voice.modem import VoiceModem

DIAL_TONE_WAIT_S = 3.0  # ITU-T Q.543: nearly always within 0.6 s, under heavy load 3 s
_LOOK_S = 0.1
_RING = dle.SignalHeard(dle.LineSignal.RING)


class Found(Enum):
    """What was found on a line that was just seized."""

    DIAL_TONE = "dial tone"
    RING = "a ring"
    SOMEBODY = "somebody"
    SILENCE = "silence"
    OTHER_TONE = "another tone"
    NOTHING = "given up"


def listen(modem: VoiceModem, clock: Clock, is_given_up: Callable[[], bool]) -> Found:
    """What is on the line; the modem is back in command state, still off-hook."""
    unshielder = dle.Unshielder()
    data = modem.begin_receiving()
    modem.device.read_in_chunks_of(FRAME_SAMPLES)
    deadline, ear, heard_tone = Deadline(clock, DIAL_TONE_WAIT_S), NetworkEar(modem.settings.country), False
    found = None
    while found is None and not deadline.is_over:
        sound, events = unshielder.feed(data)
        heard_tone |= Kind.TONE in ear.hear(modem.coder.decode(sound))
        found = Found.NOTHING if is_given_up() else Found.RING if _RING in events else _judge(ear)
        data = b"" if found else modem.device.read(_LOOK_S)
    modem.end_stream(dle.ABORT_RECEIVE, unshielder)
    return found or (Found.OTHER_TONE if heard_tone else Found.SILENCE)


def _judge(ear: NetworkEar) -> Found | None:
    if ear.hears_endless_tone:
        return Found.DIAL_TONE
    return Found.SOMEBODY if ear.hears_somebody else None
