"""The serial side of a GSM module: what python-gsmmodem-new's own lacks to live with real modules.

`SafeGsm` has the method order SafeGsm -> GsmModem -> SafeComms -> SerialComms, so `SafeComms` replaces the library's
reader and writer without touching the package: no flow control, an exclusive port, lines in any encoding, nothing
unsolicited lost in the middle of an answer, a strict end of an answer, and a reader whose death is noticed.
"""

from __future__ import annotations

import queue
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from firmware.clock import Clock, Deadline
from firmware.modem.errors import CommandRefused, LineError, LineUnplugged, ModemGarbled, ModemSilent
from firmware.modem.gsm.lines import PROMPT, LineCutter, Pending, Sorter, Unsolicited
from firmware.modem.serial_device import SerialDevice
from firmware.threads import Worker

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library's sources have invalid escapes, which newer Pythons report
    from gsmmodem.exceptions import CmeError, GsmModemException, TimeoutException
    from gsmmodem.modem import GsmModem
    from gsmmodem.serial_comms import SerialComms

READ_S = 0.5
SETTLE_S = 0.3
COMMAND_TIMEOUT_S = 10.0
PROMPT_TIMEOUT_S = 10.0
SUBMIT_TIMEOUT_S = 60.0  # SIM800 documents up to 60 s for AT+CMGS
_BUSY_CODES = ("14", "515")  # SIM busy; wait, initialising: the library retries these without end
_UNSOLICITED_LIMIT = 200
_ESC, _CTRL_Z = "\x1b", "\x1a"

_Answer = TypeVar("_Answer")


class SafeComms(SerialComms):  # type: ignore[misc]  # the library has no types
    """Owns the port and its reader thread. Times are box seconds."""

    def __init__(self, port: str, *rest: Any, clock: Clock, **options: Any) -> None:
        super().__init__(port, *rest, **options)
        self.unsolicited: queue.Queue[Unsolicited | LineError] = queue.Queue(_UNSOLICITED_LIMIT)
        self._clock = clock
        self._device: SerialDevice | None = None
        self._reader: Worker | None = None
        self._answered = threading.Condition()  # guards the next two
        self._pending: Pending | None = None
        self._fault: LineError | None = None

    def connect(self) -> None:
        """Open the port, leave whatever the module was doing, and begin to listen. Raises `LineError`."""
        device = self._device = SerialDevice(Path(self.port), self._clock)
        device.write(f"{_ESC}\r".encode())
        deadline = Deadline(self._clock, SETTLE_S * 10)
        while device.read(SETTLE_S) and not deadline.is_over:
            pass
        self.alive = True
        name = f"gsm reader {Path(self.port).name}"
        self._reader = Worker(name, lambda stop: self._read(device, stop), self._died).start()

    def close(self) -> None:
        """Give the port back; harmless at any time, from any thread but the reader."""
        self.alive = False
        if self._reader is not None:
            self._reader.stop()
        if self._device is not None:
            self._device.close()

    def check(self) -> None:
        """Raise `LineUnplugged` if the connection has ended."""
        with self._answered:
            self._raise_fault()

    def abort(self) -> None:
        """Let whoever waits for an answer give up at once."""
        with self._answered:
            self._fault = LineUnplugged("the line is being closed")
            self._answered.notify_all()
        self.tell(self._fault)

    def write(
        self,
        data: str,
        waitForResponse: bool = True,  # noqa: N803 - the library's names
        timeout: float = COMMAND_TIMEOUT_S,
        expectedResponseTermSeq: str | None = None,  # noqa: N803
    ) -> list[str]:
        """Send a command and wait for its answer, last line last. Raises `LineError` or what the library raises."""
        with self._txLock:
            pending = Pending(data, wants_prompt=bool(expectedResponseTermSeq))
            with self._answered:
                self._raise_fault()
                self._pending = pending
            try:
                if self._device is None:
                    raise LineUnplugged("the port is not open")
                self._device.write(data.encode("latin-1"))
                return self._wait_for(pending, timeout) if waitForResponse else []
            finally:
                self._pending = None

    def _wait_for(self, pending: Pending, timeout: float) -> list[str]:
        with self._answered:
            self._answered.wait_for(lambda: pending.is_answered or self._fault, self._clock.real_s(timeout))
            if not pending.is_answered:
                self._raise_fault()
                raise TimeoutException(pending.lines)
        code = pending.lines[-1].rpartition(" ")[2]
        if pending.lines[-1].startswith("+CME") and code in _BUSY_CODES:
            raise CmeError("", int(code))
        return pending.lines

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise LineUnplugged(str(self._fault))

    def _read(self, device: SerialDevice, stop: threading.Event) -> None:
        cutter, sorter = LineCutter(), Sorter()
        while self.alive and not stop.is_set():
            try:
                received = device.read(READ_S)
            except LineError as error:  # pulled out: the line's thread tells people
                self._died(error)
                return
            for line in cutter.feed(received):
                with self._answered:
                    said = sorter.sort(line, self._pending)
                    self._answered.notify_all()
                if said is not None:
                    self.tell(said)

    def _died(self, error: BaseException) -> None:
        fault = error if isinstance(error, LineError) else LineUnplugged(f"the reader failed: {type(error).__name__}")
        with self._answered:
            self._fault = fault
            self._answered.notify_all()
        self.tell(fault)

    def tell(self, said: Unsolicited | LineError) -> None:
        """Leave word for the line's thread."""
        try:
            self.unsolicited.put_nowait(said)
        except queue.Full:
            pass  # a module that babbles: the sweep finds whatever mattered


