"""The day at the desk: every session with its places, free, kept or taken, and one visit with all that became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select

from firmware.clinic import moving, roster, schedule
from firmware.clinic.moving import Before
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import Session, Slot
from firmware.clinic.schedule import SESSION_COLUMNS, SESSION_TABLES, Wish, session_of
from firmware.language.values import Name
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import patients
from firmware.storage.roster_schema import booking_events, bookings, sessions
from firmware.storage.text_schema import outbox

FREE, PAST = "free", "past"
CHANNELS = ("voice", "text", "desk")
MOST_CANCELLATIONS = 200
_ANY = Wish()


@dataclass(frozen=True)
class Visit:
    """A booking as the day's list shows it; a hold has no code, and one of the desk no patient."""

    id: int
    state: str  # held, booked, arrived, cancelled, no-show
    begins: time
    queue_number: int
    patient_id: int | None
    name: Name | None
    born: date | None
    number: str | None  # where its texts go
    code: str | None
    fee_cents: int
    fee_is_held: bool
    channel: str
    holder: str


@dataclass(frozen=True)
class Place:
    """One slot of a session: with its visit, or free (still, or no more for its time is past)."""

    slot: Slot
    visit: Visit | None
    is_past: bool

    @property
    def state(self) -> str:
        """The visit's, or free, or past."""
        if self.visit is not None:
            return self.visit.state
        return PAST if self.is_past else FREE


@dataclass(frozen=True)
class DaySession:
    """A half-day with all its places in order, and the visits that have none there any more."""

    session: Session
    places: tuple[Place, ...]
    cancelled: tuple[Visit, ...]
    is_off: bool  # it does not take place (any more); its visits still stand

    @property
    def free(self) -> list[Place]:
        return [place for place in self.places if place.state == FREE]

    @property
    def visits(self) -> list[Visit]:
        """What stands in its places, in their order."""
        return [place.visit for place in self.places if place.visit is not None]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many places and cancelled visits are in each state."""
        return Counter([*(place.state for place in self.places), *("cancelled" for _ in self.cancelled)])


@dataclass(frozen=True)
class Event:
    """One thing that became of a visit, and who did it."""

    at: datetime
    what: str  # booked, moved, cancelled, restored, arrived, no-show, reopened
    channel: str
    cause: str
    before: Before | None  # of a move


@dataclass(frozen=True)
class SentText:
    """A text about a visit and how far it came."""

    id: int
    created_at: datetime
    number: str
    body: str
    purpose: str
    state: str
    not_before: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True)
class Cancellation:
    """A visit that was given up, and how."""

    visit: Visit
    slot: Slot
    event: Event


_VISIT_COLUMNS = (
    "id", "state", "slot_key", "session_id", "begins", "queue_number", "patient_id", "contact_number", "code",
    "fee_cents", "fee_is_held", "channel", "holder",
)  # fmt: skip
_VISITS = (
    select(
        *(bookings.c[name] for name in _VISIT_COLUMNS), patients.c.name_zh, patients.c.name_en, patients.c.born
    )
    .select_from(bookings.outerjoin(patients, bookings.c.patient_id == patients.c.id))
    .where(
        bookings.c.day == bindparam("day"),
        or_(bookings.c.state != "held", bookings.c.held_until > bindparam("now")),
    )
    .order_by(bookings.c.begins, bookings.c.queue_number, bookings.c.id)
)  # fmt: skip
_EVENTS = select(booking_events).where(booking_events.c.booking_id == bindparam("which")).order_by(booking_events.c.id)
_TEXTS = (
    select(*(outbox.c[name] for name in SentText.__dataclass_fields__))
    .where(outbox.c.booking_id == bindparam("which"))
    .order_by(outbox.c.id)
)


_CANCELLED_EVENT = booking_events.alias("cancelled_event")
_CANCELLATIONS = (
    select(
        *(bookings.c[name].label(f"booking_{name}") for name in (*_VISIT_COLUMNS, "day")),
        patients.c.name_zh.label("patient_zh"), patients.c.name_en.label("patient_en"), patients.c.born,
        *(_CANCELLED_EVENT.c[name].label(f"event_{name}") for name in ("at", "what", "channel", "cause")),
        *SESSION_COLUMNS,
    )
    .select_from(
        bookings.join(patients, bookings.c.patient_id == patients.c.id)
        .join(SESSION_TABLES, bookings.c.session_id == sessions.c.id)
        .join(_CANCELLED_EVENT, bookings.c.id == _CANCELLED_EVENT.c.booking_id)
    )
    .where(
        bookings.c.day.between(bindparam("first"), bindparam("last")),
        bookings.c.state == "cancelled",
        _CANCELLED_EVENT.c.id
        == select(func.max(booking_events.c.id))
        .where(booking_events.c.booking_id == bookings.c.id, booking_events.c.what == "cancelled")
        .correlate(bookings)
        .scalar_subquery(),
    )
    .order_by(bookings.c.day, bookings.c.begins, bookings.c.id)
    .limit(MOST_CANCELLATIONS)
)  # fmt: skip


def day_book(tx: Transaction, profile: ClinicProfile, now: datetime, day: date, wish: Wish = _ANY) -> list[DaySession]:
    """The day's sessions that suit the wish, by department and time; those that are off only if they have visits."""
    by_session: dict[int, list[Any]] = {}
    for row in tx.execute(_VISITS, {"day": day, "now": now}):
        by_session.setdefault(row.session_id, []).append(row)
    on = schedule.on_duty(tx, day, wish)
    off = _others(tx, set(by_session) - {session.id for session in on}, wish)
    book = [_day_session(each, day, profile, now, by_session.get(each.id, []), is_off=False) for each in on]
    return book + [_day_session(each, day, profile, now, by_session[each.id], is_off=True) for each in off]


