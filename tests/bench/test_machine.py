"""What the kernel counts for this very process."""

from __future__ import annotations

import os
import subprocess

from bench.machine import CpuMeter, IdleMeter, family, rss_mb


def test_work_is_counted() -> None:
    meter, idle = CpuMeter(os.getpid()), IdleMeter()
    while meter.use.cpu_s < 0.05:
        sum(range(10_000))
    assert meter.use.core_pct > 5
    assert 0 <= idle.idle_pct <= 100


def test_a_process_has_memory_and_children() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        assert child.pid in family(os.getpid())
        assert 0 < rss_mb(child.pid) < rss_mb(os.getpid())
        child.terminate()