class SafeGsm(GsmModem, SafeComms):  # type: ignore[misc]  # the library has no types
    """A GSM module; `unlock` is called while it is being initialised, when the library would send the PIN."""

    def __init__(self, port: str, clock: Clock, unlock: Callable[[SafeGsm], None]) -> None:
        super().__init__(port, clock=clock)
        self._unlock = unlock

    def open(self) -> None:
        """Connect and initialise. Raises `LineError` only, and has closed the port again then."""
        try:
            in_our_words(self.connect)
        except LineError:
            self.close()
            raise

    def ask(self, command: str, timeout_s: float = COMMAND_TIMEOUT_S) -> list[str]:
        """The lines before OK. Raises `CommandRefused`, `ModemSilent` and other `LineError`s, nothing else."""
        lines = in_our_words(lambda: self._say(command, timeout=timeout_s))
        return lines[:-1]

    def get_prompt(self, octets: int) -> str:
        """Begin AT+CMGS; the last line of the answer: `PROMPT` if a PDU may follow. If it raises, nothing was sent."""
        command = f"AT+CMGS={octets}"
        try:
            answer = in_our_words(
                lambda: self._say(command, timeout=PROMPT_TIMEOUT_S, parseError=False, expectedResponseTermSeq=PROMPT)
            )
        except LineError:
            self.leave_prompt()
            raise
        return answer[-1]

    def give_pdu(self, pdu: bytes) -> list[str]:
        """Answer the prompt with a PDU; what the module says to it. It may have been sent if it raises."""
        digits = pdu.hex().upper()
        return in_our_words(lambda: self._say(digits, timeout=SUBMIT_TIMEOUT_S, parseError=False, writeTerm=_CTRL_Z))

    def _say(self, data: str, **options: Any) -> list[str]:
        lines: list[str] = GsmModem.write(self, data, **options)
        return lines

    def leave_prompt(self) -> None:
        """A module that still waits for a PDU takes no commands until it gets ESC."""
        try:
            in_our_words(lambda: self._say(_ESC, waitForResponse=False, writeTerm=""))
        except LineError:
            pass  # it is gone: then it waits for nothing

    def _unlockSim(self, pin: str | None) -> None:  # noqa: N802 - the library's name
        """The library would send the PIN again and again, even where a PUK is asked for."""
        self._unlock(self)


def in_our_words(run: Callable[[], _Answer]) -> _Answer:
    """Run something of the library's and raise only `LineError`, whatever it raises."""
    try:
        return run()
    except LineError:
        raise
    except TimeoutException as error:
        raise ModemSilent("the module does not answer") from error
    except GsmModemException as error:
        raise CommandRefused(str(error)) from error
    except Exception as error:  # on an unexpected answer the library raises TypeError, ValueError, IndexError, ...
        raise ModemGarbled(f"the module's answer makes no sense ({type(error).__name__})") from error
