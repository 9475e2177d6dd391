"""A GSM module as a party in calls: it rings and can refuse; these modules carry no sound."""

from __future__ import annotations

from firmware.audio.port import Sound
from firmware.modem.virtual.exchange import Call, CallState, Exchange, Standing
from firmware.modem.virtual.gsm_module.module import GsmModule
from firmware.modem.virtual.tones import SILENCE


class MobileLine:
    """The subscriber whose SIM card is in a module."""

    is_off_hook = False

    def __init__(self, number: str, module: GsmModule, exchange: Exchange) -> None:
        self.number = number
        self.call: Call | None = None
        self._module = module
        self._exchange = exchange

    @property
    def standing(self) -> Standing:
        if self.call is not None:
            return Standing.BUSY
        return Standing.FREE if self._module.is_registered else Standing.NO_PATH

    def call_changed(self, call: Call, reason: str) -> None:
        if call.state is CallState.RINGING:
            self.call = call
            caller = None if call.withheld else call.caller.number
            self._module.call.ring(caller, on_refused=lambda: self._exchange.leave(call, self))
        elif call.state is CallState.ENDED:
            self.call = None
            self._module.call.stop()

    def speak(self) -> Sound:
        return SILENCE

    def hear(self, sound: Sound | None) -> None:
        pass  # never off-hook

    def tick(self) -> None:
        pass  # the module keeps its own time
