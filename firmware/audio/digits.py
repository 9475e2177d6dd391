"""The digit detector: hears the caller's keys and tells the port.

Three receivers listen whose 12.75 ms blocks are a third of a block apart. The first to hear a tone stops the prompt,
so that it stops early; what two hear counts as a key and is over when none hears it, so that a short noise is no key
and a short gap does not make one key two (ITU-T Q.24: 23 ms and 10 ms).
"""

from __future__ import annotations

import numpy as np

from firmware.audio.port import FRAME_SAMPLES, Port, Sound
from firmware.audio.spandsp import BLOCK_SAMPLES, DtmfReceiver, KeyDown

_RECEIVERS = 3


class DigitDetector:
    """A tap for one call: `key_began` at the start of a key's tone, `key_pressed` exactly once per key."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._receivers = [DtmfReceiver() for _ in range(_RECEIVERS)]
        for rank, receiver in enumerate(self._receivers):
            receiver.feed(np.zeros(BLOCK_SAMPLES * rank // _RECEIVERS, np.int16))
        self._held: str | None = None

    def heard(self, sound: Sound) -> None:
        for start in range(0, len(sound), FRAME_SAMPLES):
            self._listen(sound[start : start + FRAME_SAMPLES])

    def spoke(self, frame: Sound) -> None:
        """The detector only listens."""

    def _listen(self, sound: Sound) -> None:
        events = [event for receiver in self._receivers for event in receiver.feed(sound)]
        if not events:
            return
        if any(isinstance(event, KeyDown) and event.key != self._held for event in events):
            self._port.key_began()  # the last receiver to hear a key that counts already must not stop the reply to it
        self._vote([receiver.key for receiver in self._receivers])

    def _vote(self, votes: list[str | None]) -> None:
        winner = max(votes, key=votes.count)
        if votes.count(None) == _RECEIVERS:
            self._held = None
        elif winner is not None and winner != self._held and votes.count(winner) > 1:
            self._held = winner
            self._port.key_pressed(winner)
