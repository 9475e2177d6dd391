"""A phone line on a USB voice modem (ITU-T V.253): rings, caller id, calls, and healing after every kind of fault.

One thread owns the serial port. What it does reads from `VoiceLine._work` down: open the device, set the modem up,
wait for a ring, carry the call, and after a fault begin again.
"""

from __future__ import annotations

import threading
from pathlib import Path

from firmware.clock import Clock, Deadline
from firmware.modem.core_affinity import share_one_core
from firmware.modem.errors import LineInUse, LineUnplugged, ModemSilent, NoDialTone
from firmware.modem.line import CallerId, CallHandler, LineState, LineStatus
from firmware.modem.numbering import digits_to_dial
from firmware.modem.reconnect import Reconnect
from firmware.modem.serial_device import SerialDevice
from firmware.modem.voice.at import RingHeard
from firmware.modem.voice.call import VoiceCall
from firmware.modem.voice.carrier import Carrier
from firmware.modem.voice.dial_tone import Found
from firmware.modem.voice.dialled_call import DialledCall, Reservation
from firmware.modem.voice.modem import VoiceModem
from firmware.modem.voice.profile import LineSettings
from firmware.modem.voice.ringing import RING_GONE_S, Ringing
from firmware.threads import Worker

DEFAULT_SETTINGS = LineSettings()
PING_INTERVAL_S = 10.0
_MISSED_PINGS = 2
_LOOK_S = 0.2  # how long a quiet modem may keep a stop waiting
_RING_LOOK_S = 0.05
_DEAD_LINE_S = 600.0  # without dial tone: a line that may be dead is not dialled on again for so long


class VoiceLine:
    """A `Line` on the serial device `device`."""

    def __init__(
        self,
        name: str,
        device: Path,
        clock: Clock,
        on_call: CallHandler,
        settings: LineSettings = DEFAULT_SETTINGS,
    ) -> None:
        self.name = name
        self._device = device
        self._clock = clock
        self._on_call = on_call
        self._settings = settings
        self._state, self._detail = LineState.STARTING, ""
        self._reservation = Reservation(name)
        self._dials_again_at_s = clock.monotonic()
        self._reconnect = Reconnect(name, device, clock)
        self._worker = Worker(f"line {name}", self._work)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def status(self) -> LineStatus:
        detail = "no dial tone" if self._state is LineState.IDLE and self._may_be_dead else self._detail
        return LineStatus(self.name, "voice", self._state, detail)

    @property
    def can_dial(self) -> bool:
        return self._reservation.is_free and not self._may_be_dead

    def dial(self, number: str) -> DialledCall:
        digits = digits_to_dial(number, self._settings.country)
        if not self.can_dial:
            raise LineInUse(f"line {self.name} is not free")
        return self._reservation.reserve(digits)

    @property
    def _may_be_dead(self) -> bool:
        return self._clock.monotonic() < self._dials_again_at_s

    # ---- the line's thread ----

    def _work(self, stop: threading.Event) -> None:
        share_one_core()
        while not stop.is_set():
            try:
                with SerialDevice(self._device, self._clock) as device:
                    self._serve(device, stop)
                self._reservation.close()
            except Exception as error:  # noqa: BLE001 - the line heals, whatever it was
                self._reservation.close(error)
                self._set(LineState.FAULT, self._reconnect.failed(error))
                self._reconnect.wait(stop)

    def _serve(self, device: SerialDevice, stop: threading.Event) -> None:
        """Work until `stop` or a fault; a modem that went wrong is reset, so that the next attempt finds it sane."""
        try:
            modem = VoiceModem(device, self._clock, self._settings)
            carrier = Carrier(modem, self._clock)
            self._reconnect.succeeded(modem.profile.name)
            while not stop.is_set():
                self._set(LineState.IDLE, modem.profile.name)
                self._wait_for_call(modem, carrier, stop)
        except LineUnplugged:
            raise
        except Exception:
            device.hang_up_by_dtr()
            raise

    def _wait_for_call(self, modem: VoiceModem, carrier: Carrier, stop: threading.Event) -> None:
        """Return after one call, or after one interval without any."""
        ping_at_s = self._clock.monotonic() + PING_INTERVAL_S
        self._reservation.open()
        while not stop.is_set():
            events = modem.wait(_LOOK_S)
            now_s = self._clock.monotonic()
            ringing = Ringing(now_s)
            if sum(ringing.take(event, now_s) for event in events):
                self._ring(modem, carrier, ringing, stop)
                return
            if call := self._reservation.take():
                self._dial(modem, carrier, call, stop)
                return
            if now_s >= ping_at_s:
                self._ping(modem)
                return

    def _ping(self, modem: VoiceModem) -> None:
        for misses_left in reversed(range(_MISSED_PINGS)):
            try:
                modem.ping()
                return
            except ModemSilent:
                if not misses_left:
                    raise

    def _ring(self, modem: VoiceModem, carrier: Carrier, ringing: Ringing, stop: threading.Event) -> None:
        """From the first sign of a call to its end."""
        self._reservation.close(LineInUse("a caller was faster"))
        self._set(LineState.RINGING, modem.profile.name)
        while not ringing.is_a_call:
            if not self._rings_on(modem, ringing, stop):
                return
        with VoiceCall(self.name, ringing.caller) as call:
            self._on_call(call)
            while not (call.is_wanted and ringing.is_silent(self._clock.monotonic())):
                if not self._rings_on(modem, ringing, stop):
                    return
            self._set(LineState.BUSY, modem.profile.name)
            carrier.carry(call, stop)

    def _rings_on(self, modem: VoiceModem, ringing: Ringing, stop: threading.Event) -> bool:
        """Listen a moment; whether the caller is still there."""
        for event in modem.wait(_RING_LOOK_S):
            ringing.take(event, self._clock.monotonic())
        return not stop.is_set() and not ringing.is_gone(self._clock.monotonic())

    def _dial(self, modem: VoiceModem, carrier: Carrier, call: DialledCall, stop: threading.Event) -> None:
        """A call that goes out, unless a caller takes the line in the same moment: then that call is taken."""
        self._set(LineState.BUSY, modem.profile.name)
        with call:
            found = carrier.seize_for(call, stop)
            if found is Found.DIAL_TONE:
                carrier.place(call, stop)
            elif found in (Found.RING, Found.SOMEBODY):
                call.fail(LineInUse("a caller was faster"))
            elif found is not Found.NOTHING:
                self._dials_again_at_s = self._clock.monotonic() + _DEAD_LINE_S
                call.fail(NoDialTone("the line has no dial tone"))
        if found is Found.RING:
            ringing = Ringing(self._clock.monotonic())
            ringing.take(RingHeard(), self._clock.monotonic())
            self._ring(modem, carrier, ringing, stop)
        elif found in (Found.SOMEBODY, Found.SILENCE):
            self._attend(carrier, stop)
        elif found is Found.OTHER_TONE:
            carrier.release()

    def _attend(self, carrier: Carrier, stop: threading.Event) -> None:
        """A call that was taken by going off-hook to dial: somebody may be waiting there, silent or not."""
        with VoiceCall(self.name, CallerId(None)) as call:
            self._on_call(call)
            patience = Deadline(self._clock, RING_GONE_S)
            while not call.is_wanted:
                if call.is_released or patience.is_over or stop.is_set():
                    carrier.release()
                    return
                self._clock.sleep(_RING_LOOK_S)
            carrier.carry_on(call, stop)

    def _set(self, state: LineState, detail: str) -> None:
        self._state, self._detail = state, detail
