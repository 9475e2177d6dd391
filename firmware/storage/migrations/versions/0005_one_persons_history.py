"""Indexes for what one person or one number did, so that a patient's page does not grow slower with the clinic."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("patients_by_birth", "patients", ["born"])
    op.create_index("patients_by_guardian", "patients", ["guardian_id"])
    op.create_index("calls_by_patient", "calls", ["patient_id", "started_at"])
    op.create_index("calls_by_caller", "calls", ["caller", "started_at"])
    op.create_index("messages_by_number", "voice_messages", ["number", "created_at"])
    op.create_index("messages_by_call", "voice_messages", ["call_id"])
    op.create_index("inbox_by_number", "inbox", ["number", "received_at"])
    op.drop_index("ix_inbox_number", "inbox")
