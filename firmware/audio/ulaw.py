"""G.711 u-law: one byte a sample."""

from __future__ import annotations

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

from firmware.audio.port import SAMPLE_RATE_HZ, Sound

SILENCE = 0xFF


def _encoded_samples() -> NDArray[np.uint8]:
    """The code of every sample value, in the order of the value's unsigned bits."""
    samples = np.arange(65536, dtype=np.uint16).view(np.int16)
    raw = io.BytesIO()
    soundfile.write(raw, samples, SAMPLE_RATE_HZ, format="RAW", subtype="ULAW")
    return np.frombuffer(raw.getvalue(), np.uint8)


def _decoded_bytes() -> Sound:
    raw = io.BytesIO(bytes(range(256)))
    samples, _ = soundfile.read(raw, dtype="int16", format="RAW", subtype="ULAW", samplerate=SAMPLE_RATE_HZ, channels=1)
    return np.asarray(samples, np.int16)


_ENCODED = _encoded_samples()
_DECODED = _decoded_bytes()


def encode(sound: Sound) -> NDArray[np.uint8]:
    """`sound` as u-law, one byte a sample."""
    return _ENCODED[sound.view(np.uint16)]


def decode(codes: NDArray[np.uint8]) -> Sound:
    """u-law bytes as sound."""
    return _DECODED[codes]
