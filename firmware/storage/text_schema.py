"""The ledger's tables of texts: received, sent, and conversations between them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from firmware.storage.roster_schema import bookings
from firmware.storage.schema import Instant, metadata

# As literals, not as parameters: SQLite uses a partial index only for a condition that it can read.
IS_NOT_ARRIVED = text("state IN ('failed', 'unknown') AND done_at IS NULL")  # of the outbox

inbox_parts = Table(
    "inbox_parts", metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),  # see storage.inbox: how duplicates are known
    Column("line", String(20), nullable=False),
    Column("sender", String(20), nullable=False),
    Column("service_time", String(40), nullable=False),
    Column("reference", Integer),
    Column("total", Integer, nullable=False, server_default="1"),
    Column("sequence", Integer, nullable=False, server_default="1"),
    Column("body", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("message_id", ForeignKey("inbox.id")),
    Index("inbox_parts_waiting", "sender", "reference", "total"),
)  # fmt: skip

inbox = Table(
    "inbox", metadata,
    Column("id", Integer, primary_key=True),
    Column("line", String(20), nullable=False),
    Column("number", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("is_partial", Integer, nullable=False, server_default="0"),
    Column("received_at", Instant, nullable=False),
    Column("handled_at", Instant),
    Column("needs_person", Integer, nullable=False, server_default="0"),  # the box could not deal with it
    Column("owner", String(40)),  # the login of who looks after it
    Index("inbox_by_number", "number", "received_at"),
    Index(
        "inbox_for_people", "id",
        sqlite_where=text("needs_person = 1"), postgresql_where=text("needs_person = 1"),
    ),
    Index("inbox_waiting", "id", sqlite_where=text("handled_at IS NULL"), postgresql_where=text("handled_at IS NULL")),
)  # fmt: skip

outbox = Table(
    "outbox", metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("purpose", String(20), nullable=False),  # reply, auto, confirmation, cancellation, staff, ...
    Column("booking_id", ForeignKey(bookings.c.id), index=True),
    Column("answers_id", ForeignKey("inbox.id"), unique=True),  # at most one reply per text received
    Column("line", String(20)),  # wished line; NULL: any
    Column("created_at", Instant, nullable=False),
    Column("not_before", Instant),
    Column("state", String(10), nullable=False),  # queued, sending, sent, delivered, failed, unknown, withdrawn
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("sent_at", Instant),
    Column("error", String(100)),
    Column("done_at", Instant),  # somebody has dealt with a text that failed or is in doubt
    Column("author", String(40)),  # the login of who wrote it; NULL: the box
    CheckConstraint(
        "state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'withdrawn')", name="outbox_state"
    ),
    Index("outbox_by_number", "number", "created_at"),
    Index("outbox_by_state", "state"),
    Index("outbox_not_arrived", "created_at", sqlite_where=IS_NOT_ARRIVED, postgresql_where=IS_NOT_ARRIVED),
)  # fmt: skip

outbox_parts = Table(
    "outbox_parts", metadata,
    Column("outbox_id", ForeignKey("outbox.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("line", String(20), nullable=False),
    Column("reference", Integer, nullable=False),  # TP-MR, 0-255
    Column("sent_at", Instant, nullable=False),
    Column("report", String(10)),  # delivered, failed; NULL: none yet
    Index("outbox_parts_by_reference", "line", "reference", "sent_at"),
)  # fmt: skip

dialogues = Table(  # text dialogues between messages, and calls that ended in the middle (for "continue?")
    "dialogues", metadata,
    Column("id", String(40), primary_key=True),
    Column("channel", String(10), nullable=False),  # text, voice, test-text
    Column("number", String(20), nullable=False),
    Column("state", Text, nullable=False),  # the machine's state, JSON
    Column("is_open", Integer, nullable=False, server_default="1"),
    Column("started_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(
        "one_open_dialogue_per_number", "number", "channel",
        unique=True, sqlite_where=text("is_open = 1"), postgresql_where=text("is_open = 1"),
    ),
)  # fmt: skip
