"""Takes the tones of keys out of a recording's last seconds: for digits of a PIN that were pressed ahead."""

from __future__ import annotations

from firmware.audio.port import SAMPLE_RATE_HZ
from firmware.audio.recording_file import RecordingFile
from firmware.audio.spandsp import BLOCK_SAMPLES, DtmfReceiver, KeyDown

LOOK_BACK_S = 20
CALLER = 0

_FOUND_LATE_SAMPLES = BLOCK_SAMPLES * 4  # a key is told three blocks and more after its tone began


def scrub_keys(file: RecordingFile) -> None:
    """Silence every key's tone on the caller's channel within the last `LOOK_BACK_S`; speech between them stays."""
    end = round(file.seconds * SAMPLE_RATE_HZ)
    start = max(0, end - LOOK_BACK_S * SAMPLE_RATE_HZ)
    down_at: int | None = None
    for event in DtmfReceiver().feed(file.read(CALLER, start, end)):
        if isinstance(event, KeyDown):
            down_at = max(start, start + event.at_sample - _FOUND_LATE_SAMPLES)
        elif down_at is not None:
            file.silence(CALLER, down_at, start + event.at_sample)
            down_at = None
    just_now = max(start, end - _FOUND_LATE_SAMPLES)  # where a tone may have begun that nobody could tell yet
    file.silence(CALLER, just_now if down_at is None else down_at, end)
