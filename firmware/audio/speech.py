"""Speech engines: text in, sound out, always made in a child process that may die or hang without harm."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from firmware.audio.errors import SpeechError
from firmware.audio.espeak import EspeakEngine
from firmware.audio.piper_engine import PiperEngine
from firmware.audio.port import Sound
from firmware.language.values import Language


class Engine(Protocol):
    """Something that can speak."""

    name: str

    def voice(self, language: Language) -> str | None:
        """The voice for `language` with its version, so that clips can be told apart; None if it has none."""

    def synthesise(self, text: str, language: Language) -> Sound:
        """The sound of `text`; blocks for as long as the child works; raises `SpeechError`."""


def engines(voices: Path) -> list[Engine]:
    """The engines of this machine, the better first; `voices` holds Piper voices as `<language>.onnx`."""
    found: list[Engine] = []
    if PiperEngine.is_installed(voices):
        found.append(PiperEngine(voices))
    if EspeakEngine.is_installed():
        found.append(EspeakEngine())
    if not found:
        raise SpeechError("there is no speech engine; on Debian: apt install espeak-ng")
    return found
