"""A telephone line in virtual time: a port whose every wait lets the sound run, and a caller who presses keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from firmware.audio.clips import ClipStore
from firmware.audio.port import FRAME_S, FRAME_SAMPLES, Port, PortEvent, Sound
from firmware.audio.recording_writer import RecordingWriter
from firmware.clinic import sample
from firmware.clock import ManualClock
from firmware.ivr.call import Reception
from firmware.language.values import Language
from firmware.modem.errors import CallerGone
from firmware.modem.line import CallerId
from firmware.storage import recordings
from firmware.storage.folders import Folders
from tests.dialogue.desk import Clinic

SECONDS_A_CHARACTER = 0.2


class DullVoice:
    """A speech engine that hums every text for 0.2 s a character, and counts what it said."""

    name = "dull"

    def voice(self, language: Language) -> str:
        return "one"

    def synthesise(self, text: str, language: Language) -> Sound:
        return np.full(int(8000 * SECONDS_A_CHARACTER * len(text)), 1000, np.int16)


class VirtualPort(Port):
    """Waiting lets frames pass at once, so a call of a minute takes milliseconds and is the same every time.

    `later` holds what the caller does at a second of the call; `politely` what the caller keys, one after another,
    each when the box has been quiet for a second.
    """

    def __init__(self, clock: ManualClock, politely: Iterable[str] = "") -> None:
        super().__init__()
        self._clock = clock
        self._politely = deque(politely)
        self._quiet_frames = 0
        self.later: list[tuple[float, str]] = []
        self.voice_until_s = 0.0
        self.spoken_frames = 0

    def wait(self, seconds: float) -> PortEvent | None:
        end = self._frames + max(1, round(seconds / FRAME_S))
        while self._hung_up is None and not self._events and self._frames < end:
            self._pass_frame()
        return super().wait(0) if self._hung_up or self._events else None

    def _pass_frame(self) -> None:
        loud = self.seconds < self.voice_until_s
        noise = np.random.default_rng(self._frames).integers(-8000, 8000, FRAME_SAMPLES)
        self.hear(noise.astype(np.int16) if loud else np.zeros(FRAME_SAMPLES, np.int16))
        self.speak()
        self._clock.advance(FRAME_S)
        self._quiet_frames = 0 if self.is_speaking else self._quiet_frames + 1
        self.spoken_frames += self.is_speaking
        while self.later and self.later[0][0] <= self.seconds:
            self._do(self.later.pop(0)[1])
        if self._politely and self._quiet_frames >= 50:
            self._quiet_frames = 0
            self._do(self._politely.popleft())

    def _do(self, what: str) -> None:
        if what == "hang":
            self.hang_up("busy tone")
        elif what == "click":
            self.key_began()
        else:
            self.key_pressed(what)


class Ringing:
    """A call that rings."""

    line_name = "L1"

    def __init__(self, port: VirtualPort | None, number: str | None, withheld: bool = False) -> None:
        self.caller = CallerId(number, withheld)
        self._port = port
        self.is_released = False

    def answer(self) -> Port:
        if self._port is None:
            raise CallerGone("the caller hung up")
        return self._port

    def hang_up(self) -> None:
        self.is_released = True


def reception(clinic: Clinic, folder: Path, clock: ManualClock, writer: RecordingWriter) -> Reception:
    folders = Folders(folder)
    folders.make()
    clips = ClipStore(folders.clips, [DullVoice()])

    def recorded(file: Path, seconds: float) -> None:
        with clinic.ledger.transaction() as tx:
            recordings.complete(tx, file.stem, file.name, round(seconds))

    return Reception(clinic.ledger, clock, folders, sample.profile, clinic.flows, clips, writer, recorded)
