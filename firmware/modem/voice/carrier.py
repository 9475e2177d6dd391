"""Answering, placing and carrying calls on one modem: go off-hook, make sure of it, exchange sound, go on-hook."""

from __future__ import annotations

import threading
from collections.abc import Callable

from firmware.audio.call_progress import CallProgress
from firmware.clock import Clock
from firmware.modem.errors import DuplexRefused, LineNotSeized
from firmware.modem.voice import dial_tone
from firmware.modem.voice.call import VoiceCall
from firmware.modem.voice.dial_tone import Found
from firmware.modem.voice.dialled_call import DialledCall
from firmware.modem.voice.dle import LineSignal
from firmware.modem.voice.media import Duplex, Media, TurnTaking
from firmware.modem.voice.modem import VoiceModem

_SEIZE_TRIES = 3
_NEXT_GAP_S = 1.2  # from the ring that shows the line not seized to the silence behind it
_POLE_CHANGES = (LineSignal.POLARITY_REVERSAL, LineSignal.LOOP_BREAK)  # Conexant chips call both a loop break

TookSignal = Callable[[LineSignal], bool]


class Carrier:
    """Carries one call after another; remembers whether the modem's duplex is real."""

    def __init__(self, modem: VoiceModem, clock: Clock) -> None:
        self._modem = modem
        self._clock = clock
        self._duplex = modem.abilities.duplex

    # ---- calls that come in ----

    def carry(self, call: VoiceCall, stop: threading.Event) -> None:
        """Answer `call` now, in the silence between two rings; returns when the line is on-hook again."""
        self._modem.enter_voice()
        self.carry_on(call, stop)

    def carry_on(self, call: VoiceCall, stop: threading.Event) -> None:
        """As `carry`, in voice mode and perhaps off-hook already."""
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

    # ---- calls that go out ----

    def seize_for(self, call: DialledCall, stop: threading.Event) -> Found:
        """Take the line for `call`, unless it rings; what is on it then. Off-hook but for `Found.NOTHING`, `RING`."""
        self._modem.enter_voice()
        if self._modem.take_ring():
            self._modem.release()
            return Found.RING
        self._modem.seize()
        found = dial_tone.listen(self._modem, lambda: call.is_released or stop.is_set())
        if found is Found.RING:  # off-hook all the same, or refused in the burst: `carry_on` makes sure
            self._clock.sleep(_NEXT_GAP_S)
            return Found.SOMEBODY
        if found is Found.NOTHING:
            self._modem.release()
        return found

    def place(self, call: DialledCall, stop: threading.Event) -> None:
        """Dial on the seized line and carry the call; returns when the line is on-hook again."""
        self._modem.send_digits(call.number)
        call.port.only_listen(True)

        def answered() -> None:
            call.port.remove_tap(progress)
            call.answered()

        progress = CallProgress(self._modem.settings.country, answered, call.port.hang_up)
        call.port.add_tap(progress)

        def took(signal: LineSignal) -> bool:
            """Before the answer a change of poles tells of it; after it, of the end."""
            if call.is_answered or signal not in _POLE_CHANGES:
                return False
            progress.answered()
            return True

        self._exchange(call, stop, took)
        self._modem.release()

    # ---- both ----

    def release(self) -> None:
        """Go on-hook without a call."""
        self._modem.release()

    def _exchange(
        self, call: VoiceCall | DialledCall, stop: threading.Event, took_signal: TookSignal = lambda signal: False
    ) -> None:
        """Sound until either side hangs up; a modem that refuses duplex is used one way, now and from now on."""
        try:
            self._media(call, stop, took_signal).run()
        except DuplexRefused:
            self._duplex = False
            self._media(call, stop, took_signal).run()

    def _media(self, call: VoiceCall | DialledCall, stop: threading.Event, took_signal: TookSignal) -> Media:
        kind = Duplex if self._duplex else TurnTaking
        is_released = lambda: call.is_released or stop.is_set()  # noqa: E731
        return kind(self._modem, call.port, self._clock, is_released, took_signal)
