"""A virtual telephone: somebody who calls, answers, presses keys, speaks, and whose calls are kept as sound."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

import numpy as np

from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from firmware.audio.spandsp import DtmfSender
from firmware.modem.virtual.errors import BadSound, NothingRings, PhoneInUse
from firmware.modem.virtual.exchange import Call, CallState, Exchange, Standing
from firmware.modem.virtual.live_sound import LiveSound
from firmware.modem.virtual.plans import CountryPlan, ToneSpec
from firmware.modem.virtual.sound_queue import SoundQueue
from firmware.modem.virtual.tones import SILENCE, Cadence, samples, ticks

TONE_TICKS = ticks(20_000)  # a mobile phone lets go of a refused call after so long
KEY_LEVEL_DBM0 = -10  # each of the two tones; TIA-464: -10 to -4 dBm0 at the exchange


@dataclass(frozen=True)
class PressedKey:
    """Where one key's tone lies in the phone's `said` sound."""

    key: str
    starts_at_sample: int
    ends_at_sample: int


@dataclass(frozen=True)
class LegEvent:
    """Something became of one phone's part in a call; `at_sample` on the time line of its recordings."""

    call: str
    number: str
    far_number: str | None
    state: CallState
    reason: str
    at_sample: int


class Recording:
    """Both directions of one phone's call as raw 16-bit files on one time line; without a folder only the time."""

    def __init__(self, folder: Path | None) -> None:
        self._files: tuple[BinaryIO, ...] = ()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._files = _open(folder / "heard.s16"), _open(folder / "said.s16")
        self.samples = 0

    def add(self, heard: Sound, said: Sound) -> None:
        for file, sound in zip(self._files, (heard, said), strict=False):
            file.write(sound.tobytes())
        self.samples += len(heard)

    def close(self) -> None:
        for file in self._files:
            file.close()


class Leg:
    """One phone's part in one call."""

    def __init__(self, name: str, call: Call) -> None:
        self.name = name
        self.call = call
        self.mouth = SoundQueue()
        self.live: LiveSound | None = None
        self.recording: Recording | None = None
        self.tone: Cadence | None = None
        self.tone_ticks = 0


