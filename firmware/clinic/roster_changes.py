"""A roster put in the place of the one in the ledger.

Whoever is known already (a department by its name or else its menu key, a doctor by name, a half-day by owner, kind,
weekday and beginning) is changed in place, so that the same document may be put in again and again. What the document
no longer names is ended, never deleted: bookings of the past refer to it. Half-days of one date are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, update

from firmware.clinic import records, roster, schedule
from firmware.clinic.profile import WEEKDAYS, ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import Session
from firmware.clinic.roster_document import RosterDocument, WrittenDepartment, WrittenDoctor, WrittenSession
from firmware.clinic.schedule import SESSION_COLUMNS, SESSION_TABLES, session_of
from firmware.language.values import Name
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import IS_LIVE, IS_VISIT, bookings, departments, doctors, sessions

ADDED, CHANGED, ENDED = "+", "~", "-"


@dataclass(frozen=True)
class RosterChange:
    """One thing that differs: how, what in a few words, and of a half-day on which weekday.

    The same for pages, which choose their own words: `half_day`, or whose `name` (and the `new_name` of one renamed).
    """

    sign: str
    what: str
    weekday: str = ""
    half_day: WrittenSession | None = None
    name: Name | None = None
    new_name: Name | None = None


@dataclass(frozen=True)
class Outcome:
    """What a new roster did: the changes, and the visits that it no longer has a place for."""

    changes: tuple[RosterChange, ...]
    stranded: tuple[Booking, ...]


def put_in_place(tx: Transaction, profile: ClinicProfile, today: date, document: RosterDocument) -> Outcome:
    """Make the roster what the document says, from today on.

    Visits that lose their place stand as before and are told of; roll the transaction back if that must not be. What
    was only held there is given back.
    """
    before = _with_a_place(tx, profile, today)
    work = _Work(tx, today)
    work.put_departments(document.departments)
    work.put_doctors(document.doctors)
    work.put_sessions(document.sessions)
    lost = before - _with_a_place(tx, profile, today)
    stranded = [records.booking(tx, key) for key in sorted(lost)]
    tx.execute(delete(bookings).where(bookings.c.id.in_(lost), bookings.c.state == "held"))
    visits = sorted((each for each in stranded if each.is_live), key=lambda visit: (visit.day, visit.begins))
    return Outcome(tuple(work.changes), tuple(visits))


def without_a_place(tx: Transaction, profile: ClinicProfile, today: date, most: int) -> list[Booking]:
    """The visits from today on that the roster, as it stands, has no place for, soonest first."""
    columns = bookings.c
    visits = select(columns.id).where(IS_VISIT, columns.day >= today).order_by(columns.day, columns.begins, columns.id)
    placed = _with_a_place(tx, profile, today)
    lost = (key for key in tx.execute(visits).scalars() if key not in placed)
    return [records.booking(tx, key) for key in islice(lost, most)]


def written(session: Session) -> WrittenSession:
    """The session as a roster document has it."""
    return WrittenSession(
        session.department.key, session.doctor.name if session.doctor else None, session.kind, session.weekday,
        session.begins, session.ends, session.slot_minutes, None if session.slot_minutes else session.capacity,
        session.fee_cents,
    )  # fmt: skip


def _with_a_place(tx: Transaction, profile: ClinicProfile, today: date) -> set[int]:
    """The live bookings from today on whose slot the roster has."""
    live = select(bookings.c.id, bookings.c.day, bookings.c.slot_key).where(IS_LIVE, bookings.c.day >= today)
    rows = tx.execute(live).all()
    offered = {
        slot.key
        for day in {row.day for row in rows}
        for session in schedule.on_duty(tx, day)
        for slot in roster.slots(session, day, profile.zone)
    }
    return {row.id for row in rows if row.slot_key in offered}


class _Work:
    """One roster on its way into the ledger."""

    def __init__(self, tx: Transaction, today: date) -> None:
        self._tx = tx
        self._yesterday = today - timedelta(days=1)
        self._departments: dict[int, int] = {}  # id by the document's key
        self._doctors: dict[Name, int] = {}  # id by the document's name
        self.changes: list[RosterChange] = []

    def put_departments(self, written: tuple[WrittenDepartment, ...]) -> None:
        known = self._rows(departments)
        homes = _homes(written, known)
        for row in known:  # out of the way: a key may go from one department to another
            self._update(departments, row.id, key=-row.id)
        for each in written:
            values = {"key": each.key, "name_zh": each.name.zh, "name_en": each.name.en, "aliases": each.aliases}
            told = RosterChange("", _renamed(homes[each.key], each), name=each.name)
            self._departments[each.key] = self._put(departments, homes[each.key], values, told)
        for row in known:
            if row.id not in self._departments.values() and row.key > 0:
                name = Name(row.name_zh, row.name_en)
                self._tell(RosterChange(ENDED, title(name), name=name))

    def put_doctors(self, written: tuple[WrittenDoctor, ...]) -> None:
        known = self._rows(doctors)
        for each in written:
            values = {
                "department_id": self._departments[each.department],
                "name_zh": each.name.zh,
                "name_en": each.name.en,
                "aliases": each.aliases,
                "expert_code": each.expert_code,
            }
            home = next((row for row in known if _is_named(row, each.name)), None)
            self._doctors[each.name] = self._put(
                doctors, home, values, RosterChange("", title(each.name), name=each.name)
            )

    def put_sessions(self, wanted: tuple[WrittenSession, ...]) -> None:
        weekly = {_place(row): row for row in self._rows(sessions) if row.valid_from is None}
        kept = set()
        for each in wanted:
            values = self._session_values(each)
            home = weekly.get(tuple(values[key] for key in _PLACE))
            what = f"{_owner(each)} {each.kind} {each.begins:%H:%M}-{each.ends:%H:%M}, {_amount(each)}"
            kept.add(self._put(sessions, home, values, _of_half_day("", what, each)))
        ended = [row.id for row in weekly.values() if row.id not in kept and row.valid_until is None]
        for session in self._read(ended):
            self._update(sessions, session.id, valid_until=self._yesterday)
            owner = session.doctor or session.department
            what = f"{title(owner.name)} {session.kind} {session.begins:%H:%M}-{session.ends:%H:%M}"
            self._tell(_of_half_day(ENDED, what, written(session)))

    def _session_values(self, each: WrittenSession) -> dict[str, Any]:
        return {
            "department_id": self._departments[each.department],
            "doctor_id": self._doctors[each.doctor] if each.doctor else None,
            "kind": each.kind,
            "weekday": each.weekday,
            "begins": each.begins,
            "ends": each.ends,
            "mode": "time" if each.slot_minutes else "series",
            "slot_minutes": each.slot_minutes,
            "capacity": each.capacity,
            "fee_cents": each.fee_cents,
            "valid_until": None,
        }

    def _put(self, table: Table, home: Row[Any] | None, values: Mapping[str, Any], told: RosterChange) -> int:
        """The row with these values, new or in its old home; its id."""
        if home is None:
            self._tell(replace(told, sign=ADDED))
            return int(self._tx.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())
        differing = [key for key, value in values.items() if home._mapping[key] != value]
        if differing:
            self._tell(replace(told, sign=ADDED if "valid_until" in differing else CHANGED))
        self._update(table, home.id, **values)
        return int(home.id)

    def _read(self, session_ids: list[int]) -> list[Session]:
        """The sessions with the names of before, in the order of their ids."""
        rows = select(*SESSION_COLUMNS).select_from(SESSION_TABLES).where(sessions.c.id.in_(session_ids))
        return [session_of(row) for row in self._tx.execute(rows.order_by(sessions.c.id))]

    def _rows(self, table: Table) -> list[Row[Any]]:
        return list(self._tx.execute(select(table).order_by(table.c.id)).all())

    def _update(self, table: Table, row_id: int, /, **values: Any) -> None:
        self._tx.execute(update(table).where(table.c.id == row_id).values(**values))

    def _tell(self, change: RosterChange) -> None:
        self.changes.append(change)


_PLACE = ("department_id", "doctor_id", "kind", "weekday", "begins", "mode")


def _place(row: Row[Any]) -> tuple[Any, ...]:
    return tuple(row._mapping[key] for key in _PLACE)


def _homes(written: tuple[WrittenDepartment, ...], known: list[Row[Any]]) -> dict[int, Row[Any] | None]:
    """Which known department each written one is, by the written one's key: by its name, else by its menu key."""
    homes: dict[int, Row[Any] | None] = {
        each.key: next((row for row in known if _is_named(row, each.name)), None) for each in written
    }
    taken = {row.id for row in homes.values() if row}
    free = {row.key: row for row in known if row.id not in taken}
    return {key: home or free.get(key) for key, home in homes.items()}


def _is_named(row: Row[Any], name: Name) -> bool:
    return bool(row.name_zh == name.zh if name.zh and row.name_zh else row.name_en == name.en)


def title(name: Name) -> str:
    """The name in both languages, for a log or a list."""
    return " ".join(filter(None, (name.zh, name.en)))


def _renamed(home: Row[Any] | None, department: WrittenDepartment) -> str:
    named = f"{department.key} {title(department.name)}"
    if home is None or _is_named(home, department.name):
        return named
    return f"{named} (was {title(Name(home.name_zh, home.name_en))})"


def _of_half_day(sign: str, what: str, half_day: WrittenSession) -> RosterChange:
    return RosterChange(sign, what, WEEKDAYS[half_day.weekday - 1], half_day)


def _owner(session: WrittenSession) -> str:
    return title(session.doctor) if session.doctor else f"department {session.department}"


def _amount(session: WrittenSession) -> str:
    amount = f"{session.slot_minutes} min" if session.slot_minutes else f"{session.capacity} numbers"
    return f"{amount}, {session.fee_cents / 100:.2f} yuan"
