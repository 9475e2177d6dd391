"""Who hears whom: the sound of several ports brought together, each direction of each pair for itself.

A party is heard by those only who were told to hear it: whoever listens without such an edge has no way to be heard.
Media threads call `heard` and `frame` fifty times a second each; they read mappings that are replaced as a whole,
and wait for nobody.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping

import numpy as np

from firmware.audio import signals
from firmware.audio.jitter import JitterBuffer
from firmware.audio.port import FRAME_SAMPLES, SILENT_FRAME, Port, Sound

_LOUDEST = 32767


class Bridge:
    """Where parties meet. Edges are made and undone by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held while edges change, never while sound passes

    def join(self, port: Port) -> Party:
        """A party that plays itself on `port`; it hears nobody yet, and nobody hears it."""
        party = Party(port, self._lock)
        port.add_tap(party)
        port.play(party, is_live=True)
        return party


class Party:
    """One port on the bridge: a tap that hands its sound to who hears it, and the source of what it hears."""

    def __init__(self, port: Port, lock: threading.Lock) -> None:
        self._port = port
        self._lock = lock
        self._is_joined = True
        self._hears: Mapping[Party, JitterBuffer] = {}
        self._listeners: Mapping[Party, JitterBuffer] = {}
        self._rest = SILENT_FRAME[:0]  # of a frame that is not whole yet
        self._beep: deque[Sound] = deque()
        self._keys: deque[Sound] = deque()

    @property
    def port(self) -> Port:
        return self._port

    @property
    def hears(self) -> frozenset[Party]:
        """Whom this party hears."""
        return frozenset(self._hears)

    # ---- edges, any thread ----

    def hear(self, other: Party) -> None:
        """From now on this party hears `other`; nothing else changes. Who has left hears nobody and is not heard."""
        with self._lock:
            if other in self._hears or not (self._is_joined and other._is_joined):
                return
            edge = JitterBuffer()
            self._hears = {**self._hears, other: edge}
            other._listeners = {**other._listeners, self: edge}

    def ignore(self, other: Party) -> None:
        """From now on this party no longer hears `other`."""
        with self._lock:
            self._part_from(other)

    def leave(self) -> None:
        """Hear nobody, be heard by nobody, and fall silent unless something else plays on the port by now."""
        with self._lock:
            self._is_joined = False
            for other in self._hears:
                self._part_from(other)
            for other in self._listeners:
                other._part_from(self)
            self._port.remove_tap(self)
            self._port.withdraw(self)

    def resume(self) -> None:
        """Play itself again, after something else was played on the port."""
        with self._lock:
            if not self._is_joined:
                return
            for edge in self._hears.values():
                edge.restart()
            self._keys = deque()  # another one: the media thread may be taking from this one
            self._port.play(self, is_live=True)

    def beep(self) -> None:
        """A short warning beep into what this party hears; nothing is interrupted, and nobody else hears it."""
        if not self._beep:
            self._beep.extend(signals.warning_beep())

    def press(self, pressed: str) -> None:
        """The tones of these keys for this party's port alone, pure: the others go on behind them. `BadKeys`."""
        self._keys.extend(signals.key_frames(pressed))

    def _part_from(self, other: Party) -> None:
        self._hears = _without(self._hears, other)
        other._listeners = _without(other._listeners, self)

    # ---- the port's media thread ----

    def heard(self, sound: Sound) -> None:
        """Sound from the port, for who hears this party."""
        if len(self._rest) or len(sound) != FRAME_SAMPLES:
            sound = np.concatenate((self._rest, sound))
        listeners = self._listeners.values()
        whole = len(sound) // FRAME_SAMPLES * FRAME_SAMPLES
        for start in range(0, whole, FRAME_SAMPLES):
            frame = sound[start : start + FRAME_SAMPLES]
            for edge in listeners:
                edge.put(frame)
        self._rest = sound[whole:]

    def spoke(self, frame: Sound) -> None:
        """What the port has sent is nobody else's: an echo would go round."""

    @property
    def stops_at_key(self) -> bool:
        return False

    def frame(self) -> Sound:
        """The sum of what this party hears, silence when there is nothing; it never ends by itself."""
        frames = [frame for edge in self._hears.values() if (frame := edge.take()) is not None]
        if keys := self._keys:
            return keys.popleft()
        if self._beep:
            frames.append(self._beep.popleft())
        if not frames:
            return SILENT_FRAME
        return frames[0] if len(frames) == 1 else _sum(frames)


def _sum(frames: list[Sound]) -> Sound:
    total = np.zeros(FRAME_SAMPLES, np.int32)
    for frame in frames:
        total += frame
    return np.clip(total, -_LOUDEST, _LOUDEST).astype(np.int16)


def _without(edges: Mapping[Party, JitterBuffer], party: Party) -> Mapping[Party, JitterBuffer]:
    return {other: edge for other, edge in edges.items() if other is not party}
