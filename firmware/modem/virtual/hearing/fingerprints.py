"""Which of a thousand known clips begins here?

First a coarse look: band powers of the clip's first 0.2 s (its head) against the sound, every 10 ms, all
clips in one matrix product. Then a sharp one: normalised cross-correlation of the waveform for the few that are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from firmware.audio.port import SAMPLE_RATE_HZ
from firmware.language.values import Language
from firmware.modem.virtual.hearing.tape import BLOCK, Samples

HEAD_FRAMES = 20
WINDOW = 256  # samples, 32 ms
HEAD = (HEAD_FRAMES - 1) * BLOCK + WINDOW  # samples: 0.22 s
SLACK_FRAMES = 29  # a head may begin so many frames after the beginning of what is searched
SEARCHED = HEAD + SLACK_FRAMES * BLOCK  # samples of sound that a search looks at

_BANDS = 18
_LOWEST_HZ, _HIGHEST_HZ = 200.0, 3400.0
_LOUDNESS = 0.2  # power to this exponent: loud and soft parts count alike, and noise counts little
_SHORTLIST = 200  # a hundred prompts may begin with the same words
_LEAST_CLEAN = 0.3  # of the energy: the noise is never believed to be more than the rest
_FFT = 4096  # at least SEARCHED
_AUDIBLE = 0.1  # of the loudest block's amplitude: where a clip begins and ends to be heard


@dataclass(frozen=True)
class KnownClip:
    """One clip of the library; `texts` has more than one entry when different texts sound the same."""

    texts: tuple[str, ...]
    language: Language
    sound: Samples

    @cached_property
    def audible(self) -> tuple[int, int]:
        """Where the clip begins and ends to be heard, in its samples."""
        whole = self.sound[: len(self.sound) // BLOCK * BLOCK].reshape(-1, BLOCK)
        power = np.mean(whole**2, axis=1)
        loud = np.flatnonzero(power >= power.max(initial=0.0) * _AUDIBLE**2)
        return (int(loud[0]) * BLOCK, (int(loud[-1]) + 1) * BLOCK) if len(loud) else (0, len(self.sound))

    @cached_property
    def head(self) -> Samples:
        begin, end = self.audible
        return self.sound[begin : min(end, begin + HEAD)]

    @cached_property
    def loudness(self) -> float:
        """The length of the head as a vector."""
        return float(np.linalg.norm(self.head)) or 1.0

    @cached_property
    def spectrum(self) -> NDArray[np.complexfloating]:
        """The head's, ready for a cross-correlation."""
        return np.conj(np.fft.rfft(self.head, _FFT)).astype(np.complex64)


@dataclass(frozen=True)
class Match:
    """A clip whose head was found: `start` is where its first sample lies in the searched sound (may be < 0)."""

    clip: KnownClip
    start: int
    likeness: float  # cross-correlation of the head, normalised without the line's noise: about 1 when it is this clip


class HeadIndex:
    """The heads of all clips, ready to be searched."""

    def __init__(self, clips: list[KnownClip]) -> None:
        self.clips = clips
        self._heads = np.zeros((len(clips), HEAD_FRAMES * _BANDS), np.float32)
        self._frames = np.ones(len(clips), np.intp)
        for row, clip in enumerate(clips):
            self._add(row, clip.head)

    def _add(self, row: int, head: Samples) -> None:
        padded = head if len(head) >= WINDOW else np.pad(head, (0, WINDOW - len(head)))
        pattern = _band_powers(padded)[:HEAD_FRAMES]
        self._frames[row] = len(pattern)
        self._heads[row, : pattern.size] = pattern.ravel() / (np.linalg.norm(pattern) or 1.0)

    def search(self, sound: Samples, noise_power: float) -> list[Match]:
        """The places of `sound` (`SEARCHED` samples) that are most like the head of some clip, one for each clip."""
        return _sharpen(sound, self._shortlist(sound), noise_power) if self.clips else []

    def _shortlist(self, sound: Samples) -> list[KnownClip]:
        frames = _band_powers(sound)
        places = sliding_window_view(frames.ravel(), HEAD_FRAMES * _BANDS)[::_BANDS]
        energy = np.cumsum((places**2).reshape(len(places), HEAD_FRAMES, _BANDS).sum(axis=2), axis=1)
        loudness = np.sqrt(energy[:, self._frames - 1]).T + 1e-6
        likeness = (self._heads @ np.ascontiguousarray(places.T) / loudness).max(axis=1)
        best = np.argsort(likeness)[::-1][:_SHORTLIST]
        return [self.clips[row] for row in best]


def _sharpen(sound: Samples, clips: list[KnownClip], noise_power: float) -> list[Match]:
    spectra = np.fft.rfft(sound, _FFT).astype(np.complex64) * np.stack([clip.spectrum for clip in clips])
    likeness = np.fft.irfft(spectra, _FFT, axis=1)[:, : SLACK_FRAMES * BLOCK]
    softness = {length: _softness(sound, length, noise_power) for length in {len(clip.head) for clip in clips}}
    likeness *= np.stack([softness[len(clip.head)] / clip.loudness for clip in clips])
    places = likeness.argmax(axis=1)
    return [
        Match(clip, int(place) - clip.audible[0], float(row[place]))
        for clip, place, row in zip(clips, places, likeness, strict=True)
    ]


def _softness(sound: Samples, length: int, noise_power: float) -> NDArray[np.float32]:
    """One over the amplitude, without the noise, of the `length` samples that begin at each place."""
    energy = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    here = energy[length : length + SLACK_FRAMES * BLOCK] - energy[: SLACK_FRAMES * BLOCK]
    # neither noise nor a place that is nearly silent may win by small numbers
    clean = np.maximum(here - noise_power * length, np.maximum(_LEAST_CLEAN * here, 1e-3 * energy[-1] + 1.0))
    softness: NDArray[np.float32] = (1.0 / np.sqrt(clean)).astype(np.float32)
    return softness


def _band_powers(sound: Samples) -> NDArray[np.float32]:
    frames = sliding_window_view(sound, WINDOW)[::BLOCK] * _WINDOW_SHAPE
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    return ((power @ _BAND_OF_BIN) ** _LOUDNESS).astype(np.float32)


def _band_of_bin() -> NDArray[np.float32]:
    edges = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1)
    hertz = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE_HZ)
    table = np.zeros((len(hertz), _BANDS), np.float32)
    for band in range(_BANDS):
        inside = (hertz >= edges[band]) & (hertz < edges[band + 1])
        inside[np.argmin(np.abs(hertz - np.sqrt(edges[band] * edges[band + 1])))] = True
        table[inside, band] = 1.0
    return table


_WINDOW_SHAPE = np.hanning(WINDOW).astype(np.float32)
_BAND_OF_BIN = _band_of_bin()
