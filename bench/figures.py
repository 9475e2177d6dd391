"""Times put into figures whose names say what they are and in which unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Figures = dict[str, float | int | str]


def spread(times_s: Sequence[float], prefix: str = "") -> Figures:
    """Median, 95th percentile and worst of `times_s`, in ms."""
    p50, p95 = np.percentile(times_s, [50, 95]) * 1000
    return {
        f"{prefix}p50_ms": round(float(p50), 3),
        f"{prefix}p95_ms": round(float(p95), 3),
        f"{prefix}max_ms": round(max(times_s) * 1000, 3),
    }
