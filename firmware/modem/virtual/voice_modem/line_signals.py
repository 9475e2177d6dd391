"""What a voice modem recognises in the sound of its line, as V.253 event codes."""

from __future__ import annotations

import numpy as np

from firmware.audio.port import Sound
from firmware.audio.spandsp import CallToneReceiver, DtmfReceiver, KeyDown, Segment, ToneBegan
from firmware.modem.virtual.plans import CountryPlan, ToneSpec
from firmware.modem.virtual.tones import rms_of_dbm0, ticks

REPEAT_DIGIT_TICKS = ticks(70)  # IS-101: the digit again about every 70 ms while the key is held
REPEAT_BUSY_TICKS = ticks(4000)  # Rockwell manual: busy again every 4 s
CADENCE_TOLERANCE = 0.2
SILENCE_DBM0 = -45.0
DIAL_TONE_MS = 1500
_EVENT_OF_TONE = {"busy": "b", "ring_back": "r"}


class KeySignals:
    """Keys as a modem reports them: shielded and repeated, or one code a key."""

    def __init__(self, shields: bool) -> None:
        self._shields = shields
        self._receiver = DtmfReceiver()
        self._key: str | None = None
        self._held_ticks = 0

    def hear(self, sound: Sound) -> str:
        """The event codes of the next tick."""
        codes = ""
        for event in self._receiver.feed(sound):
            if isinstance(event, KeyDown):
                codes += f"/{event.key}" if self._shields else event.key
                self._key, self._held_ticks = event.key, 0
            else:
                codes += "~" if self._shields else ""
                self._key = None
        return codes + self._repeated()

    def _repeated(self) -> str:
        if self._key is None or not self._shields:
            return ""
        self._held_ticks += 1
        return self._key if self._held_ticks % REPEAT_DIGIT_TICKS == 0 else ""


class ToneSignals:
    """Call-progress tones by their cadence; `present` names the one that sounds now."""

    def __init__(self, plan: CountryPlan) -> None:
        self._receiver = CallToneReceiver(
            [
                ("dial", [Segment(DIAL_TONE_MS, 0, *plan.dial.frequencies_hz)]),
                ("busy", _segments(plan.busy) * 2),
                ("ring_back", _segments(plan.ring_back)),
            ]
        )
        self.present: str | None = None
        self._ticks = 0

    def hear(self, sound: Sound) -> str:
        """The event codes of the next tick: at once when a tone is recognised, again while it lasts."""
        for event in self._receiver.feed(sound):
            self.present = event.name if isinstance(event, ToneBegan) else None
            self._ticks = 0
        code = _EVENT_OF_TONE.get(self.present or "", "")
        self._ticks += 1
        return code if self._ticks % REPEAT_BUSY_TICKS == 1 else ""


class SilenceSignals:
    """Silence in the receive state: "s" when nothing was heard from its start, "q" after sound."""

    def __init__(self, interval_ticks: int) -> None:
        self._interval_ticks = interval_ticks
        self._quiet_ticks = 0
        self._had_sound = False
        self._limit = rms_of_dbm0(SILENCE_DBM0)

    def hear(self, sound: Sound) -> str:
        if np.sqrt(np.mean(np.square(sound, dtype=np.float32))) > self._limit:
            self._quiet_ticks, self._had_sound = 0, True
            return ""
        self._quiet_ticks += 1
        if not self._interval_ticks or self._quiet_ticks % self._interval_ticks:
            return ""
        return "q" if self._had_sound else "s"


def _segments(tone: ToneSpec) -> list[Segment]:
    return [
        Segment(round(ms * (1 - CADENCE_TOLERANCE)), round(ms * (1 + CADENCE_TOLERANCE)), *frequencies)
        for ms, frequencies in zip(tone.cadence_ms, _alternating(tone), strict=True)
    ]


def _alternating(tone: ToneSpec) -> list[tuple[int, ...]]:
    return [tone.frequencies_hz if index % 2 == 0 else () for index in range(len(tone.cadence_ms))]
