"""A clinic after some weeks or after years: only the past differs, today and the days to come are the same.

One patient, the regular, comes to every department once a week, every day of late, and calls and texts a good deal, so
that a patient's own page is measured with more than it shows at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, islice, takewhile
from typing import Any

from sqlalchemy import Table, insert

from bench.ledgers import NOW, profile
from firmware.clinic import pinyin, roster, schedule
from firmware.clinic.roster import Session, Slot
from firmware.language.values import Name
from firmware.staff import users
from firmware.staff.rights import Role
from firmware.storage import account_schema, call_schema, people_schema, roster_schema, staff_schema, text_schema
from firmware.storage.ledger import Ledger, Transaction

LOGIN, PASSWORD = "admin", "quiet lamp over water"
REGULAR = 1_000  # the patient; the others come after
FIRST_BOOKING = 1_000
COMING_DAYS = 14
NUMBER = "137{:08}"

_LATE = 1_000  # of the newest calls and texts a twentieth is the regular's, of older ones a two-hundredth
_STRIDE = 7919  # prime: who comes next is somebody else each time
_BATCH = 5_000
_SURNAMES, _GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "秀英伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞"
_OUTCOMES = ("booked", "booked", "booked", "cancelled", "left at times", "message", "information")
_ON_THE_WAY = (("node", "main.menu"), ("key", "1"), ("node", "book.times"), ("said", "book.times"), ("key", "2"))

Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much there is of everything; `waiting` lines of each kind are open in any size."""

    bookings: int
    patients: int
    calls: int
    texts: int
    waiting: int = 5


