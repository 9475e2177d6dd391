"""What callers hear while they wait: a gentle tune of our own, or the clinic's own recording, over and over.

The tune is made for a telephone: fundamentals between 300 and 1100 Hz, quieter than speech, and no note near a tone
that telephone exchanges or keys speak with, so that its echo is never taken for one.
"""

from __future__ import annotations

import logging
import math
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from firmware.audio.errors import BadRecording
from firmware.audio.levels import amplitude
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound
from firmware.audio.shaping import clip_of

log = logging.getLogger(__name__)

LEVEL_DBM0 = -22.0  # on average: 6 dB below the box's speech
LONGEST_OWN_S = 300.0

_LOUDEST = 32767
_BEAT_SAMPLES = 7200  # 67 beats a minute: faster ones come near the cadence of a congestion tone
_RING_S = 2.4  # how long a note is heard
_DECAY_S = 0.7
_ATTACK_S = 0.012
_OVERTONES = ((1, 1.0), (2, 0.22), (3, 0.06))

# Four phrases of four bars of four beats. Notes are half tones above 440 Hz; 440 Hz itself is too near a busy tone
_CHORDS = ((-9, -5, -2), (-5, -2, 2), (-4, 3, -4), (-2, 2, 5))
_PHRASE = (
    ((0, 7), (2, 10)),
    ((0, 10), (1, 7), (2, 2)),
    ((0, 3), (1, 12), (3, 10)),
    ((0, 5), (2, 10)),
)
_HIGHER_PHRASE = (
    ((0, 15), (2, 10)),
    ((0, 14), (1, 10), (3, 7)),
    ((0, 12), (2, 15)),
    ((0, 14), (2, 10), (3, 5)),
)
_BARS = _PHRASE + _PHRASE + _HIGHER_PHRASE + _PHRASE
_BAR_BEATS = 4
_CHORD_VOLUME = 0.45

Wave = NDArray[np.float64]


class MusicSource:
    """Plays a sound over and over, never ends, and no key stops it."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound  # whole frames
        self._at = 0

    @property
    def stops_at_key(self) -> bool:
        return False

    def frame(self) -> Sound:
        frame = self._sound[self._at : self._at + FRAME_SAMPLES]
        self._at = (self._at + FRAME_SAMPLES) % len(self._sound)
        return frame


def music(own: Path | None = None) -> MusicSource:
    """A source for one caller, from the beginning; of the clinic's `own` sound file where one can be read."""
    return MusicSource(_tune() if own is None else _own_or_tune(own))


def _own_or_tune(file: Path) -> Sound:
    """Nobody must wait in silence because a file is gone or broken."""
    try:
        return _own(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return _tune()  # the clinic has none
    except (BadRecording, OSError) as error:
        log.warning("the clinic's own music cannot be played: %s", error)
        return _tune()


@lru_cache(maxsize=2)
def _own(file: Path, _changed_at_ns: int) -> Sound:
    try:
        seconds = soundfile.info(file).duration
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise BadRecording(f"not a sound file: {error}") from error
    if seconds > LONGEST_OWN_S:
        raise BadRecording(f"it is longer than {LONGEST_OWN_S:.0f} s")
    return _ready(clip_of(file).astype(np.float64))


@cache
def _tune() -> Sound:
    tune = np.zeros(len(_BARS) * _BAR_BEATS * _BEAT_SAMPLES)
    for number, melody in enumerate(_BARS):
        low, middle, high = _CHORDS[number % len(_CHORDS)]
        for beat, half_tones in enumerate((low, middle, high, middle)):
            _strike(tune, number * _BAR_BEATS + beat, _CHORD_VOLUME * _note(half_tones))
        for beat, half_tones in melody:
            _strike(tune, number * _BAR_BEATS + beat, _note(half_tones))
    return _ready(tune)


def _strike(tune: Wave, beat: int, note: Wave) -> None:
    """Add `note` at `beat`; what would sound beyond the end sounds on at the beginning."""
    places = (beat * _BEAT_SAMPLES + np.arange(len(note))) % len(tune)
    tune[places] += note


@cache
def _note(half_tones: int) -> Wave:
    """A string that is plucked softly."""
    times = np.arange(round(_RING_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    turns = 2 * np.pi * 440.0 * 2 ** (half_tones / 12) * times
    wave = sum((volume * np.sin(multiple * turns) for multiple, volume in _OVERTONES), np.zeros(len(times)))
    fade = np.clip((_RING_S - times) / _DECAY_S, 0.0, 1.0)
    return np.asarray(wave * np.exp(-times / _DECAY_S) * np.minimum(times / _ATTACK_S, 1.0) * fade)


def _ready(wave: Wave) -> Sound:
    """At the level of music, in whole frames; nobody who plays it can change it."""
    wanted = amplitude(LEVEL_DBM0) / math.sqrt(2)
    wave = wave * wanted / math.sqrt(float(np.mean(np.square(wave))))
    sound = np.rint(np.clip(wave, -_LOUDEST, _LOUDEST)).astype(np.int16)
    sound = np.pad(sound, (0, -len(sound) % FRAME_SAMPLES))
    sound.flags.writeable = False
    return sound
