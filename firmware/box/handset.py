"""The test phone: a telephone network of its own with one voice line and one text line, for as long as staff use it.

The network is a child process, so it takes no time from the real lines. Its lines are the box's like any other, but
never the clinic's: what they are told leaves through them alone.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import yaml

from firmware.clock import CLOCK_VARIABLE, Clock, Deadline
from firmware.control.channel import Message
from firmware.modem.gsm.line import GsmLine
from firmware.modem.line import TEST_LINE, TEST_TEXT_LINE, CallHandler, Line, LineState
from firmware.modem.text_store import TextStore
from firmware.modem.virtual.client import SOCKET
from firmware.modem.virtual.process import NetworkProcess
from firmware.modem.voice.line import VoiceLine
from firmware.outreach.texts import Outbox
from firmware.storage import outbox
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger
from firmware.storage.trouble import LEDGER_UNAVAILABLE
from firmware.threads import Worker, ZombieThread

log = logging.getLogger(__name__)

VOICE_NUMBER, TEXT_NUMBER = "02160000001", "13900000001"
KEPT_S = 600.0  # after it was asked for last
START_WITHIN_REAL_S = 20.0
LOOK_REAL_S = 0.25
STOP_WITHIN_REAL_S = 20.0
NETWORK = {
    "country": "cn",
    "keeps_sound": False,  # what staff say while they try the menus is nobody's business
    "lines": [
        {"name": TEST_LINE, "kind": "voice", "model": "USR5637", "number": VOICE_NUMBER},
        {"name": TEST_TEXT_LINE, "kind": "gsm", "number": TEXT_NUMBER},
    ],
}


class Handset:
    """The test phone of one box. `end_call` waits until the call on a line is over, after its line was stopped."""

    def __init__(
        self,
        folders: Folders,
        clock: Clock,
        ledger: Ledger,
        texts_out: Outbox,
        texts_in: TextStore,
        on_call: CallHandler,
        on_text: Callable[[], None],
        end_call: Callable[[str], None],
    ) -> None:
        self._folder, self._clock, self._ledger = folders.test_phone, clock, ledger
        self._texts_out, self._texts_in = texts_out, texts_in
        self._on_call, self._on_text, self._end_call = on_call, on_text, end_call
        self._lock = threading.Lock()
        self._place = threading.Lock()  # one network at a time has the folder
        self._until = Deadline(clock, 0.0)
        self._worker: Worker | None = None
        self.lines: tuple[Line, ...] = ()

    def ask(self, _: Message) -> Message:
        """Keep it for ten minutes more, or begin to put it there: how it is reached, and whether it is ready."""
        with self._lock:
            self._until = Deadline(self._clock, KEPT_S)
            if self._worker is None or not self._worker.is_alive:
                self._worker = Worker("test phone", self._work, on_death=_broke).start()
        socket = str((self._folder / SOCKET).absolute())
        return {"socket": socket, "voice": VOICE_NUMBER, "text": TEXT_NUMBER, "ready": self.is_ready}

    @property
    def is_ready(self) -> bool:
        """Whether it can be called and texted, or is in a call."""
        seen = [line.status() for line in self.lines]
        return bool(seen) and all(
            each.state not in (LineState.STARTING, LineState.FAULT) and each.operator_registered is not False
            for each in seen
        )

    def put_away(self, _: Message) -> Message:
        """End it now."""
        self.stop()
        return {}

    def stop(self) -> None:
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop(STOP_WITHIN_REAL_S)

    def forget_texts(self) -> None:
        """What an earlier test left must not leave when there is a text line again."""
        try:
            with self._ledger.transaction() as tx:
                outbox.close_line(tx, self._clock.now(), TEST_TEXT_LINE)
        except LEDGER_UNAVAILABLE as error:
            log.error("the test phone's texts can't be withdrawn (%s)", type(error).__name__)

    # ---- its thread ----

    def _work(self, stop: threading.Event) -> None:
        with self._place:
            network = self._start_network()
            try:
                if self._comes_up(network, stop):
                    self._serve(network, stop)
            finally:
                network.stop()

    def _start_network(self) -> NetworkProcess:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True)
        config = self._folder / "network.yaml"
        config.write_text(yaml.safe_dump(NETWORK))
        page = os.environ.get(CLOCK_VARIABLE)
        return NetworkProcess(config, self._folder, self._clock, Path(page) if page else None)

    def _comes_up(self, network: NetworkProcess, stop: threading.Event) -> bool:
        for _ in range(round(START_WITHIN_REAL_S / LOOK_REAL_S)):
            if network.is_ready:
                return True
            if not network.is_alive or stop.wait(LOOK_REAL_S):
                break
        if not stop.is_set():
            log.error("the test phone's network did not start: see %s", self._folder / "network.log")
        return False

    def _serve(self, network: NetworkProcess, stop: threading.Event) -> None:
        self.forget_texts()
        voice = VoiceLine(TEST_LINE, self._folder / f"{TEST_LINE}.tty", self._clock, self._on_call)
        text_device = self._folder / f"{TEST_TEXT_LINE}.tty"
        text = GsmLine(TEST_TEXT_LINE, text_device, self._clock, self._texts_in, self._on_text)
        voice.start()
        text.start()
        self._texts_out.add(text)
        self.lines = (voice, text)
        log.info("the test phone is there")
        try:
            while network.is_alive and not self._until.is_over and not stop.wait(LOOK_REAL_S):
                continue
        finally:
            self._close(voice, text)

    def _close(self, voice: VoiceLine, text: GsmLine) -> None:
        """Calls end as at any hang-up; then nothing is on its way any more."""
        steps: tuple[Callable[[], None], ...] = (
            voice.stop,
            lambda: self._end_call(TEST_LINE),
            text.stop,
            lambda: self._texts_out.remove(TEST_TEXT_LINE),
            self.forget_texts,
        )
        for step in steps:
            try:
                step()
            except ZombieThread as error:
                log.error("the test phone: %s", error)
        self.lines = ()
        log.info("the test phone was put away")


def _broke(_: BaseException) -> None:
    """A test phone that breaks (it is in the log) can be asked for again; the box goes on."""