def fill(ledger: Ledger, size: Size) -> None:
    """Put all of it into the sample clinic's ledger."""
    with ledger.transaction() as tx:
        users.create(tx, NOW, LOGIN, "Admin", Role.ADMIN, PASSWORD)
        _insert(tx, people_schema.patients, map(_patient, range(size.patients)))
        _insert(tx, people_schema.contacts, ({"number": NUMBER.format(n)} for n in range(size.patients)))
        _insert(tx, people_schema.patient_contacts, map(_contact, range(size.patients)))
        slots = list(islice(_slots_back_in_time(schedule.all_sessions(tx)), size.bookings))
        _insert(tx, roster_schema.bookings, (_visit(n, slot, size) for n, slot in enumerate(slots)))
        _insert(tx, roster_schema.booking_events, (_booked(n, slot) for n, slot in enumerate(slots)))
        _insert(tx, call_schema.calls, (_call(n, size) for n in range(size.calls)))
        _insert(tx, call_schema.call_events, (event for n in range(size.calls) for event in _way(n)))
        _insert(tx, call_schema.recordings, (_recording(n) for n in range(size.calls) if n % 10))
        _insert(tx, text_schema.inbox, (_text_in(n, size) for n in range(size.texts // 2)))
        _insert(tx, text_schema.outbox, (_text_out(n, size) for n in range(size.texts // 2)))
        _insert(tx, call_schema.voice_messages, (_message(n, size) for n in range(size.calls // 50)))
        _insert(tx, account_schema.accounts, [{"patient_id": REGULAR, "balance_cents": 100 * size.bookings}])
        _insert(tx, account_schema.account_entries, map(_deposit, range(100 + size.bookings // 500)))
        _insert(tx, staff_schema.audit, map(_trail, range(size.bookings)))


def call_id(n: int) -> str:
    """Of the call that came as the `n`th before now."""
    return f"{_call_began(n):%Y%m%d-%H%M%S}-{n:06x}"


def _insert(tx: Transaction, table: Table, rows: Iterable[Row]) -> None:
    left = iter(rows)
    for some in takewhile(bool, (list(islice(left, _BATCH)) for _ in count())):
        tx.execute(insert(table), some)


def _patient(n: int) -> Row:
    given = _GIVEN[n // 20 % 20] + (_GIVEN[n // 400 % 20] if n % 3 else "")
    name = Name(_SURNAMES[n % 20] + given, f"Patient {n}")
    born = date(1940, 1, 1) + timedelta(days=n * _STRIDE % 30_000)
    return {"id": REGULAR + n, "name_zh": name.zh, "name_en": name.en, "born": born, **pinyin.columns(name)}


def _contact(n: int) -> Row:
    return {"patient_id": REGULAR + n, "number": NUMBER.format(n)}


def _somebody(n: int, size: Size) -> int:
    """The place among the patients of who comes as number `n`, when it is not the regular."""
    return 1 + n * _STRIDE % (size.patients - 1)


def _who_writes_or_calls(n: int, size: Size) -> int:
    return 0 if n % (20 if n < _LATE else 200) == 0 else _somebody(n, size)


def _slots_back_in_time(sessions: list[Session]) -> Iterator[tuple[Slot, bool]]:
    """What is taken: every other slot of the days to come, three of four before; and whether the regular has it."""
    day = NOW.date() + timedelta(days=COMING_DAYS)
    for today in (day - timedelta(days=n) for n in count()):
        seen: set[int] = set()
        of_day = [each for each in sessions if each.weekday == today.isoweekday()]
        for n, slot in enumerate(slot for each in of_day for slot in roster.slots(each, today, profile().zone)):
            if n % 2 == 0 or (today < NOW.date() and n % 4 == 1):
                department = slot.session.department.id
                yield slot, department not in seen and (_is_of_late(today) or today.isoweekday() == 1)
                seen.add(department)


def _is_of_late(day: date) -> bool:
    return (NOW.date() - day).days < COMING_DAYS


def _visit(n: int, taken: tuple[Slot, bool], size: Size) -> Row:
    slot, is_regulars = taken
    place = 0 if is_regulars else _somebody(n, size)
    return {
        "id": FIRST_BOOKING + n,
        "slot_key": slot.key,
        "session_id": slot.session.id,
        "department_id": slot.session.department.id,
        "doctor_id": slot.session.doctor.id if slot.session.doctor else None,
        "kind": slot.session.kind,
        "day": slot.day,
        "begins": slot.begins,
        "queue_number": slot.number,
        "patient_id": REGULAR + place,
        "state": _state(n, slot.day),
        "holder": f"call/{n}",
        "code": f"{n % 1_000_000:06}",
        "fee_cents": 500,
        "contact_number": NUMBER.format(place),
        "channel": "voice",
        "created_at": NOW - timedelta(minutes=n),
    }


def _state(n: int, day: date) -> str:
    if n % 10 == 9:
        return "cancelled"
    return "booked" if day >= NOW.date() else ("no-show" if n % 10 == 8 else "arrived")


def _booked(n: int, _: tuple[Slot, bool]) -> Row:
    what = {"at": NOW - timedelta(minutes=n), "what": "cancelled" if n % 10 == 9 else "booked"}
    return {"booking_id": FIRST_BOOKING + n, **what, "channel": "voice", "cause": f"call/{call_id(n)}"}


def _call_began(n: int) -> datetime:
    return NOW - timedelta(minutes=5 * (n + 1))


def _call(n: int, size: Size) -> Row:
    place = _who_writes_or_calls(n, size)
    return {
        "id": call_id(n),
        "line": f"L{1 + n % 8}",
        "caller": NUMBER.format(place),
        "patient_id": REGULAR + place if n % 3 else None,
        "language": "zh",
        "flow": "default",
        "flow_version": 0,
        "started_at": _call_began(n),
        "answered_at": _call_began(n),
        "ended_at": _call_began(n) + timedelta(seconds=50),
        "end_reason": "hung up",
        "outcome": _OUTCOMES[n % len(_OUTCOMES)],
    }


def _way(n: int) -> Iterator[Row]:
    for kind, detail in _ON_THE_WAY:
        yield {"call_id": call_id(n), "at": _call_began(n), "kind": kind, "detail": detail}


def _recording(n: int) -> Row:
    return {"call_id": call_id(n), "file": f"{n}.wav", "state": "archived", "seconds": 50, "began_at": _call_began(n)}


def _text_in(n: int, size: Size) -> Row:
    at, waits = NOW - timedelta(minutes=7 * n), n < size.waiting
    place = _who_writes_or_calls(n, size)
    said = {"line": "L3", "number": NUMBER.format(place), "body": f"请问明天 {n} 号还在吗？"}
    return {**said, "received_at": at, "handled_at": at, "needs_person": int(waits)}


def _text_out(n: int, size: Size) -> Row:
    at, is_lost = NOW - timedelta(minutes=7 * n), n < size.waiting
    place = _who_writes_or_calls(n, size)
    said = {"number": NUMBER.format(place), "body": f"您的预约号是 {n}。", "purpose": "confirmation"}
    state = {"state": "failed" if is_lost else "delivered", "line": "L3", "booking_id": FIRST_BOOKING + n % 100}
    return {**said, **state, "created_at": at, "sent_at": at}


def _message(n: int, size: Size) -> Row:
    at, waits = NOW - timedelta(hours=5 * n), n < size.waiting
    place = _who_writes_or_calls(n, size)
    done = {"done_at": None if waits else at, "done_by": None if waits else LOGIN}
    file = {"number": NUMBER.format(place), "file": f"{n}.wav", "seconds": 20, "created_at": at}
    return {"call_id": call_id(50 * n), **file, **done}


def _deposit(n: int) -> Row:
    kept = {"id": 1_000 + n, "patient_id": REGULAR, "kind": "deposit", "cents": 1_000}
    return {**kept, "at": NOW - timedelta(days=1, hours=n), "note": f"desk/{LOGIN}"}


def _trail(n: int) -> Row:
    return {"at": NOW - timedelta(minutes=n), "who": LOGIN, "what": "booked", "detail": f"booking {n}"}
