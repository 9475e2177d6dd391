"""The sound of one call between a modem and the port, in the line's thread, until either side hangs up.

Duplex modems are clocked by the samples they send; modems that can only do one direction at a time by the box's
clock while they send.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware.audio.call_tones import CallToneDetector
from firmware.audio.digits import DigitDetector
from firmware.audio.port import FRAME_S, FRAME_SAMPLES, SILENT_FRAME, Port, Tap
from firmware.clock import Clock, Deadline
from firmware.modem.errors import LineNotSeized, ModemGarbled
from firmware.modem.voice import dle
from firmware.modem.voice.life_sign import LOOK_S, SILENT_MODEM_S, LifeSign
from firmware.modem.voice.modem import VoiceModem
from firmware.modem.voice.playout import PlayOut
from firmware.modem.voice.supervision import Supervision

_CHUNK_AT_KEY = FRAME_SAMPLES // 2  # a key must stop a prompt within 60 ms of its start: half of a frame counts
_RINGS_UNTIL_S = 6.0  # a ring this long after going off-hook: the modem did not (one cadence of 5 s and a bit)
_LAST_WORD_SAMPLES = 400  # what is no more in the modem's buffer but not yet on the line
_CATCH_UP_S = 1.0  # after a stall in a one-way stream, more silence than this is not made up for


class Media:
    """What both ways of carrying a call share."""

    def __init__(
        self,
        modem: VoiceModem,
        port: Port,
        clock: Clock,
        is_released: Callable[[], bool],
        took_signal: Callable[[dle.LineSignal], bool] = lambda signal: False,
    ) -> None:
        """`took_signal` is shown each signal of the line first; what it takes is no sign of the call's end."""
        profile = modem.profile
        self._modem = modem
        self._device = modem.device
        self._port = port
        self._clock = clock
        self._is_released = is_released
        self._took_signal = took_signal
        self._coder = modem.coder
        self._playout = PlayOut(port, modem.coder, profile)
        self._supervision = Supervision(port, modem.coder, false_dial_tone=profile.false_dial_tone)
        self._keys_from_events = True
        self._detectors: list[Tap] = [CallToneDetector(modem.settings.country, port.hang_up)]
        self._unshielder = dle.Unshielder()
        self._ending = dle.END_DUPLEX

    def run(self) -> None:
        """Carry the call until it is over; raises `LineNotSeized` when the line goes on ringing."""
        for each in self._detectors:
            self._port.add_tap(each)
        try:
            self._carry()
        except LineNotSeized:
            self._modem.end_stream(self._ending, self._unshielder)
            raise
        finally:
            for each in self._detectors:
                self._port.remove_tap(each)

    def _carry(self) -> None:
        raise NotImplementedError

    def _is_up(self) -> bool:
        return self._port.hung_up is None and not self._is_released()

    def _unshield(self, data: bytes) -> bytes:
        """The sound in `data`; what else is in it is handled."""
        sound, events = self._unshielder.feed(data, self._clock.monotonic())
        for event in events:
            self._handle(event)
        return sound

    def _handle(self, event: dle.VoiceEvent) -> None:
        match event:
            case dle.SignalHeard(dle.LineSignal.RING):
                if self._supervision.seconds < _RINGS_UNTIL_S:
                    raise LineNotSeized("the line goes on ringing")
            case dle.SignalHeard(signal):
                if not self._took_signal(signal):
                    self._supervision.signal(signal)
            case dle.KeyToneBegan() if self._keys_from_events:
                self._port.key_began()
            case dle.KeyHeard(key) if self._keys_from_events:
                self._supervision.key()
                self._port.key_pressed(key)
            case dle.UnknownCode():
                self._supervision.fault()
            case dle.StreamEnded():
                raise ModemGarbled("the modem ended its stream by itself")

    def _hear(self, sound: bytes) -> None:
        if not sound:
            return
        self._supervision.heard(sound)
        self._port.hear(self._coder.decode(sound))

    def _send(self) -> None:
        out = self._playout.due()
        if out:
            self._device.write(out)


