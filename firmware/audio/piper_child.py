"""The child process in which a Piper voice speaks: loads the voice once, then one text per line of JSON.

Each answer is one line "<rate in Hz> <bytes>" and so many bytes of 16 bit samples. Run with the voice's file as the
only argument, apart from the firmware: it imports nothing of it.
"""

from __future__ import annotations

import json
import sys

from piper import PiperVoice  # type: ignore[import-not-found,unused-ignore]


def main() -> None:
    voice = PiperVoice.load(sys.argv[1])
    for line in sys.stdin:
        chunks = list(voice.synthesize(json.loads(line)))
        sound = b"".join(chunk.audio_int16_bytes for chunk in chunks)
        sys.stdout.buffer.write(f"{voice.config.sample_rate} {len(sound)}\n".encode() + sound)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
