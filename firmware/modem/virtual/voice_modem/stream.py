"""The byte stream of voice states, as the modem reads and writes it (ITU-T V.253: <DLE> shielding)."""

from __future__ import annotations

from dataclasses import dataclass

DLE = 0x10
SUB = 0x1A  # <DLE><SUB> stands for two literal 0x10 samples
ETX = 0x03
END_OF_STREAM = bytes((DLE, ETX))


@dataclass(frozen=True)
class SamplesReceived:
    """Sound, shielding removed."""

    data: bytes


@dataclass(frozen=True)
class HostCommandReceived:
    """<DLE> and a code: 0x03 end of data, 0x18 flush, "!" abort receive, "^" end duplex, "p" pause, ..."""

    code: int


StreamEvent = SamplesReceived | HostCommandReceived


def next_event(buffer: bytearray) -> StreamEvent | None:
    """Take the first event out of `buffer`; None (and nothing taken) when more bytes are needed."""
    if not buffer:
        return None
    at = buffer.find(DLE)
    if at != 0:
        return SamplesReceived(_take(buffer, len(buffer) if at < 0 else at))
    if len(buffer) < 2:
        return None
    code = _take(buffer, 2)[1]
    if code == DLE:
        return SamplesReceived(bytes((DLE,)))
    if code == SUB:
        return SamplesReceived(bytes((DLE, DLE)))
    return HostCommandReceived(code)


def shield(samples: bytes) -> bytes:
    """`samples` as they go to the host."""
    return samples.replace(b"\x10", b"\x10\x10")


def event(code: str) -> bytes:
    """A shielded event to the host, such as "b" or "5"."""
    return bytes((DLE, ord(code)))


def _take(buffer: bytearray, count: int) -> bytes:
    taken = bytes(buffer[:count])
    del buffer[:count]
    return taken


class PlayOut:
    """The modem's finite buffer of samples on their way to the line, emptied a frame at a time."""

    def __init__(self, capacity_bytes: int, frame_bytes: int) -> None:
        self._capacity_bytes = capacity_bytes
        self._frame_bytes = frame_bytes
        self._buffer = bytearray()

    def __len__(self) -> int:
        return len(self._buffer)

    @property
    def would_run_dry(self) -> bool:
        """Whether there is less than a frame."""
        return len(self._buffer) < self._frame_bytes

    def put(self, samples: bytes) -> int:
        """Add samples; returns how many bytes did not fit and were dropped."""
        room = self._capacity_bytes - len(self._buffer)
        self._buffer += samples[:room]
        return max(0, len(samples) - room)

    def take(self) -> bytes:
        """The next frame, shorter when the buffer runs dry."""
        return _take(self._buffer, self._frame_bytes)

    def flush(self) -> None:
        self._buffer.clear()
