"""A row that proves that the ledger can be written, and who has dealt with a text that did not arrive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_WAITS = sa.text("state IN ('failed', 'unknown') AND done_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("outbox", sa.Column("done_at", sa.String(length=24)))
    op.create_index("outbox_not_arrived", "outbox", ["created_at"], sqlite_where=_WAITS)
