"""espeak-ng: always there, speaks both languages, sounds like a machine."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from functools import cached_property

import numpy as np

from firmware.audio.errors import BadRecording, SpeechError
from firmware.audio.port import Sound
from firmware.audio.shaping import clip_of
from firmware.audio.spoken_text import plain_text
from firmware.language.values import Language

PROGRAM = "espeak-ng"
CHILD_TIMEOUT_S = 20  # real seconds; a sentence takes 10 ms

_VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}  # plain "cmn" spells the pinyin with English letters
_WORDS_A_MINUTE = {"zh": 170, "en": 145}  # its clear pace, for older callers: 3.5 Chinese syllables a second
_LATIN_OR_NOT = re.compile(r"[A-Za-z][A-Za-z.' -]*|[^A-Za-z]+")


class EspeakEngine:
    """One child process per text."""

    name = PROGRAM

    @staticmethod
    def is_installed() -> bool:
        return shutil.which(PROGRAM) is not None

    def voice(self, language: Language) -> str | None:
        return f"{_VOICES[language]} {_WORDS_A_MINUTE[language]} {self._version}" if language in _VOICES else None

    def synthesise(self, text: str, language: Language) -> Sound:
        """The sound of `text`; raises `SpeechError`."""
        return np.concatenate([_say(part, voice) for part, voice in _by_voice(plain_text(text), language)])

    @cached_property
    def _version(self) -> str:
        return _run([PROGRAM, "--version"], b"").decode("utf-8", "replace").partition("Data at")[0].strip()


def _by_voice(text: str, language: Language) -> list[tuple[str, Language]]:
    """Latin words within Chinese go to the English voice: the Chinese one would read them as pinyin."""
    if language != "zh":
        return [(text, language)]
    parts = [part for part in _LATIN_OR_NOT.findall(text) if any(character.isalnum() for character in part)]
    return [(part, "en" if part[0].isascii() and part[0].isalpha() else "zh") for part in parts]


def _say(text: str, language: Language) -> Sound:
    rate = str(_WORDS_A_MINUTE[language])
    command = ["nice", PROGRAM, "-b", "1", "-z", "-v", _VOICES[language], "-s", rate, "--stdin", "--stdout"]
    try:
        return clip_of(io.BytesIO(_run(command, text.encode("utf-8"))))
    except BadRecording as error:
        raise SpeechError(f"{PROGRAM} gave no sound: {error}") from error


def _run(command: list[str], text: bytes) -> bytes:
    try:
        child = subprocess.run(command, input=text, capture_output=True, timeout=CHILD_TIMEOUT_S, check=True)
    except subprocess.TimeoutExpired as error:
        raise SpeechError(f"{PROGRAM} did not answer within {CHILD_TIMEOUT_S} s") from error
    except subprocess.CalledProcessError as error:
        raise SpeechError(f"{PROGRAM} failed with status {error.returncode}") from error
    except OSError as error:
        raise SpeechError(f"{PROGRAM} cannot be started: {error}") from error
    return child.stdout
