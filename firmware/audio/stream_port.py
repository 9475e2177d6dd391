"""The port of somebody whose sound comes and goes over a stream: an agent's or a supervisor's browser."""

from __future__ import annotations

import threading

import numpy as np

from firmware.audio.port import FRAME_S, Port
from firmware.clock import Clock
from firmware.control.sound import SoundStream, StreamEnded
from firmware.threads import Worker

MOST_BEHIND_FRAMES = 4  # a thread that was held up longer lets the rest of that time go


class StreamPort:
    """One `port` over a stream that may be lost and come back; clocked by the box, whatever the other side does.

    With `takes_sound` False what comes from the stream is thrown away unread: whoever is there only listens.
    """

    def __init__(self, stream: SoundStream, clock: Clock, takes_sound: bool = True) -> None:
        self.port = Port()
        self.takes_sound = takes_sound
        self._stream = stream
        self._clock = clock
        self._changed = threading.Condition()
        self._is_stopped = False
        self._worker = Worker("sound of a seat", self._run)

    @property
    def is_lost(self) -> bool:
        """Whether nobody is there: the stream has ended, and none has taken its place."""
        return not self._stream.is_open

    def start(self) -> StreamPort:
        self._worker.start()
        return self

    def stop(self) -> None:
        """End the stream and the port's time."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
        self._worker.ask_to_stop()
        self._stream.close()
        self._worker.stop()

    def replace(self, stream: SoundStream) -> None:
        """The page came back: the port goes on over `stream`; the one before is closed."""
        with self._changed:
            if self._is_stopped:
                closed = stream
            else:
                closed, self._stream = self._stream, stream
            self._changed.notify_all()
        closed.close()

    def wait_while_carrying(self, stream: SoundStream) -> None:
        """Block until `stream` has ended or another one has taken its place."""
        with self._changed:
            while stream is self._stream and stream.is_open and not self._is_stopped:
                self._changed.wait()

    def _run(self, stop: threading.Event) -> None:
        next_s = self._clock.monotonic()
        while not stop.is_set():
            left_s = next_s - self._clock.monotonic()
            self._hear_for(self._clock.real_s(max(0.0, left_s)), stop)
            if left_s <= 0:
                next_s += max(0.0, -left_s - MOST_BEHIND_FRAMES * FRAME_S) + FRAME_S
                self._speak()

    def _hear_for(self, real_s: float, stop: threading.Event) -> None:
        """Take what comes within so long; one frame at most, so that neither side keeps the other waiting."""
        stream = self._stream
        if not stream.is_open:
            with self._changed:
                self._changed.notify_all()
            stop.wait(real_s)
            return
        try:
            frame = stream.receive(real_s)
        except TimeoutError:
            return
        if frame is not None and self.takes_sound:
            self.port.hear(np.frombuffer(frame, "<i2").astype(np.int16, copy=False))

    def _speak(self) -> None:
        frame = self.port.speak()
        if self._stream.is_open:
            try:
                self._stream.send(frame.astype("<i2", copy=False).tobytes())
            except StreamEnded:
                pass  # seen at the next look
