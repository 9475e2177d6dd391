"""The history of a visit tells from where it was moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("booking_events", sa.Column("detail", sa.String(length=100)))
