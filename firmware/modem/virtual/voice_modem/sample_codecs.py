"""How voice modems write samples into their byte stream (ITU-T V.253 +VSM, G.711)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.audio.port import Sound

_ULAW_BIAS = 0x84


@dataclass(frozen=True)
class Codec:
    """One sample format."""

    sample_bytes: int
    encode: Callable[[Sound], bytes]
    decode: Callable[[bytes], Sound]


def _decode_ulaw_table() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + _ULAW_BIAS) << ((code & 0x70) >> 4)) - _ULAW_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _decode_alaw_table() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code & 0x70) >> 4, (code & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _encode_table(decoded: NDArray[np.int16]) -> NDArray[np.uint8]:
    """For every 16-bit sample (as unsigned index) the code that decodes nearest to it."""
    order = np.argsort(decoded, kind="stable")
    levels = decoded[order].astype(np.int32)
    samples = np.arange(65536, dtype=np.uint16).astype(np.int16).astype(np.int32)
    nearest = np.searchsorted((levels[1:] + levels[:-1]) / 2, samples)
    return order[nearest].astype(np.uint8)


def _table_codec(decoded: NDArray[np.int16]) -> Codec:
    encoded = _encode_table(decoded)
    return Codec(
        1,
        lambda sound: encoded[sound.astype(np.uint16)].tobytes(),
        lambda data: decoded[np.frombuffer(data, np.uint8)],
    )


def _offset_binary(data: bytes) -> Sound:
    return ((np.frombuffer(data, np.uint8).astype(np.int16) - 128) << 8).astype(np.int16)


CODECS = {
    "unsigned 8": Codec(1, lambda sound: ((sound >> 8) + 128).astype(np.uint8).tobytes(), _offset_binary),
    "signed 8": Codec(
        1,
        lambda sound: (sound >> 8).astype(np.int8).tobytes(),
        lambda data: np.frombuffer(data, np.int8).astype(np.int16) << 8,
    ),
    "linear 16": Codec(
        2, lambda sound: sound.astype("<i2").tobytes(), lambda data: np.frombuffer(data, "<i2").astype(np.int16)
    ),
    "u-law": _table_codec(_decode_ulaw_table()),
    "a-law": _table_codec(_decode_alaw_table()),
}
