"""How slots, visits and those who changed them are named on every page of bookings."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from firmware.clinic import daybook
from firmware.clinic.moving import Before
from firmware.clinic.people import Patient
from firmware.clinic.roster import Session, Slot
from firmware.staff import users
from firmware.storage.ledger import Transaction
from webui.reader import Reader


def who(reader: Reader, session: Session) -> str:
    """The doctor, else the department whose general numbers they are."""
    return reader.words.name(session.doctor.name if session.doctor else session.department.name)


def when(reader: Reader, slot: Slot) -> str:
    """Day and time, or day and queue number."""
    return f"{reader.words.day(slot.day, reader.today)} {at(reader, slot)}"


def at(reader: Reader, slot: Slot) -> str:
    """The time, or the number of a series."""
    if slot.session.is_by_number:
        return reader.words.queue_number(slot.number)
    return f"{slot.begins:%H:%M}"


def place(tx: Transaction, before: Before) -> Slot | None:
    """Where a visit was before it was moved; None if the roster does not know its session at all."""
    session_id, day, number = before.parts
    session = daybook.session(tx, session_id)
    return None if session is None else Slot(session, day, before.begins, number)


def full_name(reader: Reader, patient: Patient) -> str:
    """Both names, the reader's own script first."""
    names = (patient.name.zh, patient.name.en)
    ordered = names if reader.language == "zh" else names[::-1]
    return " ".join(filter(None, ordered))


def cause(reader: Reader) -> str:
    """Who it is at this browser, for the history of visits."""
    return f"desk/{reader.login}/{_browser(reader)[:6]}"


def holder(reader: Reader, slot_id: str) -> str:
    """Whose hold it is while somebody books this slot at this browser: two pages of one person keep one each."""
    page = sha256(f"{_browser(reader)} {slot_id}".encode()).hexdigest()
    return f"desk/{reader.login}/{page[:6]}"


def _browser(reader: Reader) -> str:
    return reader.session.token_hash if reader.session else ""


@dataclass(frozen=True)
class Doer:
    """Who did something to a visit: a name to read, and where the call of it is, if it was one."""

    name: str
    call_id: str | None


def doer(tx: Transaction, cause: str) -> Doer:
    """From what the history keeps: "call/<id>", "dialogue/<id>", "desk/<login>/..." or another name."""
    kind, _, rest = cause.partition("/")
    if kind == "call":
        return Doer("", rest)
    if kind != "desk":
        return Doer("" if kind == "dialogue" else cause, None)
    login = rest.rpartition("/")[0] or rest
    user = users.by_login(tx, login)
    return Doer(user.name if user else login, None)
