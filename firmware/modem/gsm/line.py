"""The line on a GSM module: registration and signal, texts in and out.

One thread per line connects, sweeps the storages and watches; `send_text` runs in its caller's thread. All commands
of one transaction go out under one lock. Whatever the module does, the line comes back by itself.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from firmware.clock import Clock, Deadline
from firmware.modem.errors import (
    CantDial,
    CommandRefused,
    LineError,
    LineUnplugged,
    ModemGarbled,
    NoNetwork,
    TextUnconfirmed,
)
from firmware.modem.gsm import replies
from firmware.modem.gsm.lines import Unsolicited
from firmware.modem.gsm.pin import PinMemory, unlock
from firmware.modem.gsm.send import SentPart, pdus_of, send_pdu
from firmware.modem.gsm.serial import SafeGsm
from firmware.modem.gsm.sweep import Sweeper
from firmware.modem.line import LineState, LineStatus, OutgoingCall
from firmware.modem.reconnect import Reconnect
from firmware.modem.text_store import TextStore
from firmware.threads import Worker

log = logging.getLogger(__name__)

CHECK_S = 15.0  # signal and registration; also finds a module that hangs
SWEEP_S = 180.0  # notices get lost; nothing waits longer than this
STORE_RETRY_S = 10.0
PART_TRIES = 3
PART_PAUSE_S = 3.0
_NOTICES = "2,1,0,2"  # AT+CNMI: store texts and reports and tell of them (27.005 clause 3.4.1)
_RESTARTED = ("RDY", "SMS DONE", "PB DONE", "Call Ready", "SMS Ready", "+CPIN: NOT READY", "+CPIN: NOT INSERTED")


class GsmLine:
    """A line that carries texts. `on_text` is called in the line's thread after new texts were kept: return quickly."""

    def __init__(
        self,
        name: str,
        device: Path,
        clock: Clock,
        inbox: TextStore,
        on_text: Callable[[], None],
        pin: str | None = None,
        pin_memory: Path | None = None,
    ) -> None:
        self.name = name
        self._device = device
        self._clock = clock
        self._pin = pin
        self._pin_memory = PinMemory(pin_memory)
        self._inbox = inbox
        self._sweeper = Sweeper(name, inbox)
        self._on_text = on_text
        self._lock = threading.RLock()  # one transaction at a time
        self._modem: SafeGsm | None = None
        self._opened: SafeGsm | None = None  # the same, from before it is ready
        self._reconnect = Reconnect(name, device, clock)
        self._stopping = threading.Event()
        self._fault = ""
        self._signal_dbm: int | None = None
        self._is_registered = False
        self._store_is_broken = False
        self._reference = int(clock.now().timestamp()) % 256
        self._worker = Worker(f"gsm line {name}", self._work)

    # ---- what the box sees ----

    def start(self) -> None:
        """Begin to work; returns at once, also when the module is absent."""
        self._worker.start()

    def stop(self) -> None:
        """Release the module and end the thread."""
        self._stopping.set()
        if modem := self._opened:
            modem.abort()
        self._worker.stop()

    def status(self) -> LineStatus:
        """What the line is doing now."""
        if self._fault:
            return LineStatus(self.name, "gsm", LineState.FAULT, self._fault)
        if self._modem is None:
            return LineStatus(self.name, "gsm", LineState.STARTING)
        detail = "the SIM card is nearly full of things that are no received texts" if self._sweeper.is_crowded else ""
        if not self._is_registered:
            detail = "not registered with a network"
        return LineStatus(self.name, "gsm", LineState.IDLE, detail, self._signal_dbm, self._is_registered)

    @property
    def can_dial(self) -> bool:
        """This line carries texts only."""
        return False

    def dial(self, number: str) -> OutgoingCall:
        """Raises `CantDial`."""
        raise CantDial(f"line {self.name} carries texts only")

    @property
    def can_send(self) -> bool:
        """Whether a text would go out now, as far as is known."""
        return self._modem is not None and self._is_registered

    def send_text(
        self,
        number: str,
        body: str,
        on_part: Callable[[SentPart], None] = lambda part: None,
        on_prompt: Callable[[], None] = lambda: None,
    ) -> list[SentPart]:
        """Send a whole text and wait until the module confirmed each part; takes seconds.

        `on_prompt` is called when the module waits for the first part, before it can leave; what it raises keeps the
        text. `on_part` is called for each part before any report on it is handed on. Raises `TextUnconfirmed` if some
        of it may have left; after any other `LineError` (`TextRefused`, `NumberRefused`, ...) none of it has.
        """
        self._reference = (self._reference + 1) % 256
        sent: list[SentPart] = []
        for pdu in pdus_of(number, body, self._reference):
            with self._lock:
                reference = self._send_first(pdu, on_prompt) if not sent else self._send_further(pdu)
                sent.append(SentPart(len(sent) + 1, reference, self._clock.now()))
                on_part(sent[-1])
        return sent

    def _send_first(self, pdu: bytes, on_prompt: Callable[[], None] = lambda: None) -> int:
        if self._modem is None:
            raise LineUnplugged("the line is not connected")
        if not self._is_registered:
            raise NoNetwork("the module is not registered with a network")
        return send_pdu(self._modem, pdu, on_prompt)

    def _send_further(self, pdu: bytes) -> int:
        """The first part is gone: the rest must follow, or nobody knows what the patient reads."""
        for _ in range(PART_TRIES):
            if self._stopping.is_set():
                break
            try:
                return self._send_first(pdu)
            except TextUnconfirmed:
                raise
            except LineError:
                self._stopping.wait(self._clock.real_s(PART_PAUSE_S))
        raise TextUnconfirmed("only the first parts of the text left")

    # ---- the line's thread ----

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._serve(stop)
            except Exception as error:  # noqa: BLE001 - the line heals, whatever it was
                if self._stopping.is_set():
                    return
                self._fault = self._reconnect.failed(error)
                self._reconnect.wait(stop)

    def _serve(self, stop: threading.Event) -> None:
        """Work until `stop` or a fault."""
        try:
            self._attend(self._connect(), stop)
        finally:
            self._disconnect()

    def _connect(self) -> SafeGsm:
        modem = self._opened = SafeGsm(str(self._device), self._clock, self._unlock)
        if self._stopping.is_set():
            raise LineUnplugged("the line is being closed")
        modem.open()
        self._prepare(modem)
        with self._lock:
            self._modem = modem
        self._fault = ""
        self._reconnect.succeeded("GSM module")
        return modem

    def _unlock(self, modem: SafeGsm) -> None:
        unlock(modem, self._clock, self._pin, self._pin_memory)

    def _prepare(self, modem: SafeGsm) -> None:
        """What the library does not set, or sets otherwise than wanted."""
        modem.ask("AT+CMGF=0")
        modem.ask('AT+CPMS="SM","SM","SM"')
        modem.ask(f"AT+CNMI={_NOTICES}")
        self._look_at_network(modem)

    def _disconnect(self) -> None:
        modem = self._opened
        if modem is None:
            return
        modem.abort()
        with self._lock:
            self._modem = self._opened = None
        modem.close()

    def _attend(self, modem: SafeGsm, stop: threading.Event) -> None:
        check, sweep = Deadline(self._clock, CHECK_S), Deadline(self._clock, 0.0)
        while not stop.is_set():
            if self._is_told_of_text(modem, min(check.remaining_s, sweep.remaining_s)) or sweep.is_over:
                sweep = Deadline(self._clock, SWEEP_S if self._sweep(modem) else STORE_RETRY_S)
            if check.is_over:
                self._look_after(modem)
                check = Deadline(self._clock, CHECK_S)

    def _is_told_of_text(self, modem: SafeGsm, wait_s: float) -> bool:
        """Wait for something unsolicited and take it in, with all that came with it."""
        is_told = False
        try:
            said = (
                modem.unsolicited.get(timeout=self._clock.real_s(wait_s)) if wait_s else modem.unsolicited.get_nowait()
            )
            while True:
                is_told |= self._take_in(modem, said)
                said = modem.unsolicited.get_nowait()
        except queue.Empty:
            return is_told

    def _take_in(self, modem: SafeGsm, said: Unsolicited | LineError) -> bool:
        """Whether there is a text to be fetched; raises what makes a new connection necessary."""
        if isinstance(said, LineError):
            raise said
        if said.line in _RESTARTED:
            raise ModemGarbled("the module has restarted")
        if said.line.startswith(("RING", "+CRING:")):
            self._refuse_call(modem)
        if said.pdu:
            self._keep(lambda: self._sweeper.keep_pdu(said.pdu))
        return replies.tells_of_text(said.line)

    def _refuse_call(self, modem: SafeGsm) -> None:
        """This line carries texts only; a caller hears busy at once instead of ringing for nothing."""
        with self._lock:
            try:
                modem.ask("AT+CHUP")
            except CommandRefused:
                pass  # the caller gave up first

    def _sweep(self, modem: SafeGsm) -> bool:
        """Fetch what lies in the storages; False if the box could not keep it, and it lies there still."""
        return self._keep(lambda: self._sweeper.sweep(modem) + self._inbox.give_up_waiting())

    def _keep(self, run: Callable[[], int]) -> bool:
        """Run what keeps texts and returns how many were new; False if the store refused."""
        try:
            with self._lock:
                new = run()
        except LineError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the store, the texts are safe on the card
            if not self._store_is_broken:
                log.error("line %s: received texts cannot be kept (%s)", self.name, type(error).__name__)
            self._store_is_broken = True
            return False
        if self._store_is_broken:
            log.info("line %s: received texts are kept again", self.name)
        self._store_is_broken = False
        if new:
            self._on_text()
        return True

    def _look_after(self, modem: SafeGsm) -> None:
        with self._lock:
            if not (replies.notice_settings(modem.ask("AT+CNMI?")) or _NOTICES).startswith(_NOTICES):
                raise ModemGarbled("the module has restarted")
            self._look_at_network(modem)

    def _look_at_network(self, modem: SafeGsm) -> None:
        self._signal_dbm = replies.signal_dbm(modem.ask("AT+CSQ"))
        was_registered, self._is_registered = (
            self._is_registered,
            any(self._says_registered(modem, command) for command in ("AT+CEREG?", "AT+CREG?")),
        )
        if was_registered != self._is_registered:
            log.info("line %s: %s", self.name, "registered" if self._is_registered else "not registered any more")

    def _says_registered(self, modem: SafeGsm, command: str) -> bool:
        try:
            return replies.is_registered(modem.ask(command))
        except CommandRefused:
            return False  # an older module knows no CEREG
