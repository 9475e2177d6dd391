"""Piper, a neural engine that a clinic may install: sounds like a person.

It takes over a second to load a voice, so its child process stays for the next text; a voice holds 200 MB, so the
child ends when it was idle for a while.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

import numpy as np

from firmware.audio.errors import BadRecording, SpeechError
from firmware.audio.port import Sound
from firmware.audio.shaping import shape
from firmware.audio.spoken_text import plain_text
from firmware.language.values import LANGUAGES, Language

CHILD_TIMEOUT_S = 30  # real seconds, loading the voice included
IDLE_S = 60  # real seconds

_CHILD = Path(__file__).with_name("piper_child.py")


class PiperEngine:
    """One child process per language, one text at a time."""

    name = "piper"

    def __init__(self, voices: Path) -> None:
        self._voices = voices
        self._children: dict[Language, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self._bedtime = threading.Timer(IDLE_S, self.close)

    @staticmethod
    def is_installed(voices: Path) -> bool:
        """Whether the package is there and `voices` holds a voice as `<language>.onnx`."""
        has_voice = any((voices / f"{language}.onnx").exists() for language in LANGUAGES)
        return has_voice and importlib.util.find_spec("piper") is not None

    def voice(self, language: Language) -> str | None:
        file = self._voices / f"{language}.onnx"
        return f"{language}.onnx {_fingerprint(file, file.stat().st_mtime_ns)}" if file.exists() else None

    def synthesise(self, text: str, language: Language) -> Sound:
        """The sound of `text`; raises `SpeechError`."""
        request = json.dumps(plain_text(text)).encode() + b"\n"
        with self._lock:
            self._put_off_bedtime()
            child = self._child(language)
            alarm = threading.Timer(CHILD_TIMEOUT_S, child.kill)
            alarm.start()
            try:
                return _answer(child, request)
            except (OSError, ValueError, BadRecording) as error:
                self._end(language)
                raise SpeechError(f"the piper child failed: {error}") from error
            finally:
                alarm.cancel()

    def close(self) -> None:
        """End the children; the next text starts them again."""
        with self._lock:
            self._bedtime.cancel()
            for language in list(self._children):
                self._end(language)

    def _put_off_bedtime(self) -> None:
        self._bedtime.cancel()
        self._bedtime = threading.Timer(IDLE_S, self.close)
        self._bedtime.daemon = True
        self._bedtime.start()

    def _child(self, language: Language) -> subprocess.Popen[bytes]:
        if language not in self._children:
            command = ["nice", sys.executable, "-P", str(_CHILD), str(self._voices / f"{language}.onnx")]
            try:
                self._children[language] = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            except OSError as error:
                raise SpeechError(f"the piper child cannot be started: {error}") from error
        return self._children[language]

    def _end(self, language: Language) -> None:
        child = self._children.pop(language)
        child.kill()
        child.communicate()


def _answer(child: subprocess.Popen[bytes], request: bytes) -> Sound:
    if child.stdin is None or child.stdout is None:
        raise ValueError("it has no pipes")
    child.stdin.write(request)
    child.stdin.flush()
    rate_hz, length = (int(word) for word in child.stdout.readline().split())
    samples = np.frombuffer(child.stdout.read(length), np.int16)
    return shape((samples / 32768).astype(np.float32), rate_hz)


@cache
def _fingerprint(file: Path, _changed_ns: int) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]
