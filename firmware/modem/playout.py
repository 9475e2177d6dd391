"""How much sound waits in the modem, and what to send next.

While something is played the modem is kept `lead_ms` ahead, so that a late thread is not heard; in silence only
`silent_lead_ms`, so that an answer to a key is heard at once. Frames made ahead of time are paid back in the next
silence, so that on average the port speaks once per 160 samples and silence is counted from when the caller hears it.
"""

from __future__ import annotations

from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, SILENT_FRAME, Port
from firmware.modem.coding import Coder
from firmware.modem.dle import shield


class PlayOut:
    """Turns the port's frames into bytes for the modem, at the pace of the samples that pass."""

    def __init__(self, port: Port, coder: Coder, lead_ms: int, silent_lead_ms: int) -> None:
        self._port = port
        self._coder = coder
        self._lead = lead_ms * SAMPLE_RATE_HZ // 1000
        self._silent_lead = silent_lead_ms * SAMPLE_RATE_HZ // 1000
        self._silence = shield(bytes([coder.silence]) * FRAME_SAMPLES)
        self._waiting = 0  # samples in the modem
        self._ahead = 0  # samples spoken minus samples passed

    @property
    def waiting_s(self) -> float:
        """How long the modem can go on with what it has."""
        return self._waiting / SAMPLE_RATE_HZ

    def passed(self, samples: int) -> None:
        """So much time has passed on the line."""
        self._ahead -= samples
        self._waiting = max(0, self._waiting - samples)

    def thrown_away(self) -> None:
        """The modem forgot what it had."""
        self._waiting = 0

    def due(self) -> bytes:
        """What to write now; perhaps nothing."""
        out = b""
        while self._is_frame_due():
            out += self._frame()
        while self._waiting + FRAME_SAMPLES <= self._silent_lead:
            self._waiting += FRAME_SAMPLES  # frames that were thrown away leave a gap: fill it, but not the port's time
            out += self._silence
        return out

    def _is_frame_due(self) -> bool:
        if self._port.is_speaking:
            return self._waiting + FRAME_SAMPLES <= self._lead
        return self._ahead + FRAME_SAMPLES <= self._silent_lead

    def _frame(self) -> bytes:
        frame = self._port.speak()
        self._ahead += FRAME_SAMPLES
        if frame is SILENT_FRAME:
            if self._waiting >= self._silent_lead:
                return b""  # time was lost: catch up without making the caller wait for it
            self._waiting += FRAME_SAMPLES
            return self._silence
        self._waiting += FRAME_SAMPLES
        return shield(self._coder.encode(frame))