def history(tx: Transaction, booking_id: int) -> list[Event]:
    """What became of the visit, oldest first."""
    return [
        Event(row.at, row.what, row.channel, row.cause or "", moving.before(row.detail) if row.detail else None)
        for row in tx.execute(_EVENTS, {"which": booking_id})
    ]


def texts(tx: Transaction, booking_id: int) -> list[SentText]:
    """What was or is to be texted about the visit, oldest first."""
    return [SentText(*row) for row in tx.execute(_TEXTS, {"which": booking_id})]


def cancellations(tx: Transaction, first: date, last: date, channel: str | None = None) -> list[Cancellation]:
    """The visits of these days that were cancelled (over one channel), soonest first, at most `MOST_CANCELLATIONS`."""
    wanted = _CANCELLATIONS if channel is None else _CANCELLATIONS.where(_CANCELLED_EVENT.c.channel == channel)
    return [_cancellation(row) for row in tx.execute(wanted, {"first": first, "last": last})]


def session(tx: Transaction, session_id: int) -> Session | None:
    """A session of the roster, past ones too."""
    row = tx.execute(select(*SESSION_COLUMNS).select_from(SESSION_TABLES).where(sessions.c.id == session_id)).first()
    return None if row is None else session_of(row)


def _others(tx: Transaction, keys: set[int], wish: Wish) -> list[Session]:
    """The sessions with these ids that suit the wish."""
    wanted = and_(
        sessions.c.id.in_(keys),
        *(
            column == value
            for column, value in (
                (sessions.c.department_id, wish.department_id),
                (sessions.c.doctor_id, wish.doctor_id),
                (sessions.c.kind, wish.kind),
            )
            if value is not None
        ),
    )
    if not keys:
        return []
    rows = select(*SESSION_COLUMNS).select_from(SESSION_TABLES).where(wanted).order_by(sessions.c.begins)
    return [session_of(row) for row in tx.execute(rows)]


def _day_session(
    session: Session, day: date, profile: ClinicProfile, now: datetime, rows: list[Row[Any]], *, is_off: bool
) -> DaySession:
    cancelled = tuple(_visit(row) for row in rows if row.state == "cancelled")
    standing = {row.slot_key: _visit(row) for row in rows if row.state != "cancelled"}
    of_roster = [] if is_off else roster.slots(session, day, profile.zone)
    known = {slot.key for slot in of_roster}
    moved_away = [Slot(session, day, row.begins, row.queue_number) for row in rows if row.slot_key not in known]
    places = [_place(slot, standing, profile, now) for slot in [*of_roster, *_standing(moved_away, standing)]]
    return DaySession(session, tuple(places), cancelled, is_off)


def _standing(slots: Iterable[Slot], visits: Mapping[str, Visit]) -> list[Slot]:
    """Slots that the roster no longer has, as long as somebody comes there."""
    return [slot for slot in slots if slot.key in visits]


def _place(slot: Slot, visits: Mapping[str, Visit], profile: ClinicProfile, now: datetime) -> Place:
    is_past = roster.last_moment(slot, profile.zone) <= now
    return Place(slot, visits.get(slot.key), is_past)


def _visit(row: Row[Any]) -> Visit:
    return Visit(
        id=row.id,
        state=row.state,
        begins=row.begins,
        queue_number=row.queue_number,
        patient_id=row.patient_id,
        name=None if row.patient_id is None else Name(row.name_zh, row.name_en),
        born=row.born,
        number=row.contact_number,
        code=row.code,
        fee_cents=row.fee_cents,
        fee_is_held=bool(row.fee_is_held),
        channel=row.channel,
        holder=row.holder or "",
    )


def _cancellation(row: Any) -> Cancellation:
    visit = Visit(
        id=row.booking_id,
        state=row.booking_state,
        begins=row.booking_begins,
        queue_number=row.booking_queue_number,
        patient_id=row.booking_patient_id,
        name=Name(row.patient_zh, row.patient_en),
        born=row.born,
        number=row.booking_contact_number,
        code=row.booking_code,
        fee_cents=row.booking_fee_cents,
        fee_is_held=bool(row.booking_fee_is_held),
        channel=row.booking_channel,
        holder=row.booking_holder or "",
    )
    slot = Slot(session_of(row), row.booking_day, row.booking_begins, row.booking_queue_number)
    return Cancellation(
        visit, slot, Event(row.event_at, row.event_what, row.event_channel, row.event_cause or "", None)
    )
