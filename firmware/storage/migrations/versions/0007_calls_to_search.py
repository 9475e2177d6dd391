"""Indexes with which the journal of calls is searched, and with which a call finds what it did."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("calls_by_line", "calls", ["line", "started_at"])
    op.create_index("calls_by_outcome", "calls", ["outcome", "started_at"])
    op.create_index("booking_events_by_cause", "booking_events", ["cause"])
