"""One doctor or department of the weekly roster changed at a time, by the same rules as a whole new roster.

Each edit is carried out inside the caller's transaction and tells its `Outcome`; to look at it first, roll back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select, update

from firmware.clinic import notices, roster_changes, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import Session
from firmware.clinic.roster_changes import CHANGED, Outcome, RosterChange
from firmware.clinic.roster_document import (
    RosterDocument,
    RosterError,
    WrittenDepartment,
    WrittenDoctor,
    WrittenSession,
    check_document,
)
from firmware.clinic.schedule import SESSION_COLUMNS, SESSION_TABLES, session_of
from firmware.language.values import Name
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.roster_schema import departments, doctors, sessions


@dataclass(frozen=True)
class DoctorEdit:
    """A doctor as they are to be; `id` None for a new one, `half_days` without their owner."""

    id: int | None
    department_id: int
    name: Name
    aliases: str
    expert_code: int | None
    half_days: tuple[WrittenSession, ...]


@dataclass(frozen=True)
class DepartmentEdit:
    """A department as it is to be, with the half-days of its general numbers."""

    id: int | None
    key: int
    name: Name
    aliases: str
    half_days: tuple[WrittenSession, ...]


@dataclass(frozen=True)
class Removal:
    """Who leaves the weekly roster: one of the two."""

    doctor_id: int | None = None
    department_id: int | None = None


@dataclass(frozen=True)
class Return:
    """A department that left comes back under its key, its doctors with it and the half-days of `session_ids`."""

    department_id: int
    key: int
    session_ids: tuple[int, ...]


Edit = DoctorEdit | DepartmentEdit | Removal | Return


class OnlyTried(Exception):
    """Takes back what a trial wrote."""


def current(tx: Transaction, today: date) -> RosterDocument:
    """The weekly roster as it stands. Doctors without a half-day are on it too, unless their department is gone."""
    by_id = {each.id: each for each in schedule.all_departments(tx)}
    people = [each for each in schedule.all_doctors(tx) if each.department_id in by_id]
    return RosterDocument(
        tuple(WrittenDepartment(each.key, each.name, " ".join(each.aliases)) for each in by_id.values()),
        tuple(
            WrittenDoctor(by_id[each.department_id].key, each.name, " ".join(each.aliases), each.expert_code)
            for each in people
        ),
        tuple(half_days(tx, today)),
    )


def half_days(tx: Transaction, today: date) -> list[WrittenSession]:
    """The weekly half-days in force, by owner, beginning and weekday."""
    return [roster_changes.written(each) for each in _in_force(tx, today)]


def sessions_of(tx: Transaction, today: date, department_id: int) -> tuple[int, ...]:
    """The ids behind the weekly half-days of a department and its doctors: what a `Return` brings back."""
    return tuple(each.id for each in _in_force(tx, today) if each.department.id == department_id)


def _in_force(tx: Transaction, today: date) -> list[Session]:
    columns = sessions.c
    in_force = (
        columns.valid_from.is_(None),
        or_(columns.valid_until.is_(None), columns.valid_until >= today),
        departments.c.key > 0,
    )
    order = (departments.c.key, columns.doctor_id, columns.begins, columns.weekday)
    rows = tx.execute(select(*SESSION_COLUMNS).select_from(SESSION_TABLES).where(*in_force).order_by(*order))
    return [session_of(row) for row in rows]


def fingerprint(tx: Transaction, today: date) -> str:
    """Differs when the weekly roster does: two people may have it on their screens."""
    return hashlib.sha256(repr(current(tx, today)).encode()).hexdigest()[:16]


def carry_out(tx: Transaction, profile: ClinicProfile, today: date, edit: Edit) -> Outcome:
    """Make the weekly roster so, from today on; raises `RosterError`, and `ProfileError` when texts get too long."""
    renamed = _settle_identity(tx, edit)
    document = _edited(tx, today, edit)
    check_document(document)
    outcome = roster_changes.put_in_place(tx, profile, today, document)
    notices.check_parts(profile, schedule.all_sessions(tx))
    return replace(outcome, changes=(*renamed, *outcome.changes))


def nobody() -> RosterError:
    """The doctor or department that is asked for is not there."""
    return RosterError("roster: there is nobody and nothing of this id (any more)")


def preview(ledger: Ledger, work: Callable[[Transaction], Outcome]) -> Outcome:
    """What `work` would do; nothing of it stays."""
    found: list[Outcome] = []
    try:
        with ledger.transaction() as tx:
            found.append(work(tx))
            raise OnlyTried
    except OnlyTried:
        return found[0]


def _settle_identity(tx: Transaction, edit: Edit) -> tuple[RosterChange, ...]:
    """A roster document knows people by name and departments by name or key: so names change before it is made."""
    match edit:
        case DoctorEdit(id=int() as owner_id):
            table, known = doctors, {each.id: each.name for each in schedule.all_doctors(tx)}
        case DepartmentEdit(id=int() as owner_id):
            table, known = departments, {each.id: each.name for each in schedule.all_departments(tx)}
        case _:
            return ()
    old = known.pop(owner_id, None)
    if old is None:
        raise nobody()
    if old == edit.name:
        return ()
    _refuse_namesake(known.values(), edit.name)
    tx.execute(update(table).where(table.c.id == owner_id).values(name_zh=edit.name.zh, name_en=edit.name.en))
    what = f"{roster_changes.title(old)} -> {roster_changes.title(edit.name)}"
    return (RosterChange(CHANGED, what, name=old, new_name=edit.name),)


def _edited(tx: Transaction, today: date, edit: Edit) -> RosterDocument:
    """The current roster with the edit in it."""
    document = current(tx, today)
    match edit:
        case DoctorEdit():
            return _with_doctor(tx, document, edit)
        case DepartmentEdit():
            return _with_department(tx, document, edit)
        case Return():
            return _with_returned(tx, document, edit)
        case Removal(doctor_id=int() as doctor_id):
            name = next(each.name for each in schedule.all_doctors(tx) if each.id == doctor_id)
            return _without_doctors(document, {name})
        case Removal():
            key = next(each.key for each in schedule.all_departments(tx) if each.id == edit.department_id)
            staying = _without_doctors(document, {each.name for each in document.doctors if each.department == key})
            return replace(
                staying,
                departments=tuple(each for each in document.departments if each.key != key),
                sessions=tuple(each for each in staying.sessions if each.department != key),
            )


def _with_doctor(tx: Transaction, document: RosterDocument, edit: DoctorEdit) -> RosterDocument:
    key = next((each.key for each in schedule.all_departments(tx) if each.id == edit.department_id), None)
    if key is None:
        raise RosterError("departments: there is no such department (any more)")
    if edit.id is None:
        _refuse_namesake([each.name for each in schedule.all_doctors(tx)], edit.name)
    staying = _without_doctors(document, {edit.name})
    doctor = WrittenDoctor(key, edit.name, edit.aliases, edit.expert_code)
    theirs = tuple(replace(each, department=key, doctor=edit.name) for each in edit.half_days)
    return replace(staying, doctors=(*staying.doctors, doctor), sessions=(*staying.sessions, *theirs))


def _with_department(tx: Transaction, document: RosterDocument, edit: DepartmentEdit) -> RosterDocument:
    old_key = next((each.key for each in schedule.all_departments(tx) if each.id == edit.id), None)
    others = tuple(each for each in document.departments if each.key != old_key)
    if any(each.key == edit.key for each in others):
        raise RosterError(f"departments: the key {edit.key} is taken")
    if old_key is None:
        _refuse_namesake([each.name for each in others], edit.name)
    moved = tuple(
        replace(each, department=edit.key) if each.department == old_key else each for each in document.doctors
    )
    rekeyed = tuple(
        replace(each, department=edit.key) if each.department == old_key else each
        for each in document.sessions
        if each.doctor is not None or each.department != old_key
    )
    general = tuple(replace(each, department=edit.key, doctor=None) for each in edit.half_days)
    return RosterDocument((*others, WrittenDepartment(edit.key, edit.name, edit.aliases)), moved, (*rekeyed, *general))


def _with_returned(tx: Transaction, document: RosterDocument, edit: Return) -> RosterDocument:
    gone = (departments.c.id == edit.department_id, departments.c.key < 0)
    row = tx.execute(select(departments).where(*gone)).first()
    if row is None:
        raise nobody()
    home = WrittenDepartment(edit.key, Name(row.name_zh, row.name_en), row.aliases)
    people = tuple(
        WrittenDoctor(edit.key, each.name, " ".join(each.aliases), each.expert_code)
        for each in schedule.all_doctors(tx, edit.department_id)
    )
    weekly = (sessions.c.id.in_(edit.session_ids), sessions.c.department_id == row.id, sessions.c.valid_from.is_(None))
    rows = tx.execute(select(*SESSION_COLUMNS).select_from(SESSION_TABLES).where(*weekly))
    theirs = tuple(replace(roster_changes.written(session_of(each)), department=edit.key) for each in rows)
    return RosterDocument(
        (*document.departments, home), (*document.doctors, *people), (*document.sessions, *theirs)
    )  # fmt: skip


def _without_doctors(document: RosterDocument, names: set[Name]) -> RosterDocument:
    return replace(
        document,
        doctors=tuple(each for each in document.doctors if each.name not in names),
        sessions=tuple(each for each in document.sessions if each.doctor not in names),
    )


def _refuse_namesake(names: Iterable[Name], wanted: Name) -> None:
    for name in names:
        if (name.zh and name.zh == wanted.zh) or (name.en and name.en == wanted.en):
            raise RosterError(f"roster: somebody or something is called {roster_changes.title(wanted)} already")
