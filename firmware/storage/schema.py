"""What all tables of the ledger have in common. Rules that must hold are constraints there, not only in the code.

Instants are UTC text with milliseconds, so that they sort and read well; a clinic's days and times of day are wall
time in the clinic's zone, kept apart from instants on purpose (a clock change moves no appointment).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, MetaData, String, TypeDecorator

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC text such as 2026-03-02T01:00:00.000Z."""

    impl = String(24)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


def instant_text(value: datetime) -> str:
    """How an instant stands in the ledger."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
