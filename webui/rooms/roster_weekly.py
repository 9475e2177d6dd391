"""The weekly roster: departments, doctors and their half-days. What a change does is shown before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import roster_edits, schedule, stopped
from firmware.clinic.errors import ClinicError
from firmware.clinic.roster import Department, Doctor
from firmware.clinic.roster_changes import Outcome
from firmware.clinic.roster_document import ALIAS_CHARACTERS, NAME_CHARACTERS, WrittenSession
from firmware.clinic.roster_edits import DepartmentEdit, DoctorEdit, Edit, Removal, Return
from firmware.language.values import LANGUAGES, Name
from firmware.staff.rights import Right
from firmware.storage.ledger import Transaction
from webui import refusals
from webui.flashes import Undo
from webui.forms import Form
from webui.reader import Reader
from webui.rooms import roster_words
from webui.rooms.roster_days import ChangedMeanwhile
from webui.rooms.roster_form import MOST_ROWS, WEEKDAYS, Row, keys, read_rows, rows_of, typed_rows
from webui.routes import Routes

HERE = "/roster/weekly"
DOCTOR, DEPARTMENT = "doctor", "department"
MOST_KEY = 99
CHECK, SAVE = "check", "save"  # what a form wants; anything else shows it again


@dataclass(frozen=True)
class Owner:
    """Who has the half-days on a page; id 0 for somebody new."""

    family: str
    id: int
    known: Doctor | Department | None
    half_days: tuple[WrittenSession, ...]

    @property
    def url(self) -> str:
        return f"{HERE}/{self.family}/{self.id}"


def add_to(routes: Routes) -> None:
    routes.get(HERE, overview, Right.SEE)
    for family in (DOCTOR, DEPARTMENT):
        rule = f"{HERE}/<family:re:{family}>/<owner_id:int>"
        routes.get(rule, edit, Right.ROSTER)
        routes.post(rule, change, Right.ROSTER)
        routes.post(f"{rule}/remove", remove, Right.ROSTER)
    routes.post(f"{HERE}/{DEPARTMENT}/<department_id:int>/return", bring_back, Right.ROSTER)


def overview(reader: Reader) -> HTTPResponse:
    """Every department with its doctors and their half-days."""
    with reader.office.ledger.reading() as tx:
        weekly = roster_edits.half_days(tx, reader.today)
        departments, doctors = schedule.all_departments(tx), schedule.all_doctors(tx)
    groups = [
        {
            "department": department,
            "general": [each for each in weekly if each.doctor is None and each.department == department.key],
            "doctors": [
                (doctor, [each for each in weekly if each.doctor == doctor.name])
                for doctor in doctors
                if doctor.department_id == department.id
            ],
        }
        for department in departments
    ]
    return reader.page(
        "roster/weekly.html", groups=groups, rows_of=rows_of, day_words=_day_words(reader), terms=_terms(reader)
    )


def edit(reader: Reader, family: str, owner_id: int) -> HTTPResponse:
    """The form with what stands now."""
    with reader.office.ledger.reading() as tx:
        owner = _owner(tx, reader, family, owner_id)
    return _form_page(reader, owner, None, rows_of(owner.half_days))


def change(reader: Reader, family: str, owner_id: int) -> HTTPResponse:
    """First what it would change and whom it touches; carried out when that was seen."""
    form = reader.form
    with reader.office.ledger.reading() as tx:
        owner = _owner(tx, reader, family, owner_id)
    wanted = _read(form, owner)
    if not form.is_good or form.raw("step") not in (CHECK, SAVE):
        return _form_page(reader, owner, form, typed_rows(form))
    try:
        return _save(reader, owner, wanted) if form.raw("step") == SAVE else _preview(reader, owner, wanted, owner.url)
    except ClinicError as error:
        return _form_page(reader, owner, form, typed_rows(form), refusals.sentence(error, reader.words))


def remove(reader: Reader, family: str, owner_id: int) -> HTTPResponse:
    """Off the weekly roster from today on, with the same look first."""
    with reader.office.ledger.reading() as tx:
        owner = _owner(tx, reader, family, owner_id)
    if owner.id == 0:
        return reader.go(HERE)
    wanted = Removal(doctor_id=owner.id) if family == DOCTOR else Removal(department_id=owner.id)
    if reader.form.raw("step") == SAVE:
        return _save(reader, owner, wanted)
    return _preview(reader, owner, wanted, f"{owner.url}/remove")


def bring_back(reader: Reader, department_id: int) -> HTTPResponse:
    """Undo the removal of a department."""
    form = reader.form
    wanted = Return(department_id, form.whole("key", 1, MOST_KEY), tuple(keys(form.raw("sessions").split())))
    if not form.is_good:
        return reader.refused("form.changed_meanwhile", HERE)
    return _save(reader, Owner(DEPARTMENT, department_id, None, ()), wanted)


def _owner(tx: Transaction, reader: Reader, family: str, owner_id: int) -> Owner:
    known: Doctor | Department | None = None
    if owner_id:
        everybody = schedule.all_doctors(tx) if family == DOCTOR else schedule.all_departments(tx)
        known = next((each for each in everybody if each.id == owner_id), None)
        if known is None:
            raise roster_edits.nobody()
    weekly = roster_edits.half_days(tx, reader.today) if known else []
    match known:
        case Doctor():
            theirs = [each for each in weekly if each.doctor == known.name]
        case Department():
            theirs = [each for each in weekly if each.doctor is None and each.department == known.key]
        case None:
            theirs = []
    return Owner(family, owner_id, known, tuple(theirs))


def _read(form: Form, owner: Owner) -> Edit:
    """The edit that the form asks for; its errors stand in the form."""
    zh, en = (form.text(language, NAME_CHARACTERS, needed=False) for language in LANGUAGES)
    if not (zh or en):
        form.refuse("zh", "patients.name_needed")
    name = Name(zh, en) if zh or en else Name("-", "-")
    aliases = form.text("aliases", ALIAS_CHARACTERS, needed=False)
    half_days = read_rows(form, is_doctor=owner.family == DOCTOR)
    if owner.family == DEPARTMENT:
        return DepartmentEdit(owner.id or None, form.whole("key", 1, MOST_KEY), name, aliases, half_days)
    code = form.whole("expert_code", 0, MOST_KEY, default=0) or None
    return DoctorEdit(owner.id or None, form.key("department"), name, aliases, code, half_days)


def _try(reader: Reader, wanted: Edit) -> Outcome:
    work = lambda tx: roster_edits.carry_out(tx, reader.profile, reader.today, wanted)  # noqa: E731
    return roster_edits.preview(reader.office.ledger, work)


def _preview(reader: Reader, owner: Owner, wanted: Edit, action: str) -> HTTPResponse:
    outcome = _try(reader, wanted)
    with reader.office.ledger.reading() as tx:
        fingerprint = roster_edits.fingerprint(tx, reader.today)
        visits = stopped.told(tx, reader.profile, reader.now, outcome.stranded)
    form = reader.form
    if form.raw("fingerprint") not in ("", fingerprint):
        return reader.refused("form.changed_meanwhile", owner.url)
    kept = {
        name: form.raw(name) for name in form.names() if name not in ("csrf", "once", "step", "fingerprint", "stranded")
    }
    return reader.page(
        "roster/preview.html",
        owner=owner,
        action=action,
        changes=roster_words.changes(reader.words, outcome.changes),
        visits=visits,
        fields=kept | {"fingerprint": fingerprint, "stranded": str(len(outcome.stranded))},
        is_removal=isinstance(wanted, Removal),
    )


def _save(reader: Reader, owner: Owner, wanted: Edit) -> HTTPResponse:
    form = reader.form
    try:
        with reader.changing(f"roster {owner.family}") as change:
            if roster_edits.fingerprint(change.tx, reader.today) != form.raw("fingerprint"):
                raise ChangedMeanwhile
            there = roster_edits.sessions_of(change.tx, reader.today, owner.id)
            outcome = roster_edits.carry_out(change.tx, reader.profile, reader.today, wanted)
            if len(outcome.stranded) > form.whole("stranded", 0, 99999, default=0):  # booked since it was looked at
                raise ChangedMeanwhile
            fingerprint = roster_edits.fingerprint(change.tx, reader.today)
            change.detail = (
                f"{owner.family} {owner.id}: {len(outcome.changes)} changes, {len(outcome.stranded)} stranded"
            )
    except ChangedMeanwhile:
        return reader.refused("form.changed_meanwhile", HERE if isinstance(wanted, Removal | Return) else owner.url)
    where = "/roster/visits" if outcome.stranded else HERE
    return reader.done(
        "roster.done.weekly", where, _undo(owner, wanted, fingerprint, there), changes=len(outcome.changes)
    )


def _undo(owner: Owner, wanted: Edit, fingerprint: str, there: tuple[int, ...]) -> Undo | None:
    """What puts the owner back as before: the form filled in with that; for a department that left, its half-days."""
    if owner.known is None:
        return None
    if isinstance(wanted, Removal) and isinstance(owner.known, Department):
        sessions = " ".join(map(str, there))
        return Undo(
            f"{owner.url}/return", {"key": str(owner.known.key), "sessions": sessions, "fingerprint": fingerprint}
        )
    fields = _identity(owner) | {"step": SAVE, "fingerprint": fingerprint, "stranded": "99999"}
    for number, row in enumerate(rows_of(owner.half_days)):
        fields |= row.fields(number)
    return Undo(owner.url, fields)


def _identity(owner: Owner) -> dict[str, str]:
    """Everything of the form but the rows."""
    match owner.known:
        case Doctor() as doctor:
            own = {"department": str(doctor.department_id), "expert_code": str(doctor.expert_code or "")}
        case Department() as department:
            own = {"key": str(department.key)}
        case None:
            return {}
    name = owner.known.name
    return own | {"zh": name.zh, "en": name.en, "aliases": " ".join(owner.known.aliases)}


def _form_page(reader: Reader, owner: Owner, form: Form | None, rows: list[Row], told: str = "") -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        departments = schedule.all_departments(tx)
        fingerprint = roster_edits.fingerprint(tx, reader.today)
    shown = rows if form else rows + [Row(begins="", ends="", amount="", fee="")] * (1 if rows else 2)
    return reader.page(
        "roster/edit.html",
        status=422 if form and (form.errors or told) else 200,
        owner=owner,
        form=form,
        told=told,
        rows=shown[:MOST_ROWS],
        identity=_identity(owner)
        or {
            "department": reader.query.raw("department"),
            "key": "",
            "expert_code": "",
            "zh": "",
            "en": "",
            "aliases": "",
        },
        departments=departments,
        choices=lambda known: [(each.id, reader.words.name(each.name)) for each in known],
        fingerprint=form.raw("fingerprint") if form else fingerprint,
        weekdays=WEEKDAYS,
    )


def _day_words(reader: Reader) -> Any:
    t = reader.words
    return lambda days: t("roster.and").join(t(f"roster.weekday.{day}") for day in sorted(days))


def _terms(reader: Reader) -> Any:
    """A row's terms in a few words."""
    t = reader.words

    def terms(row: Row) -> str:
        size = (
            t("roster.each_minutes", minutes=int(row.amount))
            if row.mode == "time"
            else t("roster.numbers", count=int(row.amount))
        )
        return t("roster.and").join(
            (f"{row.begins}–{row.ends}", size, t(f"roster.kind.{row.kind}"), t("roster.fee_of", fee=row.fee))
        )

    return terms
