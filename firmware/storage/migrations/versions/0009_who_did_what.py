"""An index with which the audit trail knows everybody who is in it, and finds what one person did."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index("ix_audit_who", "audit", ["who"])
