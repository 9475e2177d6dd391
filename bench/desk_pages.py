"""The sound of many agents' pages in a process of their own: `python -m bench.desk_pages`.

Reads one line of JSON (an `Open`), opens the sounds, says `ready`. Then each line it reads is a question how punctually
frames have come since the last one; it answers in JSON, and ends when its input ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from bench.box import BenchError
from bench.desk_people import Person
from firmware.audio.port import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE_HZ
from firmware.control.sound import SoundStream, StreamEnded, open_sound

_REQUEST_REAL_S = 10.0
_VOICE_HZ, _VOICE_PEAK = 300.0, 3000.0


@dataclass(frozen=True)
class Open:
    """Whose sound is opened on which control socket; `talkers` answer every frame with one of their own."""

    socket: str
    talkers: list[int]
    listeners: list[int]


@dataclass
class Punctual:
    """How the frames of all pages came."""

    frames: int = 0
    late: int = 0  # more than 20 ms after they were due
    longest_gap_ms: float = 0.0
    ended: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def came(self, gap_s: float) -> None:
        with self.lock:
            self.frames += 1
            self.late += gap_s > 2 * FRAME_S
            self.longest_gap_ms = max(self.longest_gap_ms, round(1000 * gap_s, 1))

    def told(self) -> str:
        """The counts as JSON; they begin anew."""
        with self.lock:
            counts = {"frames": self.frames, "late": self.late, "gap_max_ms": self.longest_gap_ms, "ended": self.ended}
            self.frames = self.late = 0
            self.longest_gap_ms = 0.0
        return json.dumps(counts)


class Pages:
    """The pages of these people, open until `close`."""

    def __init__(self, socket: Path, talkers: Sequence[Person], listeners: Sequence[Person]) -> None:
        command = [sys.executable, "-m", "bench.desk_pages"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        wanted = Open(str(socket), [each.user_id for each in talkers], [each.user_id for each in listeners])
        if self._ask(json.dumps(asdict(wanted))) != "ready":
            raise BenchError("the pages got no sound")

    def count(self) -> dict[str, float]:
        """What came since the last time; raises `BenchError` when a sound has ended."""
        counts: dict[str, float] = json.loads(self._ask("count"))
        if counts.pop("ended"):
            raise BenchError("the sound of a page has ended")
        return counts

    def close(self) -> None:
        self._process.communicate(timeout=10)

    def _ask(self, line: str) -> str:
        if self._process.stdin is None or self._process.stdout is None:
            raise BenchError("the pages take no orders")
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


def main() -> None:
    wanted = Open(**json.loads(sys.stdin.readline()))
    punctual = Punctual()
    for user in (*wanted.talkers, *wanted.listeners):
        stream = open_sound(Path(wanted.socket), _REQUEST_REAL_S, user=user)
        voice = _voice() if user in wanted.talkers else None
        threading.Thread(target=_run, args=(stream, voice, punctual), daemon=True).start()
    print("ready", flush=True)
    for _ in sys.stdin:
        print(punctual.told(), flush=True)


def _run(stream: SoundStream, voice: bytes | None, punctual: Punctual) -> None:
    came_s = time.monotonic()
    try:
        while stream.receive() is not None:
            before_s, came_s = came_s, time.monotonic()
            punctual.came(came_s - before_s)
            if voice is not None:
                stream.send(voice)
    except StreamEnded:
        pass  # counted as ended, whichever way it ended
    punctual.ended += 1


def _voice() -> bytes:
    """A frame of a hum, without a seam to the next."""
    times = np.arange(FRAME_SAMPLES) / SAMPLE_RATE_HZ
    return np.rint(_VOICE_PEAK * np.sin(2 * np.pi * _VOICE_HZ * times)).astype("<i2").tobytes()


if __name__ == "__main__":
    main()
