"""A subscriber line of the exchange: two wires with a device at their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from firmware.audio.caller_id_tones import CallerIdFields
from firmware.audio.port import Sound
from firmware.audio.spandsp import DtmfReceiver, KeyDown
from firmware.modem.virtual.exchange import Call, CallState, Exchange, Standing
from firmware.modem.virtual.line import LineModel
from firmware.modem.virtual.plans import CountryPlan, ToneSpec
from firmware.modem.virtual.ringing import RingTick, ring_signal
from firmware.modem.virtual.tones import SILENCE, Cadence, ticks

LAST_DIGIT_TICKS = ticks(4000)  # so long after the last digit the number is taken as complete
RELEASE_TONE_TICKS = ticks(60_000)


class LineDevice(Protocol):
    """What is plugged into the wall socket."""

    def ring_changed(self, rings: bool) -> None:
        """Ring current began or ended."""

    def hear_on_hook(self, sound: Sound) -> None:
        """Sound on the idle line (caller id)."""

    def speak(self) -> Sound:
        """The next tick of sound toward the line; asked only off-hook."""

    def hear(self, sound: Sound) -> None:
        """A tick of sound from the line; only off-hook."""

    def loop_broke(self) -> None:
        """The exchange opened the loop for a moment."""


class SubscriberLine:
    """One analogue line: rings its device, collects digits, plays the exchange's tones into it."""

    def __init__(
        self,
        number: str,
        plan: CountryPlan,
        exchange: Exchange,
        model: LineModel,
        caller_fields: Callable[[Call], CallerIdFields],
    ) -> None:
        self.number = number
        self.model = model
        self.caller_id = plan.caller_id
        self.loop_break_ms = plan.loop_break_ms
        self.is_off_hook = False
        self.call: Call | None = None
        self.device: LineDevice
        self._plan = plan
        self._exchange = exchange
        self._caller_fields = caller_fields
        self._ringing: Iterator[RingTick] | None = None
        self._ring_is_on = False
        self._tone: Cadence | None = None
        self._tone_ticks = 0
        self._release_ticks = 0
        self._collector: DigitCollector | None = None
        self._sent = SILENCE

    @property
    def standing(self) -> Standing:
        return Standing.BUSY if self.is_off_hook or self.call is not None else Standing.FREE

    @property
    def ring_is_on(self) -> bool:
        return self._ring_is_on

    # ---- the device ----

    def go_off_hook(self) -> None:
        """The device closes the loop: answers a ringing call, else gets dial tone."""
        if self.is_off_hook:
            return
        self.is_off_hook = True
        self._stop_ringing()
        if self.call is not None:
            self._exchange.answer(self.call)
        else:
            self._collector = DigitCollector()
            self._sound(self._plan.dial)

    def go_on_hook(self) -> None:
        """The device opens the loop: whatever was on is over."""
        if not self.is_off_hook:
            return
        self.is_off_hook = False
        self._collector = None
        self._tone = None
        self._release_ticks = 0
        if self.call is not None:
            self._exchange.leave(self.call, self)

    # ---- the exchange ----

    def call_changed(self, call: Call, reason: str) -> None:
        self.call = call
        match call.state:
            case CallState.RINGING if call.callee is self:
                self._ringing = ring_signal(self._plan, self.caller_id, self._caller_fields(call))
            case CallState.RINGING:
                self._sound(self._plan.ring_back)
            case CallState.ANSWERED:
                self._tone = None
            case CallState.BUSY:
                self._sound(self._plan.busy)
            case CallState.CONGESTION:
                self._sound(self._plan.congestion)
            case CallState.UNOBTAINABLE:
                self._sound(self._plan.unobtainable)
            case CallState.ENDED:
                self._call_ended()

    def tick(self) -> None:
        if self._ringing is not None:
            self._ring(next(self._ringing))
        if self._release_ticks:
            self._release_ticks -= 1
            if not self._release_ticks:
                self._sound(self._plan.busy)

    def speak(self) -> Sound:
        self._sent = self.device.speak()
        sound = self.model.toward_network(self._sent)
        if self._collector is not None:
            self._collect(self._collector, sound)
        return sound

    def hear(self, sound: Sound | None) -> None:
        far = self._network_tone() if sound is None else sound
        self.device.hear(self.model.toward_subscriber(far, self._sent))

    # ---- inside ----

    def _call_ended(self) -> None:
        self.call = None
        self._stop_ringing()
        if not self.is_off_hook:
            return
        self._tone = None
        self._release_ticks = max(1, ticks(self._plan.release_delay_ms))
        if self.loop_break_ms:
            self.device.loop_broke()

    def _ring(self, now: RingTick) -> None:
        self._set_ring(now.rings)
        if now.sound is not None:
            self.device.hear_on_hook(self.model.toward_subscriber(now.sound, SILENCE))

    def _stop_ringing(self) -> None:
        self._ringing = None
        self._set_ring(False)

    def _set_ring(self, rings: bool) -> None:
        if rings != self._ring_is_on:
            self._ring_is_on = rings
            self.device.ring_changed(rings)

    def _sound(self, tone: ToneSpec) -> None:
        self._tone = Cadence(tone, self._plan.level_dbm0)
        self._tone_ticks = RELEASE_TONE_TICKS

    def _network_tone(self) -> Sound:
        if self._tone is None or not self._tone_ticks:
            return SILENCE
        self._tone_ticks -= 1
        return self._tone.next()

    def _collect(self, collector: DigitCollector, sound: Sound) -> None:
        collector.hear(sound)
        if collector.digits and self.call is None:
            self._tone = None
        if collector.is_complete or self._exchange.knows(collector.digits):
            self._collector = None
            self.call = self._exchange.place(self, collector.digits)


class DigitCollector:
    """Hears the digits that a subscriber dials."""

    def __init__(self) -> None:
        self.digits = ""
        self._receiver = DtmfReceiver()
        self._quiet_ticks = 0

    @property
    def is_complete(self) -> bool:
        """Nothing was dialled for a while after the last digit."""
        return bool(self.digits) and self._quiet_ticks >= LAST_DIGIT_TICKS

    def hear(self, sound: Sound) -> None:
        keys = [event.key for event in self._receiver.feed(sound) if isinstance(event, KeyDown)]
        self.digits += "".join(keys)
        self._quiet_ticks = 0 if keys else self._quiet_ticks + 1
