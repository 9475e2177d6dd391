"""How punctually a process that wakes every 20 ms is woken: `python -m bench.hammer_probe` until its input ends."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import numpy as np

from bench.figures import Figures

_PERIOD_S = 0.02


class Probe:
    """Wakes from now on; `stop` tells how late."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "bench.hammer_probe"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def stop(self) -> Figures:
        said, _ = self._process.communicate(timeout=10)
        late: Figures = json.loads(said)
        return late


def main() -> None:
    told_to_stop = threading.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        told_to_stop.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    late_s = []
    while not told_to_stop.is_set():
        due = time.monotonic() + _PERIOD_S
        time.sleep(_PERIOD_S)
        late_s.append(time.monotonic() - due)
    p50, p99 = np.percentile(late_s, [50, 99]) * 1000
    print(json.dumps({"p50_ms": round(p50, 2), "p99_ms": round(p99, 2), "max_ms": round(max(late_s) * 1000, 2)}))


if __name__ == "__main__":
    main()
