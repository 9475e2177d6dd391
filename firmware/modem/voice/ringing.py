"""One incoming call from its first sign to the moment it can be answered; pure, fed with the modem's events.

Caller id comes between ring 1 and 2 (FSK) or before ring 1 (China's DTMF kind); so a call is shown as soon as the
caller is known, at ring 2 at the latest. The line is seized in the silence behind a burst, because modems ignore or
refuse it while the ring current flows (USR5637 release note 1.2.10).
"""

from __future__ import annotations

from firmware.modem.line import CallerId
from firmware.modem.voice.at import AtEvent, RingHeard, TextGiven
from firmware.modem.voice.caller_id import read_line

RING_GONE_S = 6.5  # no ring for longer than a cadence: China 5 s, United States 6 s
_BURST_S = 1.0  # China; RING comes at the burst's start or end, the gap is at least 2 s
_MARGIN_S = 0.2
_RINGS_UNTIL_SHOWN = 2


class Ringing:
    """The state of a line that rings."""

    def __init__(self, now_s: float) -> None:
        self._rings = 0
        self._last_sign_s = now_s
        self._caller: CallerId | None = None

    @property
    def caller(self) -> CallerId:
        """Who calls, as far as is known."""
        return self._caller or CallerId(None)

    @property
    def is_a_call(self) -> bool:
        """Whether it rang and nothing more is to be expected of the caller id."""
        return self._rings >= _RINGS_UNTIL_SHOWN or (self._rings > 0 and self._caller is not None)

    def take(self, event: AtEvent, now_s: float) -> bool:
        """Note what the modem said; whether it had to do with a call."""
        if isinstance(event, RingHeard):
            self._rings += 1
            self._last_sign_s = now_s
            return True
        caller = read_line(event.text) if isinstance(event, TextGiven) else None
        self._caller = self._caller or caller
        return caller is not None

    def is_gone(self, now_s: float) -> bool:
        """Whether the caller gave up."""
        return now_s - self._last_sign_s > RING_GONE_S

    def is_silent(self, now_s: float) -> bool:
        """Whether the burst is over and the line may be seized."""
        return now_s - self._last_sign_s > _BURST_S + _MARGIN_S
