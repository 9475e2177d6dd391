"""8-bit sample codings of voice modems as tables: one byte a sample on the wire, int16 in the box."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.audio import ulaw
from firmware.audio.port import Sound

_QUIET_PEAK = 640  # int16; -31 dBm0: line noise and what 8-bit linear makes of it lie below, speech peaks above


class Coding(StrEnum):
    """How one sample lies in one byte."""

    LINEAR8 = "linear8"  # offset binary, silence at 0x80
    SIGNED8 = "signed8"  # two's complement
    MULAW = "mulaw"  # ITU-T G.711
    ALAW = "alaw"


@dataclass(frozen=True)
class Coder:
    """Both directions of one coding."""

    samples: NDArray[np.int16]  # 256 entries, by byte
    codes: NDArray[np.uint8]  # 65536 entries, by sample seen as uint16
    quiet: bytes  # the bytes whose samples are as good as silent
    silence: int  # the byte of sample 0

    def decode(self, data: bytes) -> Sound:
        """One int16 for each byte."""
        return self.samples.take(np.frombuffer(data, dtype=np.uint8))

    def encode(self, sound: Sound) -> bytes:
        """One byte for each int16."""
        return self.codes.take(sound.view(np.uint16)).tobytes()


@cache
def coder(coding: Coding) -> Coder:
    """The tables of `coding`; made once."""
    samples = _TABLES[coding]()
    codes = _nearest(samples)
    quiet = np.flatnonzero(np.abs(samples.astype(np.int32)) <= _QUIET_PEAK).astype(np.uint8)
    return Coder(samples, codes, quiet.tobytes(), int(codes[0]))


def _nearest(samples: NDArray[np.int16]) -> NDArray[np.uint8]:
    """For each int16 (by its uint16 pattern) the byte whose sample lies nearest."""
    order = np.argsort(samples, kind="stable")
    levels = samples[order].astype(np.int32)
    borders = (levels[1:] + levels[:-1] + 1) // 2
    patterns = np.arange(65536, dtype=np.uint16).view(np.int16)
    return order[np.searchsorted(borders, patterns, side="right")].astype(np.uint8)


def _linear8() -> NDArray[np.int16]:
    return ((np.arange(256) - 128) * 256).astype(np.int16)


def _signed8() -> NDArray[np.int16]:
    return (np.arange(256).astype(np.uint8).view(np.int8).astype(np.int16)) * np.int16(256)


def _mulaw() -> NDArray[np.int16]:
    return ulaw.decode(np.arange(256, dtype=np.uint8))


def _alaw() -> NDArray[np.int16]:
    """G.711 table 1a/1b: sign, 3 bits of segment, 4 of step, every second bit inverted; 13 bits, shifted to 16."""
    code = np.arange(256) ^ 0x55
    segment, step = (code >> 4) & 7, code & 15
    size = np.where(segment == 0, 2 * step + 1, (2 * step + 33) << np.maximum(segment - 1, 0)) * 8
    return np.where(code & 0x80, size, -size).astype(np.int16)


_TABLES = {Coding.LINEAR8: _linear8, Coding.SIGNED8: _signed8, Coding.MULAW: _mulaw, Coding.ALAW: _alaw}
