"""Late frames are counted by the sound that piled up."""

from __future__ import annotations

import numpy as np

from firmware.audio.port import SILENT_FRAME, Port
from firmware.audio.punctuality import Punctuality


def test_frames_that_waited_are_late() -> None:
    port, punctuality = Port(), Punctuality()
    port.add_tap(punctuality)
    port.hear(SILENT_FRAME)
    port.hear(np.concatenate([SILENT_FRAME] * 4))
    port.hear(SILENT_FRAME[:80])  # while a key may come, halves are heard
    port.hear(SILENT_FRAME[:80])
    assert (punctuality.frames, punctuality.late) == (6, 3)
