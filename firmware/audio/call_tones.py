"""Call progress tones on an open line: the network tells by a cadence that the other side has hung up."""

from __future__ import annotations

from collections.abc import Callable

from firmware.audio.errors import UnknownCountry
from firmware.audio.port import Sound
from firmware.audio.spandsp import CallToneReceiver, Segment, ToneBegan

BUSY = "busy tone"
CONGESTION = "congestion tone"

Cadence = tuple[Segment, ...]


def _cadence(on_ms: int, off_ms: int, tolerance_ms: int, *frequencies_hz: int, times: int = 2) -> Cadence:
    first, second = (*frequencies_hz, 0)[:2]
    on = Segment(on_ms - tolerance_ms, on_ms + tolerance_ms, first, second)
    return (on, Segment(off_ms - tolerance_ms, off_ms + tolerance_ms)) * times


# ITU-T E.180 Supplement 2 by country; the tolerances keep busy and congestion apart at the receiver's 16 ms
PLANS: dict[str, dict[str, Cadence]] = {
    "cn": {BUSY: _cadence(350, 350, 70, 450), CONGESTION: _cadence(700, 700, 100, 450)},
    "us": {BUSY: _cadence(500, 500, 70, 480, 620), CONGESTION: _cadence(250, 250, 50, 480, 620, times=3)},
    "de": {BUSY: _cadence(480, 480, 70, 425), CONGESTION: _cadence(240, 240, 50, 425, times=3)},
}

# of a number that nobody has, where this tone differs from congestion
UNOBTAINABLE_TONES: dict[str, Cadence] = {
    "cn": _cadence(100, 100, 40, 450, times=3) + _cadence(400, 400, 70, 450, times=1)
}


class CallToneDetector:
    """A tap for one call: calls `on_tone` once, with the tone's name, when one of the country's tones is heard.

    Raises `UnknownCountry`. It needs quiet gaps (below about -42 dBm0): a prompt's echo in them hides the tone.
    """

    def __init__(self, country: str, on_tone: Callable[[str], None]) -> None:
        self._on_tone = on_tone
        if country not in PLANS:
            raise UnknownCountry(f"there are call tones for {', '.join(PLANS)}, not for {country!r}")
        self._receiver = CallToneReceiver(list(PLANS[country].items()))
        self._has_reported = False

    def heard(self, sound: Sound) -> None:
        for event in self._receiver.feed(sound):
            if isinstance(event, ToneBegan) and not self._has_reported:
                self._has_reported = True
                self._on_tone(event.name)

    def spoke(self, frame: Sound) -> None:
        """The detector only listens."""
