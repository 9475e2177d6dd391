"""The ledger's tables of the roster: who sees patients when, and which visits are booked."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Time, text

from firmware.storage.people_schema import patients
from firmware.storage.schema import Instant, metadata

# As literals, not as parameters: SQLite uses a partial index only for a condition that it can read.
IS_LIVE = text("bookings.state IN ('held', 'booked', 'arrived')")  # the booking owns its slot
IS_VISIT = text("bookings.state IN ('booked', 'arrived')")
IS_HELD = text("bookings.state = 'held'")

_IS_LIVE = text("state IN ('held', 'booked', 'arrived')")
_IS_VISIT = text("state IN ('booked', 'arrived')")
_IS_HELD = text("state = 'held'")

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
    Column("patient_id", ForeignKey(patients.c.id)),  # NULL: kept at the desk, for whom is not known yet
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
