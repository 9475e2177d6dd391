"""A phone's live sound: somebody elsewhere hears what the phone hears and speaks into it."""

from __future__ import annotations

import logging
from collections import deque

import numpy as np

from firmware.audio.port import Sound
from firmware.control.sound import FRAME_BYTES, FRAMES_PER_S, SoundStream, StreamEnded
from firmware.modem.virtual.tones import SILENCE, TICK_SAMPLES

log = logging.getLogger(__name__)

MOST_QUEUED_FRAMES = FRAMES_PER_S // 5  # 200 ms
FIRST_FRAMES = 3  # so many wait before the first is spoken: what comes over a network comes unevenly


class LiveSound:
    """Between a stream and a phone. `keep` is called by the stream's thread, all else by the network's; none waits."""

    def __init__(self, stream: SoundStream) -> None:
        self._stream = stream
        self._heard = b""
        self._said: deque[Sound] = deque(maxlen=MOST_QUEUED_FRAMES)  # a full one drops its oldest frame
        self._rest = SILENCE[:0]
        self._is_speaking = False

    @property
    def is_over(self) -> bool:
        return not self._stream.is_open

    def keep(self, frame: bytes) -> None:
        """20 ms that the phone is to say."""
        self._said.append(np.frombuffer(frame, "<i2").astype(np.int16))

    def hear(self, sound: Sound) -> None:
        """A tick that the phone hears."""
        self._heard += sound.astype("<i2").tobytes()
        while len(self._heard) >= FRAME_BYTES:
            frame, self._heard = self._heard[:FRAME_BYTES], self._heard[FRAME_BYTES:]
            try:
                self._stream.send(frame)
            except StreamEnded as ended:
                log.info("a phone's listener is gone: %s", ended)
                return

    def speak(self) -> Sound:
        """The next tick that the phone says."""
        if not len(self._rest):
            self._rest = self._next_frame()
        sound, self._rest = self._rest[:TICK_SAMPLES], self._rest[TICK_SAMPLES:]
        return sound if len(sound) else SILENCE

    def close(self) -> None:
        """The call is over, or somebody else listens now."""
        self._stream.close()

    def _next_frame(self) -> Sound:
        if not self._is_speaking and len(self._said) < FIRST_FRAMES:
            return self._rest
        try:
            frame = self._said.popleft()
        except IndexError:
            self._is_speaking = False
            return self._rest
        self._is_speaking = True
        return frame
