"""Times put into figures whose names say what they are and in which unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from statistics import mean

import numpy as np

Figures = dict[str, float | int | str]
Counts = dict[str, float]  # of one window of measuring


def spread(times_s: Sequence[float], prefix: str = "") -> Figures:
    """Median, 95th percentile and worst of `times_s`, in ms."""
    p50, p95 = np.percentile(times_s, [50, 95]) * 1000
    return {
        f"{prefix}p50_ms": round(float(p50), 3),
        f"{prefix}p95_ms": round(float(p95), 3),
        f"{prefix}max_ms": round(max(times_s) * 1000, 3),
    }


def together(prefix: str, windows: Sequence[Counts], added_up: Collection[str]) -> Figures:
    """Of those in `added_up` the sum, of everything else the mean; `max` is the worst."""
    figures: Figures = {}
    for name in windows[0]:
        values = [window[name] for window in windows]
        if name in added_up:
            figures[prefix + name] = round(sum(values))
        else:
            figures[prefix + name] = round(max(values) if "max" in name else mean(values), 2)
    return figures