class Duplex(Media):
    """+VTR: the caller is heard while the box speaks."""

    def __init__(
        self,
        modem: VoiceModem,
        port: Port,
        clock: Clock,
        is_released: Callable[[], bool],
        took_signal: Callable[[dle.LineSignal], bool] = lambda signal: False,
    ) -> None:
        super().__init__(modem, port, clock, is_released, took_signal)
        self._keys_from_events = modem.profile.keys_from_events
        if not self._keys_from_events:
            self._detectors.append(DigitDetector(port))

    def _carry(self) -> None:
        data = self._modem.begin_duplex()
        life = LifeSign()
        while self._is_up():
            life.looked(data)
            if data:
                self._exchange(data)
            self._device.read_in_chunks_of(_CHUNK_AT_KEY if self._may_be_key() else FRAME_SAMPLES)
            data = self._device.read(LOOK_S)
        self._finish()

    def _may_be_key(self) -> bool:
        """A key begins with something loud: until then whole frames do, at half the wake-ups."""
        return self._supervision.is_loud and self._port.stops_at_key

    def _exchange(self, data: bytes) -> None:
        sound = self._unshield(data)
        self._hear(sound)
        self._playout.passed(len(sound))
        self._send()

    def _finish(self) -> None:
        """A caller who is still there hears the last word to its end."""
        if self._port.hung_up is None:
            self._drain()
        self._modem.end_stream(self._ending, self._unshielder)

    def _drain(self) -> None:
        left = self._playout.waiting + _LAST_WORD_SAMPLES
        deadline = Deadline(self._clock, SILENT_MODEM_S)
        while left > 0 and not deadline.is_over and self._port.hung_up is None:
            sound = self._unshield(self._device.read(FRAME_S))
            self._hear(sound)
            left -= len(sound)


class TurnTaking(Media):
    """+VTX and +VRX: one direction at a time; keys come as events in both."""

    def _carry(self) -> None:
        self._now_s = self._clock.monotonic()
        while self._is_up():
            if self._port.only_listens:
                self._listen()
            else:
                self._speak()

    def _speak(self) -> None:
        """Send until the call thread wants to listen; silence keeps the stream alive."""
        self._unshielder, self._ending = dle.Unshielder(), dle.END_OF_SOUND
        data = self._modem.begin_sending()
        self._playout.emptied()
        while self._is_up() and not self._port.only_listens:
            self._unshield(data)
            self._let_time_pass()
            self._send()
            data = self._device.read(max(0.0, self._now_s + FRAME_S - self._clock.monotonic()))
        if self._port.hung_up is not None:
            self._device.write(dle.THROW_AWAY)
        self._modem.end_stream(self._ending, self._unshielder)

    def _listen(self) -> None:
        """Receive until the call thread wants to speak."""
        self._unshielder, self._ending = dle.Unshielder(), dle.ABORT_RECEIVE
        data = self._modem.begin_receiving()
        self._let_time_pass()
        self._device.read_in_chunks_of(FRAME_SAMPLES)
        life = LifeSign()
        while self._is_up() and self._port.only_listens:
            sound = self._unshield(data)
            life.looked(sound)
            if sound:
                self._now_s = self._clock.monotonic()
                self._hear(sound)
                self._playout.passed(len(sound))
                self._playout.due()  # the port's time goes on; nobody hears its frames
            data = self._device.read(LOOK_S)
        self._modem.end_stream(self._ending, self._unshielder)

    def _let_time_pass(self) -> None:
        """Whole frames of the box's clock since the last look, in which nothing could be heard."""
        passed_s = self._clock.monotonic() - self._now_s
        if passed_s > _CATCH_UP_S:
            self._now_s += passed_s - _CATCH_UP_S
        while self._clock.monotonic() - self._now_s >= FRAME_S:
            self._now_s += FRAME_S
            self._supervision.passed(FRAME_SAMPLES)
            self._port.hear(SILENT_FRAME)
            self._playout.passed(FRAME_SAMPLES)
