"""Counts the frames that a media thread took up too late; needs no clock, because sound that waits piles up."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.audio.port import FRAME_SAMPLES, Sound


@dataclass
class Punctuality:
    """A tap for any number of ports; `late` frames had been complete for more than 20 ms when they were heard.

    A thread that keeps up hears a frame as soon as it is complete. The counts are plain additions in the media
    threads: good for figures, not for money.
    """

    samples: int = 0
    late: int = 0

    @property
    def frames(self) -> int:
        """How many have been heard."""
        return self.samples // FRAME_SAMPLES

    def heard(self, sound: Sound) -> None:
        """Sound from the caller: whatever had arrived when the thread looked."""
        self.samples += len(sound)
        self.late += max(0, len(sound) // FRAME_SAMPLES - 1)

    def spoke(self, frame: Sound) -> None:
        """What is sent has no due time of its own: the modem's buffer hides it."""
