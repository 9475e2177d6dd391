"""The floor of the buffers: a line whose own thread gives back each frame that it has heard, without bridge or stream.

What a modem collects before it tells, and what it is kept ahead, is in it; whatever the box adds to connect two people
is not.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import yaml

from bench.box import RING_LIMIT_S
from bench.ledgers import NOW
from bench.machine import put_first
from firmware.audio.port import FRAME_SAMPLES, SILENT_FRAME, Sound
from firmware.clock import Clock, SharedClock
from firmware.modem.line import CallHandler, IncomingCall
from firmware.modem.virtual.client import PhoneCall
from firmware.modem.virtual.process import NetworkProcess
from firmware.modem.voice.line import VoiceLine

_NUMBER = "02161230001"
_LINE = {"name": "L1", "kind": "voice", "model": "USR5637", "number": _NUMBER}
_MOST_SAMPLES = 2 * FRAME_SAMPLES  # what came while nothing was sent yet is not kept


class Parrot:
    """Says at once what it has just heard: a tap and a source of one thread."""

    def __init__(self) -> None:
        self._heard = SILENT_FRAME[:0]

    @property
    def stops_at_key(self) -> bool:
        return False

    def heard(self, sound: Sound) -> None:
        self._heard = np.concatenate((self._heard, sound))[-_MOST_SAMPLES:]

    def spoke(self, frame: Sound) -> None:
        """Its own voice."""

    def frame(self) -> Sound:
        if len(self._heard) < FRAME_SAMPLES:
            return SILENT_FRAME
        frame, self._heard = self._heard[:FRAME_SAMPLES], self._heard[FRAME_SAMPLES:]
        return frame


@contextmanager
def parrot_call(folder: Path) -> Iterator[tuple[PhoneCall, Clock]]:
    """A call to a line in this process, answered by a parrot."""
    clock = SharedClock.create(folder / "clock", NOW)
    config = folder / "network.yaml"
    config.write_text(yaml.safe_dump({"country": "cn", "lines": [_LINE]}))
    calls: queue.Queue[IncomingCall] = queue.Queue()
    process = NetworkProcess(config, folder / "run", clock, folder / "clock")
    with process as network:
        put_first(process.process.pid)
        line = VoiceLine("L1", network.terminal("L1"), clock, _put_into(calls))
        line.start()
        try:
            phone_call = network.phone("13800100001").dial(_NUMBER)
            port = calls.get(timeout=RING_LIMIT_S).answer()
            parrot = Parrot()
            port.add_tap(parrot)
            port.play(parrot, is_live=True)
            phone_call.wait_for("answered")
            yield phone_call, clock
            phone_call.hang_up()
        finally:
            line.stop()


def _put_into(calls: queue.Queue[IncomingCall]) -> CallHandler:
    def take(call: IncomingCall) -> None:
        calls.put(call)

    return take
