"""ALSA: which sound cards this computer has for a headset, and one that is open. Nobody else imports `alsaaudio`."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import numpy as np

from firmware.audio.errors import AudioError
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, SILENT_FRAME, Sound

NAMED = "headset"  # what ALSA's own configuration names so, and on from there, is a headset too
KERNEL = Path("/proc/asound")  # not there: this kernel has no sound
PERIODS = 4  # 80 ms: shorter ones lose sound when the machine is busy

log = logging.getLogger(__name__)

_CARD = re.compile(r"^ *(?P<index>\d+) \[(?P<id>\S+) *\]: \S+ - (?P<name>.+)$", re.MULTILINE)


class CardGone(AudioError):
    """A sound card can't be opened, or was unplugged; the message is the system's."""


@dataclass(frozen=True)
class SoundCard:
    """A sound card with an ear and a mouth: what ALSA knows it by, and what people read on it."""

    key: str
    name: str


def sound_cards(kernel: Path = KERNEL) -> list[SoundCard]:
    """Those that both record and play, as they are plugged in now."""
    try:
        said = (kernel / "cards").read_text(encoding="utf-8", errors="replace")
    except OSError:
        said = ""
    found = [
        SoundCard(f"plughw:CARD={card['id']},DEV=0", card["name"].strip())
        for card in _CARD.finditer(said)
        if all((kernel / f"card{card['index']}" / stream).is_dir() for stream in ("pcm0c", "pcm0p"))
    ]
    return found + [SoundCard(name, name.replace("_", " ")) for name in _configured()]


def _configured() -> list[str]:
    try:
        alsa = _alsa()
    except CardGone as error:
        _tell_once(str(error))
        return []
    hear, speak = alsa.pcms(alsa.PCM_CAPTURE), alsa.pcms(alsa.PCM_PLAYBACK)
    return [name for name in hear if name.startswith(NAMED) and name in speak]


@cache
def _tell_once(why: str) -> None:
    log.warning("no headset can be used: %s", why)


def _alsa() -> ModuleType:
    """Loaded here only: a box without it has everything but headsets."""
    try:
        import alsaaudio
    except ImportError as error:
        raise CardGone(f"ALSA can't be used here ({error})") from error
    module: ModuleType = alsaaudio
    return module


class OpenCard:
    """One card in use, 8 kHz mono both ways. `read` waits for sound and so is the clock of whoever uses it."""

    def __init__(self, key: str) -> None:
        """Raises `CardGone`."""
        self._alsa = _alsa()
        self._mouth = self._open(key, self._alsa.PCM_CAPTURE)  # first: the beginning would be missed
        try:
            self._ear = self._open(key, self._alsa.PCM_PLAYBACK)
        except CardGone:
            self._mouth.close()
            raise
        self._is_filled = False

    def read(self) -> Sound:
        """What was said since the last time; none when some was lost, for this was late. Raises `CardGone`."""
        try:
            length, data = self._mouth.read()
        except self._alsa.ALSAAudioError as error:
            raise CardGone(str(error)) from error
        return np.frombuffer(data if length > 0 else b"", "<i2").astype(np.int16, copy=False)

    def write(self, frame: Sound) -> None:
        """Let 20 ms be heard, behind what waits already; waits while that is much. Raises `CardGone`."""
        try:
            if not self._is_filled:  # it plays as soon as it is full
                self._is_filled = True
                for _ in range(PERIODS - 1):
                    self._ear.write(SILENT_FRAME.tobytes())
            if self._ear.write(frame.astype("<i2", copy=False).tobytes()) < 0:
                self._is_filled = False  # it had run dry
        except self._alsa.ALSAAudioError as error:
            raise CardGone(str(error)) from error

    def __enter__(self) -> OpenCard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._mouth, self._ear):
            try:
                stream.close()
            except self._alsa.ALSAAudioError:
                pass  # it was pulled out

    def _open(self, key: str, direction: int) -> Any:  # the package has no types
        alsa = self._alsa
        try:
            return alsa.PCM(
                direction, alsa.PCM_NORMAL, rate=SAMPLE_RATE_HZ, channels=1, format=alsa.PCM_FORMAT_S16_LE,
                periodsize=FRAME_SAMPLES, periods=PERIODS, device=key,
            )  # fmt: skip
        except alsa.ALSAAudioError as error:
            raise CardGone(str(error)) from error
