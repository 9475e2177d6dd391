"""Follows a clip that seems to be playing, to its end or to the moment where it was cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.modem.virtual.hearing.fingerprints import KnownClip
from firmware.modem.virtual.hearing.tape import BLOCK, Tape

_EVIDENCE = 40.0  # so many times the noise's energy must a stretch of the clip have before it can be judged
_STILL_THERE = 0.4  # of the clip's own loudness: below it, a judged stretch does not hold the clip
_OWN_NOISE = 0.02  # of the clip's power: what 8-bit coding and the line's echo add


@dataclass(frozen=True)
class _Blocks:
    """Clip against sound, one entry per block of 10 ms."""

    clip: NDArray[np.float32]  # energy of the clip
    both: NDArray[np.float32]  # inner product of clip and sound
    sound: NDArray[np.float32]  # energy of the sound

    def __getitem__(self, part: slice) -> _Blocks:
        return _Blocks(self.clip[part], self.both[part], self.sound[part])

    def __add__(self, other: _Blocks) -> _Blocks:
        join = np.concatenate
        return _Blocks(
            join([self.clip, other.clip]), join([self.both, other.both]), join([self.sound, other.sound])
        )  # fmt: skip


class Follower:
    """One supposition: `clip` is heard, with its sample 0 at `start` of the call."""

    def __init__(self, clip: KnownClip, start: int, noise_power: float) -> None:
        self.clip = clip
        self.start = start
        self.was_cut = False
        self.is_over = False
        self._noise = noise_power * BLOCK
        self._length = -(-clip.audible[1] // BLOCK)  # blocks
        padded = np.zeros(self._length * BLOCK, np.float32)
        padded[: min(len(clip.sound), len(padded))] = clip.sound[: len(padded)]
        self._waves = padded.reshape(-1, BLOCK)
        self._energy = np.sum(self._waves**2, axis=1)
        self._blocks = _Blocks(*(np.zeros(0, np.float32),) * 3)
        self._kept = 0  # blocks that were judged to hold the clip

    @property
    def ends_at(self) -> int:
        """Where the clip ends (or was cut) in the call; while it is followed, how far it was confirmed."""
        whole = self.is_over and not self.was_cut
        return self.start + (len(self.clip.sound) if whole else self._kept * BLOCK)

    @property
    def heard_blocks(self) -> int:
        """How many blocks of 10 ms of the clip's audible part were heard."""
        return max(0, self._kept - self.clip.audible[0] // BLOCK)

    @property
    def explained(self) -> float:
        """The energy of the call's sound that this supposition explains."""
        return self._explained(self._kept)

    def explained_until(self, position: int) -> float:
        """The same of the sound before `position` of the call."""
        return self._explained(min(self._kept, (position - self.start) // BLOCK))

    def _explained(self, blocks: int) -> float:
        kept = self._blocks[:blocks]
        own = float(kept.clip.sum())
        return max(0.0, float(kept.both.sum())) ** 2 / own if own else 0.0

    @property
    def uncertainty(self) -> float:
        """Suppositions whose explained energies differ by less than this can't be told apart (four sigma)."""
        return 64.0 * self._noise / BLOCK + 1e-4 * self.explained

    @property
    def unexplained_share(self) -> float:
        """The share of the sound's energy, beyond the line's noise, that is not the clip; 0 is perfect."""
        kept = self._blocks[: self._kept]
        total = float(kept.sound.sum())
        rest = total - self.explained - self._noise * self._kept
        return max(0.0, rest) / total if total else 1.0

    def follow(self, tape: Tape) -> None:
        """Go on with what has arrived since."""
        done = len(self._blocks.clip)
        ready = min(self._length, max(0, tape.end - self.start) // BLOCK)
        if ready > done and not self.is_over:
            self._blocks += self._compare(tape, done, ready)
            self._judge()

    def _compare(self, tape: Tape, first: int, until: int) -> _Blocks:
        sound = tape.cut(self.start + first * BLOCK, self.start + until * BLOCK).reshape(-1, BLOCK)
        waves = self._waves[first:until]
        return _Blocks(self._energy[first:until], np.sum(sound * waves, axis=1), np.sum(sound**2, axis=1))

    def _judge(self) -> None:
        """Look at the blocks in stretches that are just long enough to tell the clip from noise."""
        begin = self._kept
        clip = both = 0.0
        gain = self._gain()
        least = _EVIDENCE * (self._noise + gain**2 * _OWN_NOISE * float(self._energy.mean()))
        for block in range(begin, len(self._blocks.clip)):
            clip += float(self._blocks.clip[block])
            both += float(self._blocks.both[block])
            if gain**2 * clip < least:
                continue
            if both < _STILL_THERE * gain * clip:
                self._lose(begin, block + 1, gain)
                return
            begin, clip, both = block + 1, 0.0, 0.0
            self._kept = begin
        if len(self._blocks.clip) == self._length:
            self._kept = self._length  # what is left is too soft to be judged
            self.is_over = True

    def _gain(self) -> float:
        """How loud the clip arrives, from all that was heard of it so far (at least its head)."""
        sure = max(self._kept, min(len(self._blocks.clip), self.clip.audible[0] // BLOCK + 20))
        heard = self._blocks[:sure]
        return max(1e-3, float(heard.both.sum()) / (float(heard.clip.sum()) or 1.0))

    def _lose(self, begin: int, end: int, gain: float) -> None:
        """The stretch does not hold the clip: keep what its first blocks do, and be over."""
        for block in range(begin, end):
            if self._blocks.both[block] < 0.5 * gain * self._blocks.clip[block]:
                break
            self._kept = block + 1
        self.was_cut = self.is_over = True
