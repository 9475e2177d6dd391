"""The ledger's tables of calls: what happened in them, and the sound that was kept."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from firmware.storage.people_schema import patients
from firmware.storage.schema import Instant, metadata

# As literals, not as parameters: SQLite uses a partial index only for a condition that it can read.
_IS_KEPT = text("deleted_at IS NULL")
_IS_OLD_NEWS = text("deleted_at IS NULL AND done_at IS NOT NULL")
_IS_MUTE = text("has_sound = 0")

calls = Table(
    "calls", metadata,
    Column("id", String(40), primary_key=True),
    Column("line", String(20), nullable=False),
    Column("caller", String(20)),
    Column("is_withheld", Integer, nullable=False, server_default="0"),
    Column("patient_id", ForeignKey(patients.c.id)),
    Column("language", String(2)),
    Column("flow", String(40)),
    Column("flow_version", Integer),
    Column("started_at", Instant, nullable=False, index=True),
    Column("answered_at", Instant),
    Column("ended_at", Instant),
    Column("end_reason", String(40)),
    Column("outcome", String(40)),  # "booked", "cancelled", "message", "left at confirm", ...
    Column("direction", String(8), nullable=False, server_default="in"),  # in, out, inside
    Column("called", String(20)),  # the number that was called: the line's own (DNIS), or the one that the box called
    Column("has_sound", Integer, nullable=False, server_default="0"),  # its recording is there, as `recordings` says
    Index("calls_by_patient", "patient_id", "started_at"),
    Index("calls_by_caller", "caller", "started_at"),
    Index("calls_by_line", "line", "started_at"),
    Index("calls_by_outcome", "outcome", "started_at"),
    Index("calls_by_called", "called", "started_at"),
    Index("calls_by_flow", "flow", "started_at"),
    Index("calls_without_sound", "started_at", sqlite_where=_IS_MUTE, postgresql_where=_IS_MUTE),
    Index("calls_not_ended", "id", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
)  # fmt: skip

call_events = Table(
    "call_events", metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", ForeignKey("calls.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),  # node, key, said, outcome, ...
    Column("detail", String(200), nullable=False, server_default=""),
)  # fmt: skip

recordings = Table(
    "recordings", metadata,
    Column("call_id", ForeignKey("calls.id"), primary_key=True),
    Column("file", String(200), nullable=False),  # relative to the recordings folder
    Column("state", String(10), nullable=False),  # recording, complete, archived, deleted
    Column("seconds", Integer),
    Column("keep_class", String(20), nullable=False, server_default="ordinary"),  # how long it is kept
    Column("is_held", Integer, nullable=False, server_default="0"),  # legal hold: not deleted, however old
    Column("held_by", String(40)),
    Column("deleted_at", Instant),
    Column("deleted_why", String(20)),  # age, quota, refused, lost
    Column("began_at", Instant),  # when its call began
    Index(
        "recordings_not_archived", "call_id",
        sqlite_where=text("state IN ('recording', 'complete')"),
        postgresql_where=text("state IN ('recording', 'complete')"),
    ),
    Index("recordings_kept", "began_at", "call_id", sqlite_where=_IS_KEPT, postgresql_where=_IS_KEPT),
    Index("recordings_by_class", "keep_class", "began_at", "call_id", sqlite_where=_IS_KEPT, postgresql_where=_IS_KEPT),
    Index("recordings_on_hold", "call_id", sqlite_where=text("is_held = 1"), postgresql_where=text("is_held = 1")),
)  # fmt: skip

recording_marks = Table(  # what happened when in a recording
    "recording_marks", metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", ForeignKey("recordings.call_id"), nullable=False, index=True),
    Column("at_s", Integer, nullable=False),  # from its beginning
    Column("kind", String(20), nullable=False),  # answered, held, resumed, paused, transferred, joined, note
    Column("detail", String(200), nullable=False, server_default=""),
)  # fmt: skip

voice_messages = Table(
    "voice_messages", metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", ForeignKey("calls.id")),
    Column("number", String(20)),
    Column("file", String(200), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("done_by", String(40)),
    Column("owner", String(40)),  # the login of who looks after it
    Column("box", String(40), nullable=False, server_default="shared"),  # shared, "agent/<user id>", "doctor/<id>"
    Column("due_at", Instant),
    Column("patient_id", ForeignKey(patients.c.id)),
    Column("queue", String(40)),  # in which the caller had waited for a person before
    Column("language", String(2)),
    Column("answer_file", String(200)),  # what the doctor said to the question
    Column("answer_text", Text),  # or wrote
    Column("answered_at", Instant),
    Column("answered_by", String(40)),
    Column("answer_code", String(8)),  # with which the patient hears the answer
    Column("deleted_at", Instant),  # the sound is no longer there
    Column("heard_at", Instant),  # when the patient heard it
    Index("messages_by_number", "number", "created_at"),
    Index("messages_by_box", "box", "id"),
    Index("messages_by_code", "answer_code", unique=True),
    Index("messages_by_call", "call_id"),
    Index("messages_that_sound", "done_at", sqlite_where=_IS_OLD_NEWS, postgresql_where=_IS_OLD_NEWS),
    Index("messages_not_done", "id", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
)  # fmt: skip
