"""The only source of time.

Nobody else calls `time.time`, `time.monotonic` or `time.sleep`. Three clocks, one interface: the machine's
own, one shared by several processes that can run faster or be moved forward, and one that tests move by hand.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

CLOCK_VARIABLE = "CLINICBOX_CLOCK"


class Clock(Protocol):
    """What the rest of the firmware knows of time: box seconds, which may pass faster than real ones."""

    def monotonic(self) -> float:
        """Box seconds since an arbitrary start; never goes back."""

    def now(self) -> datetime:
        """The wall time, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Block for `seconds` box seconds."""

    def real_s(self, seconds: float) -> float:
        """How many real seconds `seconds` box seconds take: for timeouts that the operating system counts."""


class SystemClock:
    """The machine's own clock: what the box in the clinic runs on."""

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))

    def real_s(self, seconds: float) -> float:
        return seconds


class SharedClock:
    """A clock that the box and the virtual network read from one page of shared memory.

    The page holds four doubles: the real instant of the last change (CLOCK_MONOTONIC, seconds), the box's
    monotonic seconds and the box's wall time (Unix seconds) at that instant, and the speed since then.
    """

    _PAGE = struct.Struct("<4d")

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), self._PAGE.size)

    @classmethod
    def create(cls, path: Path, start: datetime, speed: float = 1.0) -> SharedClock:
        """Write a new clock page that starts at the wall time `start` (aware)."""
        path.write_bytes(cls._PAGE.pack(time.monotonic(), 0.0, start.timestamp(), speed))
        return cls(path)

    def monotonic(self) -> float:
        since, monotonic, _, speed = self._read()
        return monotonic + (time.monotonic() - since) * speed

    def now(self) -> datetime:
        since, _, wall, speed = self._read()
        return datetime.fromtimestamp(wall + (time.monotonic() - since) * speed, UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, self.real_s(seconds)))

    def real_s(self, seconds: float) -> float:
        return seconds / self._read()[3]

    def set_speed(self, speed: float) -> None:
        """From now on let time pass `speed` times as fast as real time."""
        self._change(0.0, speed)

    def advance(self, seconds: float) -> None:
        """Jump forward: `seconds` box seconds have passed at once."""
        self._change(seconds, self._read()[3])

    def _change(self, jump_s: float, speed: float) -> None:
        since, monotonic, wall, old_speed = self._read()
        real = time.monotonic()
        passed = (real - since) * old_speed + jump_s
        self._memory[:] = self._PAGE.pack(real, monotonic + passed, wall + passed, speed)

    def _read(self) -> tuple[float, float, float, float]:
        page: tuple[float, float, float, float] = self._PAGE.unpack(self._memory[:])
        return page


class ManualClock:
    """A clock that stands still until a test moves it; sleeping moves it too."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._passed = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self._passed

    def now(self) -> datetime:
        return self._start.astimezone(UTC) + timedelta(seconds=self._passed)

    def sleep(self, seconds: float) -> None:
        self.advance(max(0.0, seconds))

    def real_s(self, seconds: float) -> float:
        return seconds

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        with self._lock:
            self._passed += seconds


def clock_from_environment() -> Clock:
    """The shared clock that the environment names, else the machine's own."""
    path = os.environ.get(CLOCK_VARIABLE)
    return SharedClock(Path(path)) if path else SystemClock()


class Deadline:
    """A moment by which something must have happened; made once at the edge and passed down."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._at = clock.monotonic() + seconds

    @property
    def remaining_s(self) -> float:
        """Box seconds left, never below 0."""
        return max(0.0, self._at - self._clock.monotonic())

    @property
    def is_over(self) -> bool:
        return self._clock.monotonic() >= self._at
