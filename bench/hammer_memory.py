"""Whether the web process grows: its memory after the first pages and after ten thousand."""

from __future__ import annotations

from bench import ledgers
from bench.figures import Figures
from bench.hammer_server import Hammer, crowd, prepare, web_process, worker
from bench.machine import CpuMeter, IdleMeter, rss_mb

ABOUT = "memory of the web process after so many pages, eight clients at a time; every page of the box in turn"
_STEPS = (1_000, 2_500, 5_000, 10_000)
_CLIENTS = 8


def measure() -> Figures:
    """One process, asked on and on."""
    idle = IdleMeter()
    figures: Figures = {}
    with ledgers.folder() as folder:
        prepare(folder)
        with web_process(folder) as (pid, port):
            maker = worker(pid)
            cpu, asked = CpuMeter(maker), 0
            for step in _STEPS:
                got = Hammer(crowd(folder, port, clients=_CLIENTS, requests=step - asked)).stop()
                asked = step
                figures[f"rss_after_{step}_mb"] = rss_mb(maker)
                if any(name.startswith("answered_") for name in got):
                    figures[f"refused_until_{step}"] = str({k: v for k, v in got.items() if k.startswith("answered_")})
            use = cpu.use
        first, last = (float(figures[f"rss_after_{step}_mb"]) for step in (_STEPS[0], _STEPS[-1]))
    return figures | {
        "grown_mb": round(last - first, 1),
        "cpu_ms_per_page": round(1000 * use.cpu_s / asked, 2),
        "pages_per_s": round(asked / use.real_s, 1),
        "idle_pct": idle.idle_pct,
    }
