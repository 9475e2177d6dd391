"""Times in words: "in 2 h", "3 min ago"."""

from __future__ import annotations

from datetime import datetime

from webui.words import Words

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def from_now(words: Words, now: datetime, moment: datetime) -> str:
    """How far away a moment is, in the largest unit that says enough."""
    seconds = (moment - now).total_seconds()
    direction = "ahead" if seconds > 0 else "ago"
    away = abs(seconds)
    if away < MINUTE_S:
        return words("time.now")
    for unit, length_s, limit_s in (("minutes", MINUTE_S, HOUR_S), ("hours", HOUR_S, 2 * DAY_S)):
        if away < limit_s:
            return words(f"time.{unit}_{direction}", count=round(away / length_s))
    return words(f"time.days_{direction}", count=round(away / DAY_S))


def length(seconds: float) -> str:
    """Minutes and seconds, as on a telephone: 1:05."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"
