"""How much sound waits in the modem, and what to send next.

While something is played the modem is kept `lead_ms` ahead, so that a late thread is not heard; half as much while
somebody speaks live, who would be heard so much later; in silence only `silent_lead_ms`, so that an answer to a key is
heard at once. Frames made ahead of time are paid back in the next
silence, so that on average the port speaks once per 160 samples and silence is counted from when the caller hears it.
"""

from __future__ import annotations

from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, SILENT_FRAME, Port
from firmware.modem.voice.coding import Coder
from firmware.modem.voice.dle import THROW_AWAY, shield
from firmware.modem.voice.profile import Profile


class PlayOut:
    """Turns the port's frames into bytes for the modem, at the pace of the samples that pass."""

    def __init__(self, port: Port, coder: Coder, profile: Profile) -> None:
        self._port = port
        self._coder = coder
        self._lead = profile.lead_ms * SAMPLE_RATE_HZ // 1000
        self._silent_lead = profile.silent_lead_ms * SAMPLE_RATE_HZ // 1000
        self._can_throw_away = profile.throw_away
        self._silence = shield(bytes([coder.silence]) * FRAME_SAMPLES)
        self._waiting = 0  # samples in the modem
        self._ahead = 0  # samples spoken minus samples passed

    @property
    def waiting(self) -> int:
        """How many samples the modem still has."""
        return self._waiting

    def passed(self, samples: int) -> None:
        """So much time has passed on the line."""
        self._ahead -= samples
        self._waiting = max(0, self._waiting - samples)

    def emptied(self) -> None:
        """The modem has nothing left: a new stream begins."""
        self._waiting = 0

    def due(self) -> bytes:
        """What to write now, perhaps nothing; sound that a key or the call thread stopped is thrown away first."""
        out = self._throw_away(b"") if self._port.take_purge() else b""
        while self._is_frame_due():
            was_speaking = self._port.is_speaking
            frame = self._port.speak_unless_purged()
            if frame is None:
                out = self._throw_away(out)
                continue
            self._ahead += FRAME_SAMPLES
            if was_speaking or frame is not SILENT_FRAME or self._waiting < self._silent_lead:
                out += self._silence if frame is SILENT_FRAME else shield(self._coder.encode(frame))
                self._waiting += FRAME_SAMPLES  # else time was lost: catch up without making the caller wait for it
        while self._waiting + FRAME_SAMPLES <= self._silent_lead:
            self._waiting += FRAME_SAMPLES  # what was thrown away leaves a gap: fill it, but not the port's time
            out += self._silence
        return out

    def _throw_away(self, out: bytes) -> bytes:
        """What is left of `out`."""
        if not self._can_throw_away:
            return out
        self._waiting = 0
        return THROW_AWAY

    def _is_frame_due(self) -> bool:
        if self._port.is_speaking:
            lead = self._lead // 2 if self._port.is_live else self._lead
            return self._waiting + FRAME_SAMPLES <= lead
        return self._ahead + FRAME_SAMPLES <= self._silent_lead
