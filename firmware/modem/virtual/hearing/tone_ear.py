"""Tones of the network in the sound of a call: ring-back, busy and congestion by their cadence, keys to be ignored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.audio.port import SAMPLE_RATE_HZ
from firmware.modem.virtual.hearing.heard import ToneHeard
from firmware.modem.virtual.hearing.tape import Samples
from firmware.modem.virtual.plans import CountryPlan, ToneSpec

WINDOW = 160  # samples
_KEY_LOW_HZ = (697.0, 770.0, 852.0, 941.0)
_KEY_HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
_PURE = 0.8  # share of the energy at the tone's frequencies
_AUDIBLE_POWER = 100.0**2  # about -44 dBm0
_SHORTEST_S = 0.06
_TOLERANCE = 0.2  # exchanges keep cadences within 10 %, windows blur the rest
_LONG_GAP_S = 1.5
_ENDLESS_S = 2.5  # longer than any burst of a cadence


@dataclass(frozen=True)
class _Cadence:
    """How a tone is known: a burst of `on_s`, and before it a gap and another one unless the gap is a long one."""

    name: str
    on_s: float
    off_s: float | None


@dataclass
class _Burst:
    begin: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.end - self.begin) / SAMPLE_RATE_HZ


class ToneEar:
    """Fed with all sound in order; knows which stretches were tones."""

    def __init__(self, plan: CountryPlan) -> None:
        tones = {
            "ring-back": plan.ring_back,
            "busy": plan.busy,
            "congestion": plan.congestion,
            "unobtainable": plan.unobtainable,
        }
        self._cadences = [_cadence(name, tone) for name, tone in tones.items() if tone.cadence_ms]
        frequencies = sorted({hertz for tone in (plan.dial, *tones.values()) for hertz in tone.frequencies_hz})
        self._probe = _probe((*frequencies, *_KEY_LOW_HZ, *_KEY_HIGH_HZ))
        self._rest: Samples = np.zeros(0, np.float32)
        self._at = 0
        self._tonal: list[bool] = []  # one entry per window, network tones and keys alike
        self._burst: _Burst | None = None
        self._before: _Burst | None = None
        self._said: str | None = None

    def feed(self, sound: Samples) -> list[ToneHeard]:
        """The tones that were recognised with this sound."""
        waiting = np.concatenate([self._rest, sound])
        windows = waiting[: len(waiting) // WINDOW * WINDOW].reshape(-1, WINDOW)
        self._rest = waiting[windows.size :]
        network, keys = self._tonal_windows(windows)
        heard: list[ToneHeard] = []
        for is_network, is_key in zip(network, keys, strict=True):
            self._tonal.append(bool(is_network or is_key))
            heard += self._window(bool(is_network))
        return heard

    def forget(self) -> None:
        """Something else was heard: the next tone is reported anew."""
        self._said = None

    def is_tone(self, start: int, end: int) -> bool:
        """Whether all of the sound between two positions (where whole windows of it are known) is tones."""
        inside = self._tonal[-(-start // WINDOW) : end // WINDOW]
        return bool(inside) and all(inside)

    def tone_until(self, start: int) -> int:
        """The end of the tone that sounds at `start`."""
        window = -(-start // WINDOW)
        while window < len(self._tonal) and self._tonal[window]:
            window += 1
        return window * WINDOW

    def _tonal_windows(self, windows: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        total = np.sum(windows**2, axis=1)
        audible = total > _AUDIBLE_POWER * WINDOW
        power = np.abs(windows @ self._probe) ** 2 * 2 / WINDOW / np.maximum(total, 1.0)[:, None]
        count = self._probe.shape[1] - len(_KEY_LOW_HZ) - len(_KEY_HIGH_HZ)
        low, high = power[:, count : count + 4].max(axis=1), power[:, count + 4 :].max(axis=1)
        network = audible & (power[:, :count].sum(axis=1) > _PURE)
        return network, audible & (low + high > _PURE) & (np.minimum(low, high) > 0.1)

    def _window(self, is_tone: bool) -> list[ToneHeard]:
        begin, self._at = self._at, self._at + WINDOW
        if is_tone:
            self._burst = self._burst or _Burst(begin, begin)
            self._burst.end = self._at
            return self._say("dial", self._burst.begin) if self._burst.seconds >= _ENDLESS_S else []
        burst, self._burst = self._burst, None
        if burst is None or burst.seconds < _SHORTEST_S:
            return []
        before, self._before = self._before, burst
        return [tone for each in self._cadences if _fits(each, before, burst)
                for tone in self._say(each.name, burst.begin)]  # fmt: skip

    def _say(self, name: str, begin: int) -> list[ToneHeard]:
        if self._said == name:
            return []
        self._said = name
        return [ToneHeard(name, begin, self._at)]


def _fits(cadence: _Cadence, before: _Burst | None, burst: _Burst) -> bool:
    if not _near(burst.seconds, cadence.on_s):
        return False
    if cadence.off_s is None:
        return True
    gap_s = (burst.begin - before.end) / SAMPLE_RATE_HZ if before is not None else 0.0
    return before is not None and _near(before.seconds, cadence.on_s) and _near(gap_s, cadence.off_s)


def _cadence(name: str, tone: ToneSpec) -> _Cadence:
    on_s, off_s = tone.cadence_ms[0] / 1000, tone.cadence_ms[1] / 1000
    return _Cadence(name, on_s, off_s if off_s < _LONG_GAP_S else None)


def _near(seconds: float, wanted_s: float) -> bool:
    return abs(seconds - wanted_s) <= _TOLERANCE * wanted_s


def _probe(frequencies_hz: tuple[float, ...]) -> NDArray[np.complex64]:
    at = np.arange(WINDOW) / SAMPLE_RATE_HZ
    probe: NDArray[np.complex64] = np.exp(-2j * np.pi * np.outer(at, frequencies_hz)).astype(np.complex64)
    return probe
