"""Telephone tones by libspandsp: keys and call progress tones (caller id: `caller_id_tones`).

Each receiver is fed with sound of any length and returns what it recognised in it; each sender returns sound.
All of it is mono, 8 kHz, 16 bit. An object belongs to the thread that feeds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from firmware.audio.errors import BadKeys
from firmware.audio.libspandsp import address, ffi, library, pointer, receiver
from firmware.audio.port import SAMPLE_RATE_HZ, Sound

KEYS = "0123456789*#ABCD"
BLOCK_SAMPLES = 102  # the DTMF receiver decides once per Goertzel block of 12.75 ms

_QUEUE_KEYS = 100  # the transmitter's own queue holds 128
_TWIST_DB, _REVERSE_TWIST_DB = 8, 6  # how much stronger the low, the high tone may be: wider than Q.24 asks
_LEAST_LEVEL_DBM0 = -42

# ---- keys (DTMF, ITU-T Q.23 and Q.24) ----


@dataclass(frozen=True)
class KeyDown:
    """A key's tone is there; found `at_sample` samples after the first one fed; the level is of both tones together."""

    key: str
    at_sample: int
    level_dbm0: int


@dataclass(frozen=True)
class KeyUp:
    """The tone of `key` is gone; found `at_sample` samples after the first one fed."""

    key: str
    at_sample: int


class DtmfReceiver:
    """Hears keys: a down when the tone has been there for two blocks (about 26 ms), an up when it is gone."""

    def __init__(self) -> None:
        spandsp = library()
        self._reports: list[tuple[int, int]] = []
        self.key: str | None = None  # whose tone is there now
        self._heard = 0
        self._feed = receiver("dtmf_rx")
        self._state = ffi.gc(spandsp.dtmf_rx_init(ffi.NULL, ffi.NULL, ffi.NULL), spandsp.dtmf_rx_free)
        self._address = address(self._state)
        self._callback = _tone_callback(self._reports)
        spandsp.dtmf_rx_set_realtime_callback(self._state, self._callback, ffi.NULL)
        spandsp.dtmf_rx_parms(self._state, 0, _TWIST_DB, _REVERSE_TWIST_DB, _LEAST_LEVEL_DBM0)

    def feed(self, sound: Sound) -> list[KeyDown | KeyUp]:
        """The keys that began or ended in the next samples."""
        events: list[KeyDown | KeyUp] = []
        for start in range(0, len(sound), SAMPLE_RATE_HZ):
            part = sound[start : start + SAMPLE_RATE_HZ]
            events += self._feed_exactly(part) if len(part) > BLOCK_SAMPLES * 2 else self._feed_part(part)
        return events

    def _feed_exactly(self, sound: Sound) -> list[KeyDown | KeyUp]:
        """Long sound goes in by the block, so that `at_sample` is right to the block."""
        events: list[KeyDown | KeyUp] = []
        for start in range(0, len(sound), BLOCK_SAMPLES):
            events += self._feed_part(sound[start : start + BLOCK_SAMPLES])
        return events

    def _feed_part(self, sound: Sound) -> list[KeyDown | KeyUp]:
        self._feed(self._address, sound.tobytes(), len(sound))
        self._heard += len(sound)
        if not self._reports:
            return []
        events: list[KeyDown | KeyUp] = []
        for code, level in self._reports:
            if self.key is not None:
                events.append(KeyUp(self.key, self._heard))
            self.key = chr(code) if code else None
            if self.key is not None:
                events.append(KeyDown(self.key, self._heard, level))
        self._reports.clear()
        return events


class DtmfSender:
    """Makes the sound of keys."""

    def __init__(self, on_ms: int = 80, off_ms: int = 80, level_dbm0: int = -10, twist_db: int = 0) -> None:
        """`level_dbm0` is that of each of the two tones; `twist_db` > 0 makes the high tone stronger."""
        self._spandsp = library()
        self._period_samples = (on_ms + off_ms) * SAMPLE_RATE_HZ // 1000
        self._state = ffi.gc(self._spandsp.dtmf_tx_init(ffi.NULL), self._spandsp.dtmf_tx_free)
        self._spandsp.dtmf_tx_set_level(self._state, level_dbm0, twist_db)
        self._spandsp.dtmf_tx_set_timing(self._state, on_ms, off_ms)

    def sound(self, keys: str) -> Sound:
        """The sound of `keys`, each followed by its pause; raises `BadKeys`."""
        if set(keys) - set(KEYS):
            raise BadKeys(f"telephone keys are {KEYS}, not {''.join(sorted(set(keys) - set(KEYS)))!r}")
        parts = [self._batch(keys[start : start + _QUEUE_KEYS]) for start in range(0, len(keys), _QUEUE_KEYS)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def _batch(self, keys: str) -> Sound:
        self._spandsp.dtmf_tx_put(self._state, keys.encode("ascii"), len(keys))
        sound = np.zeros(self._period_samples * len(keys) + SAMPLE_RATE_HZ, np.int16)
        made = self._spandsp.dtmf_tx(self._state, pointer(sound), len(sound))
        return sound[:made]


# ---- call progress tones ----


@dataclass(frozen=True)
class Segment:
    """A stretch of a cadence: one frequency, two, or silence (no frequency), so long."""

    min_ms: int
    max_ms: int  # 0: as long as it likes
    frequency_hz: int = 0
    second_hz: int = 0


@dataclass(frozen=True)
class ToneBegan:
    """A known cadence was recognised, named as its pattern is."""

    name: str


@dataclass(frozen=True)
class ToneEnded:
    """The cadence recognised before is no longer there."""


class CallToneReceiver:
    """Recognises cadences (busy, congestion, ...) out of a list of named patterns; resolution 16 ms."""

    def __init__(self, patterns: Sequence[tuple[str, Sequence[Segment]]]) -> None:
        spandsp = library()
        self._names = [name for name, _ in patterns]
        self._reports: list[tuple[int, int]] = []
        self._feed = receiver("super_tone_rx")
        self._descriptor = ffi.gc(
            spandsp.super_tone_rx_make_descriptor(ffi.NULL), spandsp.super_tone_rx_free_descriptor
        )
        for _, segments in patterns:
            tone = spandsp.super_tone_rx_add_tone(self._descriptor)
            for each in segments:
                spandsp.super_tone_rx_add_element(
                    self._descriptor, tone, each.frequency_hz, each.second_hz, each.min_ms, each.max_ms
                )
        self._callback = _tone_callback(self._reports)
        state = spandsp.super_tone_rx_init(ffi.NULL, self._descriptor, self._callback, ffi.NULL)
        self._state = ffi.gc(state, spandsp.super_tone_rx_free)
        self._address = address(self._state)

    def feed(self, sound: Sound) -> list[ToneBegan | ToneEnded]:
        """The tones that were recognised or lost in the next samples."""
        self._feed(self._address, sound.tobytes(), len(sound))
        if not self._reports:
            return []
        events = [ToneBegan(self._names[code]) if code >= 0 else ToneEnded() for code, _ in self._reports]
        self._reports.clear()
        return events


def _tone_callback(reports: list[tuple[int, int]]) -> Any:
    """A callback that notes (code, level); the caller must keep it for as long as the state lives."""
    return ffi.callback("tone_report_func_t", lambda _user, code, level, _delay: reports.append((code, level)))
