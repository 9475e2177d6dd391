"""What the machine and one process did meanwhile, as the kernel counts it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_SCHEDULER_CLOCK = 2  # clock_getcpuclockid(3): how Linux names the clock of another process
_FIRST = -10  # of nice(2)
_PARENT = 1  # place after the name in /proc/<pid>/stat, proc(5)


def idle_and_total_ticks() -> tuple[int, int]:
    """The processors' ticks since boot: idle (with waiting for disks), and all."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


class IdleMeter:
    """The idle share of the whole machine since this was made."""

    def __init__(self) -> None:
        self._idle, self._total = idle_and_total_ticks()

    @property
    def idle_pct(self) -> float:
        idle, total = idle_and_total_ticks()
        return round(100 * (idle - self._idle) / max(1, total - self._total), 1)


def cpu_s(pid: int) -> float:
    """Processor seconds that a process (all of its threads, not its children) has used, to the nanosecond."""
    return time.clock_gettime((~pid << 3) | _SCHEDULER_CLOCK)


def rss_mb(pid: int) -> float:
    """Resident memory of a process, in MB of 10^6 bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    raise ProcessLookupError(f"process {pid} has no memory any more")


def family(pid: int) -> list[int]:
    """A process and its children and theirs."""
    parents = {int(each.name): _parent(int(each.name)) for each in Path("/proc").iterdir() if each.name.isdigit()}
    members = [pid]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


def put_first(pid: int) -> bool:
    """Have a process (all of its threads) go before the others; False when that is not allowed."""
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(thread.name), _FIRST)
    except PermissionError:
        return False
    return True


@dataclass(frozen=True)
class CpuUse:
    """What a process used over a while."""

    cpu_s: float
    real_s: float

    @property
    def core_pct(self) -> float:
        return 100 * self.cpu_s / self.real_s


class CpuMeter:
    """The processor time of one process since this was made."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu_s, self._began_s = cpu_s(pid), time.monotonic()

    @property
    def use(self) -> CpuUse:
        return CpuUse(cpu_s(self._pid) - self._cpu_s, time.monotonic() - self._began_s)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the process's name, which may hold blanks and brackets."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _parent(pid: int) -> int:
    try:
        return int(_stat(pid)[_PARENT])
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it ended while we looked
