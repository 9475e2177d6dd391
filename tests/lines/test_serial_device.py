"""What one read of a serial device gives."""

from __future__ import annotations

import os
import pty
from pathlib import Path

import pytest

from firmware.clock import SystemClock
from firmware.modem.serial_device import SerialDevice


@pytest.mark.parametrize("chunk", [1, 80, 160])
def test_after_a_stall_one_read_gives_all_the_sound_that_waits(chunk: int) -> None:
    master, slave = pty.openpty()
    with SerialDevice(Path(os.ttyname(slave)), SystemClock()) as device:
        device.read_in_chunks_of(chunk)
        os.write(master, bytes(480))
        assert len(device.read(1.0)) == 480
    os.close(master)
    os.close(slave)
