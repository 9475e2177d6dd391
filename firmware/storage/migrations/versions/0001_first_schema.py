"""The first schema.

Written out in full: what the tables were on this day must not change when `firmware.storage.schema` does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_audit()
    _create_contacts()
    _create_departments()
    _create_dialogues()
    _create_inbox()
    _create_patients()
    _create_pin_failures()
    _create_accounts()
    _create_calls()
    _create_cards()
    _create_doctors()
    _create_inbox_parts()
    _create_patient_contacts()
    _create_call_events()
    _create_recordings()
    _create_sessions()
    _create_voice_messages()
    _create_absences()
    _create_bookings()
    _create_account_entries()
    _create_booking_events()
    _create_outbox()
    _create_outbox_parts()


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2)),
        sa.Column("slow_keys", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def _create_departments() -> None:
    op.create_table(
        "departments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=40), nullable=False),
        sa.Column("aliases", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )


def _create_dialogues() -> None:
    op.create_table(
        "dialogues",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Integer(), server_default="1", nullable=False),
        sa.Column("started_at", sa.String(length=24), nullable=False),
        sa.Column("touched_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "one_open_dialogue_per_number",
        "dialogues",
        ["number", "channel"],
        unique=True,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open = 1"),
    )


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_partial", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.Column("handled_at", sa.String(length=24)),
        sa.Column("needs_person", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "inbox_for_people",
        "inbox",
        ["id"],
        sqlite_where=sa.text("needs_person = 1"),
        postgresql_where=sa.text("needs_person = 1"),
    )
    op.create_index(
        "inbox_waiting",
        "inbox",
        ["id"],
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_index("ix_inbox_number", "inbox", ["number"])


def _create_patients() -> None:
    op.create_table(
        "patients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("born", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=2)),
        sa.Column("tier", sa.String(length=10), server_default="normal", nullable=False),
        sa.Column("is_deceased", sa.Integer(), server_default="0", nullable=False),
        sa.Column("guardian_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["guardian_id"],
            ["patients.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )


def _create_pin_failures() -> None:
    op.create_table(
        "pin_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_number", sa.String(length=12), nullable=False),
        sa.Column("caller", sa.String(length=20)),
        sa.Column("call_id", sa.String(length=40)),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("pin_failures_by_caller", "pin_failures", ["caller", "at"])
    op.create_index("pin_failures_by_card", "pin_failures", ["card_number", "at"])


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("balance_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("floor_cents", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("balance_cents - held_cents >= floor_cents", name="account_stays_above_its_floor"),
        sa.CheckConstraint("held_cents >= 0", name="held_money_is_not_negative"),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
        ),
        sa.PrimaryKeyConstraint("patient_id"),
    )


def _create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("line", sa.String(length=20), nullable=False),
        sa.Column("caller", sa.String(length=20)),
        sa.Column("is_withheld", sa.Integer(), server_default="0", nullable=False),
        sa.Column("patient_id", sa.Integer()),
        sa.Column("language", sa.String(length=2)),
        sa.Column("flow", sa.String(length=40)),
        sa.Column("flow_version", sa.Integer()),
        sa.Column("started_at", sa.String(length=24), nullable=False),
        sa.Column("answered_at", sa.String(length=24)),
        sa.Column("ended_at", sa.String(length=24)),
        sa.Column("end_reason", sa.String(length=40)),
        sa.Column("outcome", sa.String(length=40)),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "calls_not_ended",
        "calls",
        ["id"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_calls_started_at", "calls", ["started_at"])


def _create_cards() -> None:
    op.create_table(
        "cards",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("unlocked_at", sa.String(length=24)),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_cards_patient_id", "cards", ["patient_id"])


def _create_doctors() -> None:
    op.create_table(
        "doctors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=40), nullable=False),
        sa.Column("aliases", sa.String(length=200), server_default="", nullable=False),
        sa.Column("expert_code", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )


def _create_inbox_parts() -> None:
    op.create_table(
        "inbox_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("service_time", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.Integer()),
        sa.Column("total", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="1", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.Column("message_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["inbox.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint"),
    )
    op.create_index("inbox_parts_waiting", "inbox_parts", ["sender", "reference", "total"])


def _create_patient_contacts() -> None:
    op.create_table(
        "patient_contacts",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["contacts.number"],
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
        ),
        sa.PrimaryKeyConstraint("patient_id", "number"),
    )
    op.create_index("ix_patient_contacts_number", "patient_contacts", ["number"])


def _create_call_events() -> None:
    op.create_table(
        "call_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_call_events_call_id", "call_events", ["call_id"])


def _create_recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seconds", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.id"],
        ),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index(
        "recordings_not_archived",
        "recordings",
        ["call_id"],
        sqlite_where=sa.text("state != 'archived'"),
        postgresql_where=sa.text("state != 'archived'"),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("doctor_id", sa.Integer()),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("mode", sa.String(length=6), nullable=False),
        sa.Column("slot_minutes", sa.Integer()),
        sa.Column("capacity", sa.Integer()),
        sa.Column("fee_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.CheckConstraint(
            "(mode = 'time' AND slot_minutes > 0) OR (mode = 'series' AND capacity > 0)", name="session_mode"
        ),
        sa.CheckConstraint("kind IN ('general', 'specialist')", name="session_kind"),
        sa.CheckConstraint("begins < ends", name="session_begins_before_it_ends"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="session_weekday"),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
        ),
        sa.ForeignKeyConstraint(
            ["doctor_id"],
            ["doctors.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sessions_by_weekday", "sessions", ["weekday", "department_id"])


def _create_voice_messages() -> None:
    op.create_table(
        "voice_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=40)),
        sa.Column("number", sa.String(length=20)),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("done_at", sa.String(length=24)),
        sa.Column("done_by", sa.String(length=40)),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "messages_not_done",
        "voice_messages",
        ["id"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )


def _create_absences() -> None:
    op.create_table(
        "absences",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=100), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
        ),
        sa.PrimaryKeyConstraint("session_id", "day"),
    )


def _create_bookings() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slot_key", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("doctor_id", sa.Integer()),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("queue_number", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("holder", sa.String(length=40)),
        sa.Column("held_until", sa.String(length=24)),
        sa.Column("code", sa.String(length=6)),
        sa.Column("fee_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fee_is_held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("contact_number", sa.String(length=20)),
        sa.Column("language", sa.String(length=2)),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.CheckConstraint("state IN ('held', 'booked', 'arrived', 'cancelled', 'no-show')", name="booking_state"),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
        ),
        sa.ForeignKeyConstraint(
            ["doctor_id"],
            ["doctors.id"],
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("bookings_by_contact", "bookings", ["contact_number", "code"])
    op.create_index("bookings_by_day", "bookings", ["day", "department_id"])
    op.create_index("bookings_by_patient", "bookings", ["patient_id", "day"])
    op.create_index(
        "holds_by_end",
        "bookings",
        ["held_until"],
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "one_hold_per_holder",
        "bookings",
        ["holder"],
        unique=True,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "one_live_booking_per_code",
        "bookings",
        ["code"],
        unique=True,
        sqlite_where=sa.text("state IN ('booked', 'arrived')"),
        postgresql_where=sa.text("state IN ('booked', 'arrived')"),
    )
    op.create_index(
        "one_live_booking_per_slot",
        "bookings",
        ["slot_key"],
        unique=True,
        sqlite_where=sa.text("state IN ('held', 'booked', 'arrived')"),
        postgresql_where=sa.text("state IN ('held', 'booked', 'arrived')"),
    )
    op.create_index(
        "one_visit_per_person_department_and_day",
        "bookings",
        ["patient_id", "department_id", "day"],
        unique=True,
        sqlite_where=sa.text("state IN ('booked', 'arrived')"),
        postgresql_where=sa.text("state IN ('booked', 'arrived')"),
    )


def _create_account_entries() -> None:
    op.create_table(
        "account_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer()),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("note", sa.String(length=100)),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["bookings.id"],
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_account_entries_booking_id", "account_entries", ["booking_id"])
    op.create_index("ix_account_entries_patient_id", "account_entries", ["patient_id"])


def _create_booking_events() -> None:
    op.create_table(
        "booking_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("cause", sa.String(length=40)),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["bookings.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_booking_events_booking_id", "booking_events", ["booking_id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("booking_id", sa.Integer()),
        sa.Column("answers_id", sa.Integer()),
        sa.Column("line", sa.String(length=20)),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("not_before", sa.String(length=24)),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.String(length=24)),
        sa.Column("error", sa.String(length=100)),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'withdrawn')", name="outbox_state"
        ),
        sa.ForeignKeyConstraint(
            ["answers_id"],
            ["inbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["bookings.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("answers_id"),
    )
    op.create_index("ix_outbox_booking_id", "outbox", ["booking_id"])
    op.create_index("outbox_by_number", "outbox", ["number", "created_at"])
    op.create_index("outbox_by_state", "outbox", ["state"])


def _create_outbox_parts() -> None:
    op.create_table(
        "outbox_parts",
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.String(length=24), nullable=False),
        sa.Column("report", sa.String(length=10)),
        sa.ForeignKeyConstraint(
            ["outbox_id"],
            ["outbox.id"],
        ),
        sa.PrimaryKeyConstraint("outbox_id", "sequence"),
    )
    op.create_index("outbox_parts_by_reference", "outbox_parts", ["line", "reference", "sent_at"])
