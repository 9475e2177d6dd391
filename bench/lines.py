"""Processor and memory of the box's own process at 1, 2, 4 and 8 busy, recorded lines, and frames that came late.

The network and the phones are other processes and are not counted. All lines are busy at first; calls end one after
the other, so that the ringing is waited for only once.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.barge_in import REPEAT
from bench.box import call_every_line, running_box
from bench.figures import Figures
from bench.machine import CpuMeter, IdleMeter, family, rss_mb
from firmware.cli.rig import Rig
from firmware.control.channel import ControlClient
from firmware.modem.virtual.client import PhoneCall

ABOUT = "callers who let the menu be repeated; every call is recorded; processor time is the box process's alone"
_LEVELS = (8, 4, 2, 1)
_WINDOW_S = 6.0
_AT_REST_S = 3.0
_KEY_EVERY_S = 3.0
_SETTLES_S = 1.5  # the ends of the other calls are written down meanwhile


def measure() -> Figures:
    """Each level for some seconds; eight lines also beside a process that never rests."""
    figures: Figures = {}
    with running_box(_LEVELS[0]) as rig:
        at_rest = CpuMeter(rig.box_pid)
        rig.clock.sleep(_AT_REST_S)
        figures["at_rest_cpu_core_pct"] = round(at_rest.use.core_pct, 2)
        figures["at_rest_rss_mb"] = rss_mb(rig.box_pid)
        calls = call_every_line(rig, _LEVELS[0])
        with _busy_process():
            beside = _window(rig, calls, f"{_LEVELS[0]}_lines_beside_busy_process_")
        for level in _LEVELS:
            for call in calls[level:]:
                call.hang_up()
            calls = calls[:level]
            rig.clock.sleep(_SETTLES_S)
            figures |= _window(rig, calls, f"{level}_line{'s' if level > 1 else ''}_")
        for call in calls:
            call.hang_up()
    return figures | beside


def _window(rig: Rig, calls: list[PhoneCall], prefix: str) -> Figures:
    """What these calls cost while the box speaks on all of them."""
    idle, cpu, before = IdleMeter(), CpuMeter(rig.box_pid), frames(rig)
    for _ in range(round(_WINDOW_S / _KEY_EVERY_S)):
        for call in calls:
            call.press(REPEAT)
        rig.clock.sleep(_KEY_EVERY_S)
    use, after = cpu.use, frames(rig)
    return {
        f"{prefix}cpu_core_pct_per_call": round(use.core_pct / len(calls), 3),
        f"{prefix}rss_mb": rss_mb(rig.box_pid),
        f"{prefix}rss_with_children_mb": round(sum(map(rss_mb, family(rig.box_pid))), 1),
        **{f"{prefix}frames_{what}": after[what] - before[what] for what in before},
        f"{prefix}idle_pct": idle.idle_pct,
    }


def frames(rig: Rig) -> dict[str, int]:
    """Frames that the box's media threads have taken up so far, and those over 20 ms late, if the box counts them."""
    client = ControlClient(rig.folders.control_socket)
    frames: dict[str, int] = client.ask("status").get("frames", {})
    client.close()
    return frames


@contextmanager
def _busy_process() -> Iterator[None]:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            yield
        finally:
            process.kill()
