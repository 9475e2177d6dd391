"""The child process that turns one WAV recording into Ogg/Opus: `archive_child.py SOURCE TARGET`.

Runs apart from the firmware and imports nothing of it. The exit status is 0 only if the target could be read back
and is as long as the source.
"""

from __future__ import annotations

import os
import sys

import soundfile

BLOCK_FRAMES = 4000  # half a second
CODEC_DELAY_FRAMES = 320  # Opus may add or drop so much at the ends


def main() -> int:
    source, target = sys.argv[1:]
    with soundfile.SoundFile(source) as recording:
        frames = recording.frames
        if not frames:
            return 3
        with soundfile.SoundFile(
            target, "w", recording.samplerate, recording.channels, format="OGG", subtype="OPUS"
        ) as archive:
            for block in recording.blocks(BLOCK_FRAMES, dtype="int16"):
                archive.write(block)
    with open(target, "rb") as stream:  # noqa: PTH123 - a plain descriptor to sync
        os.fsync(stream.fileno())
    with soundfile.SoundFile(target) as archive:
        read_back = sum(len(block) for block in archive.blocks(BLOCK_FRAMES, dtype="int16"))
    return 0 if abs(read_back - frames) <= CODEC_DELAY_FRAMES else 4


if __name__ == "__main__":
    sys.exit(main())
