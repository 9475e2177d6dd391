"""The SIM card's PIN: tried once, ever. Three wrong tries lock a card, and a box that restarts has endless tries."""

from __future__ import annotations

import logging
import os
import re
from hashlib import sha256
from pathlib import Path

from firmware.clock import Clock, Deadline
from firmware.modem.errors import CommandRefused, SimLocked
from firmware.modem.gsm import replies
from firmware.modem.gsm.serial import SafeGsm

log = logging.getLogger(__name__)

TRIES_TO_LEAVE = 1  # a person must have one left
READY_TIMEOUT_S = 20.0
POLL_S = 0.5


class PinMemory:
    """Remembers, over restarts, the PIN that was tried last without success; `file` None: only while the box runs."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._tried = file.read_text(errors="replace").strip() if file and file.exists() else ""

    def has_failed(self, pin: str) -> bool:
        return self._tried == _mark(pin)

    def trying(self, pin: str) -> None:
        """Noted before the try: a power cut in the middle counts as a failure."""
        self._tried = _mark(pin)
        if self._file:
            with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(self._tried)
                file.flush()
                os.fsync(file.fileno())

    def succeeded(self) -> None:
        self._tried = ""
        if self._file:
            self._file.unlink(missing_ok=True)


def unlock(modem: SafeGsm, clock: Clock, pin: str | None, memory: PinMemory) -> None:
    """Make the SIM card ready, with at most one try of `pin` ever; raises `SimLocked` and says what a person can do."""
    state = replies.pin_state(modem.ask("AT+CPIN?"))
    if state == "READY":
        memory.succeeded()
        return
    if state != "SIM PIN":
        raise SimLocked(f"the SIM card says {state or 'nothing'}: put it into a phone and unlock it there")
    _check_may_try(modem, pin, memory)
    try:
        memory.trying(pin or "")
    except OSError as error:
        raise SimLocked("the PIN is not tried, because that it was cannot be written down") from error
    try:
        modem.ask(f'AT+CPIN="{pin}"')
    except CommandRefused as error:
        raise SimLocked("the PIN in the set-up is wrong; it will not be tried again") from error
    _wait_until_ready(modem, clock)
    memory.succeeded()


def _check_may_try(modem: SafeGsm, pin: str | None, memory: PinMemory) -> None:
    if pin is None:
        raise SimLocked("the SIM card wants a PIN, and the set-up has none")
    if not re.fullmatch(r"[0-9]{4,8}", pin, re.ASCII):
        raise SimLocked("the PIN in the set-up is not 4 to 8 digits")
    if memory.has_failed(pin):
        raise SimLocked("the PIN in the set-up was tried without success; it will not be tried again")
    tries = _tries_left(modem)
    if tries is not None and tries <= TRIES_TO_LEAVE:
        raise SimLocked(f"the SIM card allows {tries} more try of its PIN: put it into a phone and unlock it there")


def _tries_left(modem: SafeGsm) -> int | None:
    try:
        return replies.pin_tries(modem.ask("AT+SPIC"))
    except CommandRefused:
        return None  # not a SIMCom


def _wait_until_ready(modem: SafeGsm, clock: Clock) -> None:
    deadline = Deadline(clock, READY_TIMEOUT_S)
    while replies.pin_state(modem.ask("AT+CPIN?")) != "READY":
        if deadline.is_over:
            raise SimLocked("the SIM card took the PIN but does not become ready")
        clock.sleep(POLL_S)


def _mark(pin: str) -> str:
    return sha256(b"sim pin " + pin.encode()).hexdigest()
