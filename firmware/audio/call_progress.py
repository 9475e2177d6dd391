"""What becomes of a call that the box dialled, judged by what the line sounds like.

The modem's own judgement (+VRA, +VRN) comes seconds after somebody said hello, and knows neither congestion nor an
unobtainable number; so the box listens itself. Busy and congestion tone are `call_tones`' as in any call.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware.audio.call_tones import UNOBTAINABLE_TONES
from firmware.audio.network_sound import Kind, NetworkEar
from firmware.audio.port import FRAME_S, Sound
from firmware.audio.spandsp import CallToneReceiver, ToneBegan

UNOBTAINABLE = "number unobtainable"
NO_ANSWER = "no answer"

RING_LIMIT_S = 45.0  # shorter than the networks', whose announcement would be taken for an answer
NOTHING_S = 20.0  # a mobile network may be silent for ten while it looks for the phone
RING_MISSED_S = 5.5  # the longest gap between two rings is 4 s: somebody took the call and says nothing


class CallProgress:
    """A tap for one call until its answer: calls `on_answer` or `on_end(reason)`, once."""

    def __init__(self, country: str, on_answer: Callable[[], None], on_end: Callable[[str], None]) -> None:
        self._on_answer, self._on_end = on_answer, on_end
        self._ear = NetworkEar(country)
        patterns = UNOBTAINABLE_TONES.get(country)
        self._unobtainable = CallToneReceiver([(UNOBTAINABLE, patterns)]) if patterns else None
        self._frames = 0
        self._last_tone: int | None = None
        self._is_over = False

    def heard(self, sound: Sound) -> None:
        for kind in self._ear.hear(sound):
            self._frames += 1
            if kind is Kind.TONE:
                self._last_tone = self._frames
        if self._is_over:
            return
        if self._unobtainable and any(isinstance(event, ToneBegan) for event in self._unobtainable.feed(sound)):
            self._end(UNOBTAINABLE)
        elif self._ear.hears_somebody or self._misses_a_ring:
            self.answered()
        elif self._gives_up:
            self._end(NO_ANSWER)

    def spoke(self, frame: Sound) -> None:
        """Nothing is said before the answer."""

    def answered(self) -> None:
        """The far end is there: heard, or told by the exchange."""
        if not self._is_over:
            self._is_over = True
            self._on_answer()

    @property
    def _misses_a_ring(self) -> bool:
        return self._last_tone is not None and (self._frames - self._last_tone) * FRAME_S > RING_MISSED_S

    @property
    def _gives_up(self) -> bool:
        limit_s = NOTHING_S if self._last_tone is None else RING_LIMIT_S
        return self._frames * FRAME_S > limit_s

    def _end(self, reason: str) -> None:
        self._is_over = True
        self._on_end(reason)
