"""A virtual GSM module on a real pseudo-terminal, with faults on the wire, in a clock that runs 20 times as fast."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import create_engine

from firmware.clock import Clock, SharedClock
from firmware.modem.gsm import GsmLine
from firmware.modem.virtual.gsm_module import GsmModule
from firmware.modem.virtual.sim_card import Sim
from firmware.modem.virtual.text_switch import TextSwitch
from firmware.storage.ledger import Ledger, sqlite_engine
from firmware.storage.messages import InboxText, TextKeeper, unhandled
from firmware.storage.schema import metadata

SPEED = 20.0
CHINA = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
BOX_NUMBER = "13900000000"
PATIENT = "13800000001"


def new_ledger(folder: Path) -> Ledger:
    """A ledger with all tables, in a file as the box has it."""
    engine = sqlite_engine(folder / "ledger.sqlite")
    metadata.create_all(create_engine(f"sqlite:///{folder / 'ledger.sqlite'}"))
    return Ledger(engine)


class Rig:
    """The module, its wire and the network behind it, driven by one thread."""

    def __init__(self, folder: Path, clock: Clock, sim: Sim | None = None) -> None:
        self.device = folder / "L3.tty"
        self.clock = clock
        self.lock = threading.RLock()
        self.switch = TextSwitch(clock)
        self.module = GsmModule(BOX_NUMBER, self._to_box, self.switch, sim)
        self.is_mute = self.garbles = False
        self.late_s = 0.0
        self.written = bytearray()
        self._master: int | None = None
        self._delayed: list[tuple[float, bytes]] = []
        self._stop = threading.Event()
        self.plug()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def plug(self) -> None:
        with self.lock:
            self._master, slave = os.openpty()
            tty.setraw(slave)
            self.device.unlink(missing_ok=True)
            self.device.symlink_to(os.ttyname(slave))
            os.close(slave)
            os.set_blocking(self._master, False)

    def unplug(self) -> None:
        with self.lock:
            self.device.unlink(missing_ok=True)
            if self._master is not None:
                os.close(self._master)
            self._master = None

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.unplug()

    def _to_box(self, data: bytes) -> None:
        if self.is_mute:
            return
        if self.garbles:
            data = bytes(byte ^ 0x93 if at % 7 == 3 else byte for at, byte in enumerate(data))
        self._delayed.append((self.clock.monotonic() + self.late_s, data))

    def _run(self) -> None:
        while not self._stop.is_set():
            master = self._master
            if master is not None:
                select.select([master], [], [], 0.002)
            with self.lock:
                self._step()

    def _step(self) -> None:
        now = self.clock.monotonic()
        try:
            if self._master is not None and (data := os.read(self._master, 4096)):
                self.written += data
                self.module.feed(data)
        except OSError:
            self._stop.wait(0.002)  # nobody has the other end open, or there is nothing to read
        self.module.tick(now)
        self.switch.tick()
        while self._delayed and self._delayed[0][0] <= now:
            data = self._delayed.pop(0)[1]
            if self._master is not None:
                os.write(self._master, data)


class Box:
    """A line on the rig and the ledger behind it."""

    def __init__(self, folder: Path, rig: Rig, pin: str | None = None) -> None:
        self.folder = folder
        self.rig = rig
        self.ledger = new_ledger(folder)
        self.told_of_texts = threading.Event()
        self.line = GsmLine(
            "L3", rig.device, rig.clock, TextKeeper(self.ledger, rig.clock), self.told_of_texts.set, pin, folder / "pin"
        )
        self.line.start()

    def texts(self) -> list[InboxText]:
        with self.ledger.transaction() as tx:
            return unhandled(tx)

    def bodies(self) -> list[str]:
        return [text.body for text in self.texts()]

    def close(self) -> None:
        self.line.stop()
        self.ledger.close()


def wait_until(condition: Callable[[], object], timeout_s: float = 8.0) -> None:
    """Poll in real seconds; fails the test if `condition` does not come true."""
    pause = threading.Event()
    for _ in range(int(timeout_s / 0.01)):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("what the test waited for did not happen")


@contextmanager
def running_rig(folder: Path, sim: Sim | None = None) -> Iterator[Rig]:
    rig = Rig(folder, SharedClock.create(folder / "clock", MONDAY, SPEED), sim)
    try:
        yield rig
    finally:
        rig.close()


@contextmanager
def running_box(folder: Path, rig: Rig, pin: str | None = None) -> Iterator[Box]:
    box = Box(folder, rig, pin)
    try:
        yield box
    finally:
        box.close()
