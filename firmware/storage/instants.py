"""Reckoning with moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def later(now: datetime, seconds: float) -> datetime:
    """The moment `seconds` after `now` (aware, any zone), in UTC.

    A datetime in a zone adds wall time: over a clock change `now + timedelta` is an hour wrong.
    """
    return now.astimezone(UTC) + timedelta(seconds=seconds)
