"""A line on a scripted modem, twenty times as fast as life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware.clock import SharedClock
from firmware.modem.voice.line import VoiceLine
from tests.lines.desk import Desk
from tests.lines.scripted_modem import ScriptedModem

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock(tmp_path: Path) -> SharedClock:
    return SharedClock.create(tmp_path / "clock", START, speed=20)


@pytest.fixture
def plug_in(tmp_path: Path, clock: SharedClock) -> Iterator[Callable[[str], ScriptedModem]]:
    modems: list[ScriptedModem] = []

    def plug_in(dialogue: str) -> ScriptedModem:
        modems.append(ScriptedModem(dialogue, tmp_path / "L1.tty", clock))
        return modems[-1]

    yield plug_in
    if modems:
        modems[-1].unplug()


@pytest.fixture
def desk(tmp_path: Path, clock: SharedClock) -> Iterator[Desk]:
    desk = Desk(clock)
    line = VoiceLine("L1", tmp_path / "L1.tty", clock, desk.take)
    desk.line = line
    line.start()
    yield desk
    line.stop()
