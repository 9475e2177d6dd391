"""A u-law WAV file that is readable at every moment, also after a kill or a power cut."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware.audio import ulaw
from firmware.audio.port import SAMPLE_RATE_HZ, Sound

SYNC_S = 3  # at most so many seconds of sound are lost in a power cut

_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")  # RIFF, fmt (18 bytes, as u-law asks), fact, data
HEADER_BYTES = _HEADER.size
_FORMAT_ULAW = 7


class RecordingFile:
    """One open file; sounds of its channels are appended side by side. Belongs to the writer thread.

    Every method may raise `OSError` (a full disk).
    """

    def __init__(self, file: Path, channels: int) -> None:
        self._channels = channels
        self._samples = 0  # of each channel
        self._synced = 0
        file.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._write_header()

    @property
    def seconds(self) -> float:
        return self._samples / SAMPLE_RATE_HZ

    def append(self, *channels: Sound) -> None:
        """Sound of equal length for every channel."""
        codes = np.stack([ulaw.encode(sound) for sound in channels], axis=1)
        _write_all(self._handle, codes.tobytes(), self._offset(self._samples))
        self._samples += len(codes)
        self._write_header()
        if self._samples - self._synced >= SYNC_S * SAMPLE_RATE_HZ:
            self._sync()

    def read(self, channel: int, start: int, end: int) -> Sound:
        """The samples from `start` to `end` of one channel, as they were written."""
        return ulaw.decode(self._codes(start, end)[:, channel])

    def silence(self, channel: int, start: int, end: int) -> None:
        """Put silence over the samples from `start` to `end` of one channel."""
        codes = self._codes(start, end)
        codes[:, channel] = ulaw.SILENCE
        _write_all(self._handle, codes.tobytes(), self._offset(start))

    def cut_end(self, seconds: float) -> None:
        """Drop the last seconds."""
        self._samples = max(0, self._samples - round(seconds * SAMPLE_RATE_HZ))
        os.ftruncate(self._handle, self._offset(self._samples))
        self._write_header()

    def close(self) -> None:
        try:
            self._sync()
        finally:
            os.close(self._handle)

    def _codes(self, start: int, end: int) -> NDArray[np.uint8]:
        length = self._offset(min(end, self._samples)) - self._offset(start)
        codes = np.frombuffer(os.pread(self._handle, length, self._offset(start)), np.uint8)
        return codes.reshape(-1, self._channels).copy()

    def _offset(self, sample: int) -> int:
        return _HEADER.size + sample * self._channels

    def _write_header(self) -> None:
        size = self._samples * self._channels
        rate = SAMPLE_RATE_HZ * self._channels
        header = _HEADER.pack(
            *(b"RIFF", _HEADER.size - 8 + size, b"WAVE"),
            *(b"fmt ", 18, _FORMAT_ULAW, self._channels, SAMPLE_RATE_HZ, rate, self._channels, 8, 0),
            *(b"fact", 4, self._samples, b"data", size),
        )
        _write_all(self._handle, header, 0)

    def _sync(self) -> None:
        os.fdatasync(self._handle)
        self._synced = self._samples


def _write_all(handle: int, content: bytes, offset: int) -> None:
    while content:
        written = os.pwrite(handle, content, offset)
        content, offset = content[written:], offset + written
