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
from firmware.audio.recording_writer import Mark, RecordingWriter
from firmware.audio.spandsp import DtmfReceiver
from firmware.audio.voice_detector import VoiceDetector

BATCH_BYTES = SAMPLE_RATE_HZ  # half a second of 16 bit samples

_BYTES_A_SAMPLE = 2
_MOST_AHEAD_BYTES = SAMPLE_RATE_HZ * 2  # one second heard while the box sent nothing
_UNMUTE_AFTER_SAMPLES = SAMPLE_RATE_HZ // 4  # of silence after a secret's last key

OnClosed = Callable[[Path, float], None]


class CallRecorder:
    """Records a call: the caller on the left, all that the caller hears on the right, in step.

    `mute(True)` keeps the caller's keys out of it: those still to come, and those pressed ahead of the question.
    `pause` keeps both sides out, `refuse` the whole call. All of it may be told from any thread.
    """

    def __init__(self, writer: RecordingWriter, file: Path) -> None:
        self._recording = writer.open(file, channels=2)
        self._heard = bytearray()
        self._spoken = bytearray()
        self._sent_samples = 0
        self._secret: DtmfReceiver | None = None  # while muted
        self._quiet_samples: int | None = None  # since the secret was complete
        self._is_paused = self._is_refused = False
        self._lock = threading.Lock()  # the call's thread mutes and closes

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    @property
    def is_refused(self) -> bool:
        """Whether nothing of the call is kept, because somebody did not want it."""
        return self._is_refused

    def heard(self, sound: Sound) -> None:
        with self._lock:
            if self._is_refused:
                return
            if self._secret is not None or self._is_paused:
                self._listen_for_keys(sound)
                sound = np.zeros_like(sound)
            self._heard += sound.tobytes()
            if len(self._heard) > len(self._spoken) + _MOST_AHEAD_BYTES:
                self._spoken += bytes(_MOST_AHEAD_BYTES)
                self._send()

    def spoke(self, frame: Sound) -> None:
        with self._lock:
            if self._is_refused:
                return
            self._spoken += bytes(frame.nbytes) if self._is_paused else frame.tobytes()
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

    def pause(self) -> None:
        """From now on silence instead of both sides; the recording's time goes on."""
        with self._lock:
            if not self._is_paused:
                self._is_paused = True
                self._mark("paused")

    def resume(self) -> None:
        """Record again after `pause`."""
        with self._lock:
            if self._is_paused:
                self._is_paused = False
                self._mark("continued")

    def mark(self, kind: str, detail: str = "") -> None:
        """Note at this place what happens: a kind of `firmware.storage.recordings.MARKS`, and with whom or what."""
        with self._lock:
            self._mark(kind, detail)

    def refuse(self) -> None:
        """Keep nothing of this call: what was recorded is thrown away, what comes is not recorded."""
        with self._lock:
            self._is_refused = True
            self._heard, self._spoken = bytearray(), bytearray()
            self._recording.discard()

    def close(self, on_closed: OnClosed | None = None) -> None:
        """End of the call; `on_closed(file, seconds)` comes in the writer's thread once the file is complete."""
        with self._lock:
            self._send()
            self._recording.close(on_closed)

    def _mark(self, kind: str, detail: str = "") -> None:
        samples = self._sent_samples + len(self._spoken) // _BYTES_A_SAMPLE
        self._recording.mark(Mark(samples / SAMPLE_RATE_HZ, kind, detail))

    def _listen_for_keys(self, sound: Sound) -> None:
        """While muted: the caller is recorded again when the tone of the secret's last key is over."""
        if self._secret is None:
            return
        self._secret.feed(sound)
        if self._quiet_samples is None:
            return
        self._quiet_samples = 0 if self._secret.key else self._quiet_samples + len(sound)
        if self._quiet_samples >= _UNMUTE_AFTER_SAMPLES:
            self._secret = self._quiet_samples = None

    def _send(self) -> None:
        """Hand over what both sides have, the caller's padded to the box's length."""
        length = len(self._spoken)
        if not length:
            return
        caller, self._heard = bytes(self._heard[:length].ljust(length, b"\0")), self._heard[length:]
        box, self._spoken = bytes(self._spoken), bytearray()
        self._sent_samples += length // _BYTES_A_SAMPLE
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
