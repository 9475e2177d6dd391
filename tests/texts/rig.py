"""A virtual GSM module on a real pseudo-terminal, with faults on the wire, in a clock that runs 20 times as fast."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine

from firmware.clock import SharedClock
from firmware.modem.gsm.line import GsmLine
from firmware.modem.virtual.attachments import GsmAttachment
from firmware.modem.virtual.gsm_module.sim_card import Sim
from firmware.modem.virtual.terminal import Fault
from firmware.modem.virtual.text_switch import TextSwitch
from firmware.storage.inbox import InboxText, TextKeeper, unhandled
from firmware.storage.ledger import Ledger, sqlite_engine
from firmware.storage.tables import metadata

SPEED = 20.0
CHINA = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
BOX_NUMBER = "13900000000"
PATIENT = "13800000001"


@cache
def _empty_ledger() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.sqlite"
        metadata.create_all(create_engine(f"sqlite:///{file}"))
        return file.read_bytes()


def new_ledger(folder: Path) -> Ledger:
    """The ledger in `folder`, with all tables, in a file as the box has it; made if absent."""
    file = folder / "ledger.sqlite"
    if not file.exists():
        file.write_bytes(_empty_ledger())
    return Ledger(sqlite_engine(file))


class Rig:
    """The module, its wire and the network behind it, driven by one thread; take `lock` to touch them."""

    def __init__(self, folder: Path, clock: SharedClock, sim: Sim | None = None) -> None:
        self.device = folder / "L3.tty"
        self.clock = clock
        self.lock = threading.RLock()
        self.switch = TextSwitch(clock)
        self.attachment = GsmAttachment("L3", self.device, BOX_NUMBER, self.switch)
        self.module = self.attachment.module
        self.module.sim = sim or self.module.sim
        self.written = bytearray()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def deliver(self, body: str, reference: int | None = None) -> None:
        """The patient sends a text to the box."""
        with self.lock:
            self.switch.deliver(PATIENT, BOX_NUMBER, body, reference)

    def shown(self) -> list[str]:
        """What the patient's phone shows."""
        with self.lock:
            return [text.body for text in self.switch.received(PATIENT)]

    def stored(self, storage: str = "SM") -> int:
        return self.module.texts.storages[storage].used

    def fault(self, fault: Fault, is_on: bool = True) -> None:
        with self.lock:
            self.attachment.set_fault(fault, is_on)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.attachment.terminal.unplug()

    def _run(self) -> None:
        while not self._stop.is_set():
            master = self.attachment.terminal.master
            if master is None or not self.attachment.terminal.host_is_there:
                self._stop.wait(0.002)
            with self.lock:
                if self.attachment.terminal.host_is_there and master is not None:
                    select.select([master], [], [], 0.002)
                data = self.attachment.terminal.read()
                self.written += data
                self.module.feed(data)
                self.attachment.tick(self.clock.monotonic())
                self.switch.tick()


class Box:
    """A line on the rig and the ledger behind it."""

    def __init__(self, folder: Path, rig: Rig, pin: str | None = None) -> None:
        self.folder = folder
        self.rig = rig
        self.ledger = new_ledger(folder)
        self.told_of_texts = threading.Event()
        self.when_told: Callable[[], None] = self.told_of_texts.set
        self.line = GsmLine(
            "L3",
            rig.device,
            rig.clock,
            TextKeeper(self.ledger, rig.clock),
            self._tell,
            pin,
            folder / "pin",
        )
        self.line.start()

    def _tell(self) -> None:
        self.when_told()

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
