"""Eight recorded calls while fifty people hammer the pages and twenty pages are live: do calls suffer?

Windows without and with the crowd follow one another in turn. A probe in a process of its own sleeps 20 ms at a time,
as a line does, and tells how much later it woke. The virtual network stands for modems, which no page can delay: it
goes before everything else where the bench may say so (as root), and tells how late it was itself, for sound that it
sends late and in bulk counts as late in the box too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.barge_in import REPEAT
from bench.box import call_every_line, running_box
from bench.figures import Counts, Figures, together
from bench.hammer_probe import Probe
from bench.hammer_server import Hammer, crowd, free_port, prepare, wait_for_pages, worker
from bench.lines import frames
from bench.machine import CpuMeter, IdleMeter, put_first
from firmware.cli.rig import Rig
from firmware.modem.virtual.client import PhoneCall

ABOUT = "frames of eight recorded calls over 20 ms late, without and with 50 clients at the pages and 20 live pages"
_LINES = 8
_CLIENTS = 50
_STREAMS = 20
_ROUNDS = 2
_KEY_EVERY_S = 3.0
_KEYS = 3  # a window; the box leads a caller out of the menu after ten rounds of it
_SETTLES_S = 1.5

_ADDED_UP = ("frames_heard", "frames_late_over_20ms", "answers", "events", "streams_ended", "refused")


def measure() -> Figures:
    """Both windows twice."""
    port = free_port()
    with running_box(_LINES, prepare=prepare, web_port=port) as rig:
        wait_for_pages(port)
        is_first = put_first(rig.network_pid)
        quiet: list[Counts] = []
        hammered: list[Counts] = []
        for _ in range(_ROUNDS):
            with _eight_calls(rig) as calls:
                quiet.append(_window(rig, calls))
            with _eight_calls(rig) as calls:
                hammered.append(_hammered(rig, calls, port))
    crowd_is = {"lines": _LINES, "clients": _CLIENTS, "streams": _STREAMS, "network_is_first": int(is_first)}
    return together("without_", quiet, _ADDED_UP) | together("with_", hammered, _ADDED_UP) | crowd_is


@contextmanager
def _eight_calls(rig: Rig) -> Iterator[list[PhoneCall]]:
    calls = call_every_line(rig, _LINES)
    yield calls
    for call in calls:
        call.hang_up()
    rig.clock.sleep(_SETTLES_S)


def _hammered(rig: Rig, calls: list[PhoneCall], port: int) -> Counts:
    hammer = Hammer(crowd(rig.folders.data, port, clients=_CLIENTS, streams=_STREAMS))
    rig.clock.sleep(_SETTLES_S)
    clients = CpuMeter(hammer.pid)
    counts = _window(rig, calls)
    counts["clients_cpu_core_pct"] = clients.use.core_pct
    got = hammer.stop()
    for name in ("answers", "p50_ms", "p95_ms", "events", "streams_ended"):
        counts[name] = float(got[name])
    counts["refused"] = sum(float(count) for name, count in got.items() if name.startswith("answered_"))
    return counts


def _window(rig: Rig, calls: list[PhoneCall]) -> Counts:
    """What happens while the box speaks on all lines."""
    idle, box, web = IdleMeter(), CpuMeter(rig.box_pid), CpuMeter(worker(rig.web_pid))
    before, probe = frames(rig), Probe()
    rig.network.state()  # its worst lateness begins anew
    for _ in range(_KEYS):
        for call in calls:
            call.press(REPEAT)
        rig.clock.sleep(_KEY_EVERY_S)
    after = frames(rig)
    return {
        **{f"frames_{what}": float(after[what] - before[what]) for what in before},
        "network_late_max_ms": 1000 * rig.network.state()["latest_s"],
        **{f"wake_{name}": float(value) for name, value in probe.stop().items()},
        "box_cpu_core_pct": box.use.core_pct,
        "web_cpu_core_pct": web.use.core_pct,
        "idle_pct": idle.idle_pct,
    }
