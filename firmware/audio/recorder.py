"""Recorders: taps that keep a call's sound, both directions apart, or a caller's message.

The media thread only gathers bytes; every half second they go to the writer's thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from firmware.audio.key_scrub import scrub_keys
from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from firmware.audio.recording_writer import RecordingWriter
from firmware.audio.spandsp import DtmfReceiver
from firmware.audio.voice_detector import VoiceDetector

BATCH_BYTES = SAMPLE_RATE_HZ  # half a second of 16 bit samples

_MOST_AHEAD_BYTES = SAMPLE_RATE_HZ * 2  # one second heard while the box sent nothing
_UNMUTE_AFTER_SAMPLES = SAMPLE_RATE_HZ // 4  # of silence after a secret's last key

OnClosed = Callable[[Path, float], None]


class CallRecorder:
    """Records a call: the caller on the left, the box on the right, in step.

    `mute(True)` keeps the caller's keys out of it: those still to come, and those pressed ahead of the question.
    """

    def __init__(self, writer: RecordingWriter, file: Path) -> None:
        self._recording = writer.open(file, channels=2)
        self._heard = bytearray()
        self._spoken = bytearray()
        self._secret: DtmfReceiver | None = None  # while muted
        self._quiet_samples: int | None = None  # since the secret was complete
        self._lock = threading.Lock()  # the call's thread mutes and closes

    def heard(self, sound: Sound) -> None:
        with self._lock:
            if self._secret is not None:
                self._secret.feed(sound)
                self._unmute_when_quiet(self._secret, len(sound))
                sound = np.zeros_like(sound)
            self._heard += sound.tobytes()
            if len(self._heard) > len(self._spoken) + _MOST_AHEAD_BYTES:
                self._spoken += bytes(_MOST_AHEAD_BYTES)
                self._send()

    def spoke(self, frame: Sound) -> None:
        with self._lock:
            self._spoken += frame.tobytes()
            if len(self._spoken) >= BATCH_BYTES:
                self._send()

    def mute(self, on: bool) -> None:
        """From now on silence instead of the caller; off again when the tone of the last key is over."""
        with self._lock:
            if on:
                self._quiet_samples = None
                self._secret = self._secret or DtmfReceiver()
                self._send()
                self._heard = bytearray(len(self._heard))
                self._recording.do(scrub_keys)
            elif self._secret is not None:
                self._quiet_samples = 0

    def close(self, on_closed: OnClosed | None = None) -> None:
        """End of the call; `on_closed(file, seconds)` comes in the writer's thread once the file is complete."""
        with self._lock:
            self._send()
            self._recording.close(on_closed)

    def _unmute_when_quiet(self, secret: DtmfReceiver, samples: int) -> None:
        if self._quiet_samples is None:
            return
        self._quiet_samples = 0 if secret.key else self._quiet_samples + samples
        if self._quiet_samples >= _UNMUTE_AFTER_SAMPLES:
            self._secret = self._quiet_samples = None

    def _send(self) -> None:
        """Hand over what both sides have, the caller's padded to the box's length."""
        length = len(self._spoken)
        if not length:
            return
        caller, self._heard = bytes(self._heard[:length].ljust(length, b"\0")), self._heard[length:]
        box, self._spoken = bytes(self._spoken), bytearray()
        self._recording.do(lambda file: file.append(np.frombuffer(caller, np.int16), np.frombuffer(box, np.int16)))


class MessageRecorder:
    """Records what a caller leaves: ends by itself after a silence or at the limit (see `ended`)."""

    def __init__(self, writer: RecordingWriter, file: Path, at_most_s: float, silence_s: float = 4.0) -> None:
        self._recording = writer.open(file, channels=1)
        self._most_samples = round(at_most_s * SAMPLE_RATE_HZ)
        self._silence_samples = round(silence_s * SAMPLE_RATE_HZ)
        self._voice = VoiceDetector()
        self._batch = bytearray()
        self._samples = 0
        self._lock = threading.Lock()  # the call's thread closes
        self.ended: str | None = None  # "silence", "limit" or "closed"

    @property
    def seconds(self) -> float:
        """How much of it was recorded, up to the last sound of a voice."""
        return max(0, self._samples - self._voice.silent_samples) / SAMPLE_RATE_HZ

    def heard(self, sound: Sound) -> None:
        with self._lock:
            if self.ended:
                return
            self._batch += sound.tobytes()
            self._samples += len(sound)
            self._voice.feed(sound)
            if self._voice.silent_samples >= self._silence_samples:
                self.ended = "silence"
            elif self._samples >= self._most_samples:
                self.ended = "limit"
            if len(self._batch) >= BATCH_BYTES:
                self._send()

    def spoke(self, frame: Sound) -> None:
        """Only the caller is recorded."""

    def close(self, on_closed: OnClosed | None = None) -> None:
        """Cut off the silence and the key at the end; `on_closed(file, seconds)` comes in the writer's thread."""
        with self._lock:
            self.ended = self.ended or "closed"
            self._send()
            silent_s = self._voice.silent_samples / SAMPLE_RATE_HZ
            self._recording.do(scrub_keys)
            self._recording.do(lambda file: file.cut_end(silent_s))
            self._recording.close(on_closed)

    def _send(self) -> None:
        sound = np.frombuffer(bytes(self._batch), np.int16)
        self._batch.clear()
        self._recording.do(lambda file: file.append(sound))
