"""Boxes of voice messages: the clinic's shared one, one for each person with an extension, one for each doctor's
questions. A box says who may open its messages; by when one is due is reckoned in hours in which people are there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, text, update

from firmware.clinic import calendar, tasks
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import Doctor
from firmware.language.values import Name
from firmware.storage import recordings
from firmware.storage.call_schema import calls, voice_messages
from firmware.storage.calls import TEST_LINES
from firmware.storage.desk_schema import agents, queue_entries
from firmware.storage.ledger import Transaction
from firmware.storage.recordings import SHARED, VoiceMessage
from firmware.storage.roster_schema import doctors
from firmware.storage.staff_schema import users

AGENT, DOCTOR = "agent", "doctor"
DUE_OPEN_MINUTES = {SHARED: 120, AGENT: 240, DOCTOR: 480}  # by kind of box: so long while people are there
GREETINGS = "greetings"  # below the folder of messages

_NOT_DONE = text("voice_messages.done_at IS NULL")  # as a literal: SQLite uses its partial index only for what it reads
_IS_REAL = or_(
    voice_messages.c.call_id.is_(None),
    ~select(calls.c.id).where(calls.c.id == voice_messages.c.call_id, calls.c.line.in_(TEST_LINES)).exists(),
)


@dataclass(frozen=True)
class Opener:
    """What one of the staff may open: the own boxes, the shared one, or every box."""

    own: tuple[str, ...]
    opens_shared: bool
    opens_all: bool

    def may_hear(self, message: VoiceMessage) -> bool:
        """Whether this person may hear the message; a doctor's answer that the desk has to tell counts as shared."""
        is_shared = message.box == SHARED or message.is_for_desk
        return self.opens_all or message.box in self.own or (self.opens_shared and is_shared)


@dataclass(frozen=True)
class Left:
    """What a caller has just left; `file` as it stands in the folder of messages."""

    call_id: str
    number: str | None
    file: str
    seconds: int
    language: str
    box: str = SHARED
    patient_id: int | None = None  # only of who has shown who they are


@dataclass(frozen=True)
class Colleague:
    """Somebody with an extension, who therefore has a box."""

    user_id: int
    extension: str
    name: str


@dataclass(frozen=True)
class Count:
    """How much waits, and how much of it is overdue."""

    waiting: int
    overdue: int
    oldest: datetime | None


def of_agent(user_id: int) -> str:
    return f"{AGENT}/{user_id}"


def of_doctor(doctor_id: int) -> str:
    return f"{DOCTOR}/{doctor_id}"


def kind(box: str) -> str:
    """SHARED, AGENT or DOCTOR."""
    return box.partition("/")[0]


def greeting_file(user_id: int) -> str:
    """Where somebody's own greeting lies (if they recorded one), relative to the folder of messages."""
    return f"{GREETINGS}/{AGENT}-{user_id}.wav"


# ---- keeping ----


def keep(tx: Transaction, profile: ClinicProfile, now: datetime, left: Left) -> int:
    """A caller left a message: its id. It keeps the queue in which the caller had waited for a person before.

    In the shared box it is what there is to do; who waited in vain before it is no task beside it.
    """
    if left.box == SHARED:
        tasks.message_left(tx, now, left.call_id)
    return recordings.add_message(
        tx, now, left.call_id, left.number, left.file, left.seconds,
        box=left.box, due_at=due_at(tx, profile, now, left.box), patient_id=left.patient_id, language=left.language,
        queue=_queue_of(tx, left.call_id),
    )  # fmt: skip


def due_at(tx: Transaction, profile: ClinicProfile, now: datetime, box: str) -> datetime:
    """By when a message that came at `now` should be dealt with: so many minutes in which people are there. Where they
    never are, so many as the clock goes."""
    return calendar.after_open_minutes(tx, profile, now, DUE_OPEN_MINUTES[kind(box)])


# ---- who opens what ----


def opener(tx: Transaction, user_id: int, *, opens_shared: bool, opens_all: bool) -> Opener:
    """What this person may open; shared and all by their rights, which the caller knows."""
    return Opener(own(tx, user_id), opens_shared, opens_all)


def own(tx: Transaction, user_id: int) -> tuple[str, ...]:
    """The boxes of this person: by extension, and as a doctor."""
    doctor = doctor_of(tx, user_id)
    return (of_agent(user_id),) if doctor is None else (of_agent(user_id), of_doctor(doctor))


def doctor_of(tx: Transaction, user_id: int) -> int | None:
    """As whom of the roster this person answers patients' questions."""
    found: int | None = tx.execute(select(users.c.doctor_id).where(users.c.id == user_id)).scalar()
    return found


def answers_as(tx: Transaction, user_id: int, doctor_id: int | None) -> None:
    """From now on this person hears the questions to that doctor (None: to nobody) and answers them."""
    tx.execute(update(users).where(users.c.id == user_id).values(doctor_id=doctor_id))


def answering_doctors(tx: Transaction) -> list[Doctor]:
    """The doctors whom a patient can ask: those for whom somebody can sign in."""
    columns = (doctors.c.id, doctors.c.department_id, doctors.c.name_zh, doctors.c.name_en, doctors.c.expert_code)
    answered = select(users.c.id).where(users.c.doctor_id == doctors.c.id, users.c.is_active == 1).exists()
    rows = tx.execute(select(*columns).where(answered).order_by(doctors.c.department_id, doctors.c.id))
    return [Doctor(row.id, row.department_id, Name(row.name_zh, row.name_en), row.expert_code) for row in rows]


def colleague(tx: Transaction, extension: str) -> Colleague | None:
    """Who has this extension and can sign in."""
    wanted = select(users.c.id, agents.c.extension, users.c.name).join(agents, agents.c.user_id == users.c.id)
    row = tx.execute(wanted.where(agents.c.extension == extension, users.c.is_active == 1)).first()
    return Colleague(row.id, row.extension, row.name) if row else None


def extension_of(tx: Transaction, user_id: int) -> str | None:
    """The person's own extension."""
    found: str | None = tx.execute(select(agents.c.extension).where(agents.c.user_id == user_id)).scalar()
    return found


def names(tx: Transaction) -> dict[str, Name]:
    """What each box but the shared one is called: its person's or doctor's name."""
    people = tx.execute(select(users.c.id, users.c.name))
    known = {of_agent(row.id): Name(row.name, row.name) for row in people}
    for row in tx.execute(select(doctors.c.id, doctors.c.name_zh, doctors.c.name_en)):
        known[of_doctor(row.id)] = Name(row.name_zh, row.name_en)
    return known


# ---- what waits ----


def count(tx: Transaction, now: datetime, boxes: Collection[str] = (SHARED,)) -> Count:
    """How much waits for whoever looks after these boxes; nothing that staff left when they tried the menus."""
    is_late = func.sum(func.iif(voice_messages.c.due_at <= now, 1, 0))
    columns = (func.count(), is_late, func.min(voice_messages.c.created_at).label("oldest"))
    waits = (_NOT_DONE, recordings.waits_in(boxes), _IS_REAL)
    row = tx.execute(select(*columns).select_from(voice_messages).where(*waits)).one()
    return Count(row[0], row[1] or 0, row.oldest)


def _queue_of(tx: Transaction, call_id: str) -> str | None:
    newest = select(queue_entries.c.queue).where(queue_entries.c.call_id == call_id).order_by(queue_entries.c.id.desc())
    found: str | None = tx.execute(newest.limit(1)).scalar()
    return found
