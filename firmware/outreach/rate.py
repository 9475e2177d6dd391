"""How fast a SIM card may send: operators block cards that send like machines."""

from __future__ import annotations

from firmware.clock import Clock

PART_EVERY_S = 4.0  # operators' safe limits lie between 10 and 30 a minute
BURST_PARTS = 3.0


class TokenBucket:
    """Fills by one part every `PART_EVERY_S` up to `BURST_PARTS`; a text may overdraw it, the next one waits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens = BURST_PARTS
        self._filled_at = clock.monotonic()

    @property
    def wait_s(self) -> float:
        """Box seconds until the next text may go, 0 for now."""
        self._fill()
        return max(0.0, 1.0 - self._tokens) * PART_EVERY_S

    def take(self, parts: int) -> None:
        """So many parts were handed over."""
        self._fill()
        self._tokens -= parts

    def _fill(self) -> None:
        now = self._clock.monotonic()
        self._tokens = min(BURST_PARTS, self._tokens + (now - self._filled_at) / PART_EVERY_S)
        self._filled_at = now
