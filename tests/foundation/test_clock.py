"""Time: one source, which may run faster or be moved, and is the same in every process."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firmware.clock import CLOCK_VARIABLE, Deadline, ManualClock, SharedClock, SystemClock, clock_from_environment

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_a_fast_clock_passes_twenty_seconds_in_one(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", MONDAY, speed=20)
    real = SystemClock()
    began_real, began = real.monotonic(), clock.monotonic()
    clock.sleep(1.0)
    ratio = (clock.monotonic() - began) / (real.monotonic() - began_real)
    assert ratio == pytest.approx(20, rel=0.01)
    assert clock.real_s(60) == 3


def test_a_jump_moves_wall_and_monotonic_time_together(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", MONDAY, speed=1)
    before = clock.monotonic()
    clock.advance(3600)
    assert clock.monotonic() - before == pytest.approx(3600, abs=1)
    assert clock.now() - MONDAY == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=1))


def test_changing_the_speed_loses_no_time(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", MONDAY, speed=1)
    clock.advance(100)
    clock.set_speed(50)
    assert clock.monotonic() >= 100


def test_two_processes_read_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clock"
    clock = SharedClock.create(path, MONDAY, speed=1)
    clock.advance(86_400)
    monkeypatch.setenv(CLOCK_VARIABLE, str(path))
    code = "from firmware.clock import clock_from_environment as c; print(c().now().date())"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert seen == "2026-03-03"
    assert isinstance(clock_from_environment(), SharedClock)


def test_a_deadline_counts_down_and_stays_over() -> None:
    clock = ManualClock(MONDAY)
    deadline = Deadline(clock, 10)
    clock.advance(4)
    assert deadline.remaining_s == 6
    assert not deadline.is_over
    clock.advance(60)
    assert deadline.remaining_s == 0
    assert deadline.is_over
