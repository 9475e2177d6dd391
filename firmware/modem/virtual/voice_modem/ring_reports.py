"""How a voice modem tells its host that the line rings, and who calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.audio.caller_id_tones import CallerIdFields, CallerIdReceiver, CallerIdStandard
from firmware.audio.port import Sound
from firmware.modem.virtual.tones import TICK_MS, ticks

if TYPE_CHECKING:
    from firmware.modem.virtual.voice_modem.modem import Modem

SAME_BURST_TICKS = ticks(300)  # two pulses closer than this are one ring (United Kingdom)
FORGET_AFTER_TICKS = ticks(1500)  # a caller id receiver that has heard nothing for so long is renewed
_STANDARDS = {"fsk": CallerIdStandard.CLASS, "dtmf": CallerIdStandard.DTMF}


class RingReports:
    """Watches ring current and the on-hook line of one modem."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._rings = False
        self._ticks = ticks(60_000)  # since the ring current changed
        self._report_is_due = False
        self._receiver: CallerIdReceiver | None = None
        self._unheard_ticks = 0

    def changed(self, rings: bool) -> None:
        """Ring current began or ended."""
        lasted, self._ticks, self._rings = self._ticks, 0, rings
        if not rings:
            self._report_cadence(f"DRON={lasted * TICK_MS // 100}")
        elif lasted > SAME_BURST_TICKS:
            self._report_is_due = True
            self._report_cadence(f"DROF={lasted * TICK_MS // 100}")

    def hear(self, sound: Sound) -> None:
        """Sound on the idle line."""
        if not self._modem.settings.value("+VCID"):
            return
        if self._receiver is None:
            self._receiver = CallerIdReceiver(_STANDARDS[self._modem.caller_id_kind])
        self._unheard_ticks = 0
        for caller in self._receiver.feed(sound):
            self._modem.replies.unsolicited_text(*self._lines(caller))

    def tick(self) -> None:
        """10 ms have passed."""
        self._ticks += 1
        self._unheard_ticks += 1
        if self._unheard_ticks > FORGET_AFTER_TICKS:
            self._receiver = None
        if self._report_is_due and self._ticks >= ticks(self._modem.profile.quirks.ring_report_ms):
            self._report_is_due = False
            self._report_ring()

    def _report_ring(self) -> None:
        if self._modem.is_in_voice_mode:
            self._modem.replies.events("R")
        elif not self._modem.is_occupied:
            self._modem.replies.unsolicited_result("RING")

    def _report_cadence(self, line: str) -> None:
        if self._modem.settings.value("+VDR"):
            self._modem.replies.unsolicited_text(line)

    def _lines(self, caller: CallerIdFields) -> list[str]:
        equals = " = " if self._modem.profile.quirks.spaced_caller_id else "="
        time = caller.month_day_time
        lines = [f"DATE{equals}{time[:4]}", f"TIME{equals}{time[4:]}"] if time else []
        number = caller.number or ("P" if caller.is_withheld else "O")
        lines.append(f"NMBR{equals}{number}")
        if caller.name:
            lines.append(f"NAME{equals}{caller.name}")
        return lines
