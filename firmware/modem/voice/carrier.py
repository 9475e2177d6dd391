"""Answering and carrying calls on one modem: go off-hook, make sure of it, exchange sound, go on-hook."""

from __future__ import annotations

import threading

from firmware.clock import Clock
from firmware.modem.errors import DuplexRefused, LineNotSeized
from firmware.modem.voice.call import VoiceCall
from firmware.modem.voice.media import Duplex, Media, TurnTaking
from firmware.modem.voice.modem import VoiceModem

_SEIZE_TRIES = 3
_NEXT_GAP_S = 1.2  # from the ring that shows the line not seized to the silence behind it


class Carrier:
    """Carries one call after another; remembers whether the modem's duplex is real."""

    def __init__(self, modem: VoiceModem, clock: Clock) -> None:
        self._modem = modem
        self._clock = clock
        self._duplex = modem.abilities.duplex

    def carry(self, call: VoiceCall, stop: threading.Event) -> None:
        """Answer `call` now, in the silence between two rings; returns when the line is on-hook again."""
        self._modem.enter_voice()
        self._modem.seize()
        call.answered()
        for tries_left in reversed(range(_SEIZE_TRIES)):
            try:
                self._exchange(call, stop)
                break
            except LineNotSeized:
                if not tries_left:
                    raise
                self._clock.sleep(_NEXT_GAP_S)
                self._modem.seize()
        self._modem.release()

    def _exchange(self, call: VoiceCall, stop: threading.Event) -> None:
        """Sound until either side hangs up; a modem that refuses duplex is used one way, now and from now on."""
        try:
            self._media(call, stop).run()
        except DuplexRefused:
            self._duplex = False
            self._media(call, stop).run()

    def _media(self, call: VoiceCall, stop: threading.Event) -> Media:
        kind = Duplex if self._duplex else TurnTaking
        return kind(self._modem, call.port, self._clock, lambda: call.is_released or stop.is_set())
