"""How long to wait after wrong passwords: some are free, then each doubles the wait, up to a longest one."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_DOUBLINGS = 20


@dataclass(frozen=True)
class BackOff:
    """`free` wrong tries cost nothing, the next `first_s`, each further one twice as much, none above `most_s`."""

    free: int
    first_s: float
    most_s: float

    def wait_s(self, failures: int) -> float:
        """How long after the last of so many failures the next try counts."""
        if failures < self.free:
            return 0.0
        doublings = min(failures - self.free, _MOST_DOUBLINGS)
        return min(self.first_s * (1 << doublings), self.most_s)
