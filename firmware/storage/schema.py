"""The ledger's tables. Rules that must hold are constraints here, not only in the code.

Instants are UTC text with milliseconds, so that they sort and read well; a clinic's days and times of day are wall
time in the clinic's zone, kept apart from instants on purpose (a clock change moves no appointment).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    text,
)

metadata = MetaData()

# As literals, not as parameters: SQLite uses a partial index only for a condition that it can read.
IS_LIVE = text("bookings.state IN ('held', 'booked', 'arrived')")  # the booking owns its slot
IS_VISIT = text("bookings.state IN ('booked', 'arrived')")
IS_HELD = text("bookings.state = 'held'")

IS_NOT_ARRIVED = text("state IN ('failed', 'unknown') AND done_at IS NULL")  # of the outbox

_IS_LIVE = text("state IN ('held', 'booked', 'arrived')")
_IS_VISIT = text("state IN ('booked', 'arrived')")
_IS_HELD = text("state = 'held'")
_IS_KEPT = text("deleted_at IS NULL")
_IS_OLD_NEWS = text("deleted_at IS NULL AND done_at IS NOT NULL")


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


# ---- people ----

contacts = Table(
    "contacts", metadata,
    Column("number", String(20), primary_key=True),  # normalised, see firmware.phone_number
    Column("language", String(2)),
    Column("slow_keys", Integer, nullable=False, server_default="0"),
)  # fmt: skip

patients = Table(
    "patients", metadata,
    Column("id", Integer, primary_key=True),
    Column("name_zh", String(60), nullable=False),
    Column("name_en", String(60), nullable=False),
    Column("born", Date, nullable=False),
    Column("language", String(2)),
    Column("tier", String(10), nullable=False, server_default="normal"),
    Column("is_deceased", Integer, nullable=False, server_default="0"),
    Column("guardian_id", ForeignKey("patients.id")),
    Column("pinyin", String(200), nullable=False, server_default=""),  # of the Chinese name: wangxiuying
    Column("initials", String(60), nullable=False, server_default=""),  # wxy
    Index("patients_by_pinyin", "pinyin"),
    Index("patients_by_initials", "initials"),
    Index("patients_by_name", "name_zh", "name_en"),
    Index("patients_by_birth", "born"),
    Index("patients_by_guardian", "guardian_id"),
)  # fmt: skip

patient_contacts = Table(
    "patient_contacts", metadata,
    Column("patient_id", ForeignKey("patients.id"), primary_key=True),
    Column("number", ForeignKey("contacts.number"), primary_key=True, index=True),
    Column("rank", Integer, nullable=False, server_default="1"),  # 1 is tried first
)  # fmt: skip

cards = Table(
    "cards", metadata,
    Column("number", String(12), primary_key=True),  # ends in a Luhn digit
    Column("patient_id", ForeignKey("patients.id"), nullable=False, index=True),
    Column("pin_hash", Text, nullable=False),
    Column("unlocked_at", Instant),  # by staff: wrong PINs before it no longer count
)  # fmt: skip

pin_failures = Table(
    "pin_failures", metadata,
    Column("id", Integer, primary_key=True),
    Column("card_number", String(12), nullable=False),  # as keyed, may not exist; never the PIN
    Column("caller", String(20)),
    Column("call_id", String(40)),
    Column("at", Instant, nullable=False),
    Index("pin_failures_by_card", "card_number", "at"),
    Index("pin_failures_by_caller", "caller", "at"),
)  # fmt: skip

accounts = Table(
    "accounts", metadata,
    Column("patient_id", ForeignKey("patients.id"), primary_key=True),
    Column("balance_cents", Integer, nullable=False, server_default="0"),
    Column("held_cents", Integer, nullable=False, server_default="0"),
    Column("floor_cents", Integer, nullable=False, server_default="0"),
    CheckConstraint("held_cents >= 0", name="held_money_is_not_negative"),
    CheckConstraint("balance_cents - held_cents >= floor_cents", name="account_stays_above_its_floor"),
)  # fmt: skip

account_entries = Table(
    "account_entries", metadata,
    Column("id", Integer, primary_key=True),
    Column("patient_id", ForeignKey("patients.id"), nullable=False, index=True),
    Column("booking_id", ForeignKey("bookings.id"), index=True),
    Column("kind", String(10), nullable=False),  # deposit, hold, charge, release, refund
    Column("cents", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", String(100)),
)  # fmt: skip

# ---- the roster ----

departments = Table(
    "departments", metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Integer, nullable=False, unique=True),  # the menu key, 1 first; below 0: there no more
    Column("name_zh", String(40), nullable=False),
    Column("name_en", String(40), nullable=False),
    Column("aliases", String(200), nullable=False, server_default=""),  # blank-separated, for texts
)  # fmt: skip

doctors = Table(
    "doctors", metadata,
    Column("id", Integer, primary_key=True),
    Column("department_id", ForeignKey("departments.id"), nullable=False),
    Column("name_zh", String(40), nullable=False),  # as spoken: 王医生
    Column("name_en", String(40), nullable=False),  # Doctor Wang
    Column("aliases", String(200), nullable=False, server_default=""),
    Column("expert_code", Integer),  # 1 = the morning's expert number 1, ...
)  # fmt: skip

sessions = Table(  # a doctor's (or a department's) half-day that comes back every week
    "sessions", metadata,
    Column("id", Integer, primary_key=True),
    Column("department_id", ForeignKey("departments.id"), nullable=False),
    Column("doctor_id", ForeignKey("doctors.id")),  # NULL: the department's general numbers
    Column("kind", String(10), nullable=False),  # general, specialist
    Column("weekday", Integer, nullable=False),  # ISO: Monday 1
    Column("begins", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("mode", String(6), nullable=False),  # time: one slot each slot_minutes; series: numbers 1..capacity
    Column("slot_minutes", Integer),
    Column("capacity", Integer),
    Column("fee_cents", Integer, nullable=False, server_default="0"),
    Column("valid_from", Date),
    Column("valid_until", Date),
    CheckConstraint("kind IN ('general', 'specialist')", name="session_kind"),
    CheckConstraint("weekday BETWEEN 1 AND 7", name="session_weekday"),
    CheckConstraint("begins < ends", name="session_begins_before_it_ends"),
    CheckConstraint(
        "(mode = 'time' AND slot_minutes > 0) OR (mode = 'series' AND capacity > 0)", name="session_mode"
    ),
    Index("sessions_by_weekday", "weekday", "department_id"),
)  # fmt: skip

absences = Table(  # a session that does not take place on one day
    "absences", metadata,
    Column("session_id", ForeignKey("sessions.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("reason", String(100), nullable=False, server_default=""),
)  # fmt: skip

bookings = Table(  # holds are bookings in the state "held": one index guards both
    "bookings", metadata,
    Column("id", Integer, primary_key=True),
    Column("slot_key", String(40), nullable=False),  # "time/<doctor>/2026-03-03/08:30", "series/<session>/2026-03-02/7"
    Column("session_id", ForeignKey("sessions.id"), nullable=False),
    Column("department_id", ForeignKey("departments.id"), nullable=False),
    Column("doctor_id", ForeignKey("doctors.id")),
    Column("kind", String(10), nullable=False),
    Column("day", Date, nullable=False),
    Column("begins", Time, nullable=False),  # wall time; of a series: when the session begins
    Column("queue_number", Integer, nullable=False),
    Column("patient_id", ForeignKey("patients.id")),  # NULL: kept at the desk, for whom is not known yet
    Column("state", String(10), nullable=False),  # held, booked, arrived, cancelled, no-show
    Column("holder", String(40)),  # "call/<id>", "dialogue/<id>", "desk/<who>"
    Column("held_until", Instant),
    Column("code", String(6)),
    Column("fee_cents", Integer, nullable=False, server_default="0"),
    Column("fee_is_held", Integer, nullable=False, server_default="0"),
    Column("contact_number", String(20)),  # where its texts go
    Column("language", String(2)),
    Column("channel", String(10), nullable=False),  # voice, text, desk
    Column("created_at", Instant, nullable=False),
    CheckConstraint("state IN ('held', 'booked', 'arrived', 'cancelled', 'no-show')", name="booking_state"),
    CheckConstraint("patient_id IS NOT NULL OR state = 'held'", name="visit_has_a_patient"),
    Index("one_live_booking_per_slot", "slot_key", unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE),
    Index(
        "one_visit_per_person_department_and_day", "patient_id", "department_id", "day",
        unique=True, sqlite_where=_IS_VISIT, postgresql_where=_IS_VISIT,
    ),
    Index("one_live_booking_per_code", "code", unique=True, sqlite_where=_IS_VISIT, postgresql_where=_IS_VISIT),
    Index("one_hold_per_holder", "holder", unique=True, sqlite_where=_IS_HELD, postgresql_where=_IS_HELD),
    Index("holds_by_end", "held_until", sqlite_where=_IS_HELD, postgresql_where=_IS_HELD),
    Index("bookings_by_day", "day", "department_id"),
    Index("bookings_by_patient", "patient_id", "day"),
    Index("bookings_by_contact", "contact_number", "code"),
)  # fmt: skip

booking_events = Table(
    "booking_events", metadata,
    Column("id", Integer, primary_key=True),
    Column("booking_id", ForeignKey("bookings.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("what", String(20), nullable=False),  # booked, moved, cancelled, restored, arrived, no-show, reopened
    Column("channel", String(10), nullable=False),
    Column("cause", String(40)),  # call id, dialogue id or staff name
    Column("detail", String(100)),  # of a move: the slot before
    Index("booking_events_by_cause", "cause"),
)  # fmt: skip

# ---- calls ----

_IS_MUTE = text("has_sound = 0")
calls = Table(
    "calls", metadata,
    Column("id", String(40), primary_key=True),
    Column("line", String(20), nullable=False),
    Column("caller", String(20)),
    Column("is_withheld", Integer, nullable=False, server_default="0"),
    Column("patient_id", ForeignKey("patients.id")),
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
    Column("patient_id", ForeignKey("patients.id")),
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

# ---- texts ----

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
    Column("booking_id", ForeignKey("bookings.id"), index=True),
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

audit = Table(
    "audit", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("who", String(40), nullable=False, index=True),
    Column("what", String(60), nullable=False),
    Column("detail", String(200), nullable=False, server_default=""),
)  # fmt: skip

# ---- staff who sign in ----

users = Table(
    "users", metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(40), nullable=False, unique=True),  # casefolded
    Column("name", String(60), nullable=False),
    Column("role", String(12), nullable=False),  # see firmware.staff.rights
    Column("password_hash", Text, nullable=False),
    Column("language", String(2)),
    Column("is_active", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    Column("password_at", Instant, nullable=False),  # when the password was set
    Column("doctor_id", ForeignKey("doctors.id")),  # as whom of the roster this person answers patients' questions
)  # fmt: skip

web_sessions = Table(
    "web_sessions", metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256 of the cookie: a stolen ledger opens no session
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)  # fmt: skip

login_failures = Table(
    "login_failures", metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(40), nullable=False),  # as typed, casefolded and cut; may not exist
    Column("source", String(45), nullable=False),  # the address that tried
    Column("at", Instant, nullable=False),
    Index("login_failures_by_login", "login", "at"),
    Index("login_failures_by_source", "source", "at"),
)  # fmt: skip

known_sources = Table(  # where a user signed in before
    "known_sources", metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("source", String(45), primary_key=True),  # the address
    Column("at", Instant, nullable=False),  # last
)  # fmt: skip

claims = Table(  # one-time codes with which the box's owner becomes its administrator
    "claims", metadata,
    Column("id", Integer, primary_key=True),
    Column("code_hash", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
)  # fmt: skip

form_posts = Table(  # forms that were carried out: sent twice, a form still acts once
    "form_posts", metadata,
    Column("token", String(64), primary_key=True),
    Column("at", Instant, nullable=False, index=True),
)  # fmt: skip

heartbeat = Table(  # one row: when the box last wrote
    "heartbeat", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
)  # fmt: skip