class Phone:
    """One mobile subscriber; in one call at a time."""

    def __init__(
        self,
        number: str,
        plan: CountryPlan,
        exchange: Exchange,
        folder: Path | None,
        names: count[int],
        publish: Callable[[LegEvent], None],
    ) -> None:
        self.number = number
        self.is_reachable = True
        self.leg: Leg | None = None
        self._plan = plan
        self._exchange = exchange
        self._folder = folder
        self._names = names
        self._publish = publish
        self._saying = SILENCE

    # ---- the person ----

    def dial(self, number: str, withheld: bool = False) -> Leg:
        """Call a number; raises `PhoneInUse`."""
        if self.leg is not None:
            raise PhoneInUse(f"{self.number} is in a call")
        call = self._exchange.place(self, number, withheld)
        self.leg = self._new_leg(call)
        self._go_off_hook(self.leg)
        self._tell(self.leg, "")
        return self.leg

    def answer(self) -> Leg:
        """Take the call that rings; raises `NothingRings`."""
        leg = self.leg
        if leg is None or leg.call.callee is not self or leg.call.state is not CallState.RINGING:
            raise NothingRings(f"nobody calls {self.number}")
        self._go_off_hook(leg)
        self._exchange.answer(leg.call)
        return leg

    def press(self, keys: str, tone_ms: int, gap_ms: int) -> list[PressedKey]:
        """Press keys after whatever is still to be said; raises `BadKeys`."""
        leg = self._leg_in_call()
        sound = DtmfSender(tone_ms, gap_ms, KEY_LEVEL_DBM0).sound(keys)
        start, period = leg.mouth.end_sample, samples(tone_ms + gap_ms)
        leg.mouth.add(sound)
        starts = [start + index * period for index in range(len(keys))]
        return [PressedKey(key, at, at + samples(tone_ms)) for key, at in zip(keys, starts, strict=True)]

    def speak_file(self, path: Path) -> tuple[int, int]:
        """Say a WAV file after whatever is still to be said: the samples where it begins and ends."""
        leg, sound = self._leg_in_call(), read_wav(path)
        start = leg.mouth.end_sample
        leg.mouth.add(sound)
        return start, leg.mouth.end_sample

    def connect(self, live: LiveSound) -> None:
        """Let somebody hear and speak from now on; who did so before is cut off."""
        leg = self._leg_in_call()
        if leg.live is not None:
            leg.live.close()
        leg.live = live

    def hang_up(self) -> None:
        """End the call, whatever it is doing; a ringing one is refused."""
        self._exchange.leave(self._leg_in_call().call, self)

    # ---- the exchange ----

    @property
    def standing(self) -> Standing:
        if self.leg is not None:
            return Standing.BUSY
        return Standing.FREE if self.is_reachable else Standing.NO_PATH

    @property
    def is_off_hook(self) -> bool:
        return self.leg is not None and self.leg.recording is not None

    @property
    def call(self) -> Call | None:
        return self.leg.call if self.leg else None

    def call_changed(self, call: Call, reason: str) -> None:
        if self.leg is None:
            self.leg = self._new_leg(call)
        leg = self.leg
        leg.tone = self._tone_of(call)
        leg.tone_ticks = TONE_TICKS
        self._tell(leg, reason)
        if call.state is CallState.ENDED:
            self._drop(leg)

    def speak(self) -> Sound:
        self._saying = self._next_said(self.leg) if self.leg else SILENCE
        return self._saying

    def hear(self, sound: Sound | None) -> None:
        leg = self.leg
        if leg is None or leg.recording is None:
            return
        if sound is None:
            sound = leg.tone.next() if leg.tone else SILENCE
        leg.recording.add(sound, self._saying)
        if leg.live is not None:
            leg.live.hear(sound)
            if leg.live.is_over:
                leg.live = None

    def tick(self) -> None:
        leg = self.leg
        if leg is None or leg.call.state not in (CallState.BUSY, CallState.CONGESTION, CallState.UNOBTAINABLE):
            return
        leg.tone_ticks -= 1
        if not leg.tone_ticks:
            self._exchange.leave(leg.call, self)

    # ---- inside ----

    def _next_said(self, leg: Leg) -> Sound:
        """Keys and files go before the live voice: who presses a key is not heard meanwhile."""
        is_quiet = leg.mouth.is_empty
        said = leg.mouth.next()
        if leg.live is None:
            return said
        live = leg.live.speak()
        return live if is_quiet else said

    def _new_leg(self, call: Call) -> Leg:
        return Leg(f"call-{next(self._names)}", call)

    def _leg_in_call(self) -> Leg:
        if self.leg is None:
            raise NothingRings(f"{self.number} is not in a call")
        return self.leg

    def _go_off_hook(self, leg: Leg) -> None:
        leg.recording = Recording(self._folder and self._folder / leg.name)

    def _drop(self, leg: Leg) -> None:
        if leg.recording is not None:
            leg.recording.close()
        if leg.live is not None:
            leg.live.close()
        self.leg = None

    def _tone_of(self, call: Call) -> Cadence | None:
        tones: dict[CallState, ToneSpec] = {
            CallState.RINGING: self._plan.ring_back,
            CallState.BUSY: self._plan.busy,
            CallState.CONGESTION: self._plan.congestion,
            CallState.UNOBTAINABLE: self._plan.unobtainable,
        }
        spec = tones.get(call.state)
        return Cadence(spec, self._plan.level_dbm0) if spec else None

    def _tell(self, leg: Leg, reason: str) -> None:
        call = leg.call
        far = call.called_number if call.caller is self else None if call.withheld else call.caller.number
        at_sample = leg.recording.samples if leg.recording else 0
        self._publish(LegEvent(leg.name, self.number, far, call.state, reason, at_sample))


def read_wav(path: Path) -> Sound:
    """The samples of a WAV file; raises `BadSound`."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (SAMPLE_RATE_HZ, 1, 2):
                raise BadSound(f"{path.name} is not 8000 Hz, mono, 16 bit")
            return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
    except (OSError, EOFError, wave.Error) as error:
        raise BadSound(f"{path.name} is no readable WAV file: {error}") from error


def _open(path: Path) -> BinaryIO:
    return path.open("wb", buffering=0)
