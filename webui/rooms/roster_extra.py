"""An extra half-day on one date."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.clinic import closing, schedule
from firmware.clinic.day_plans import Done
from firmware.clinic.roster import Department, Doctor
from firmware.clinic.roster_document import RosterError
from firmware.staff.rights import Right
from firmware.storage.ledger import Transaction
from webui.flashes import Undo
from webui.forms import Form
from webui.reader import Reader, address
from webui.rooms import roster_days
from webui.rooms.roster_form import Row, read_half_day
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.get("/roster/extra", ask, Right.ROSTER)
    routes.post("/roster/extra", add, Right.ROSTER)


def ask(reader: Reader) -> HTTPResponse:
    """An empty form."""
    return _page(reader, None)


def add(reader: Reader) -> HTTPResponse:
    """Callers can book it at once."""
    form = reader.form
    day = form.near_day("day", reader.today, reader.today)
    if day < reader.today:
        form.refuse("day", "roster.error.past")
    with reader.office.ledger.reading() as tx:
        owner = _owners(tx).get(form.raw("owner"))
    if owner is None:
        form.refuse("owner", "form.choose")
    half = read_half_day(form, is_doctor=isinstance(owner, Doctor))
    if owner is None or not form.is_good:
        return _page(reader, form)
    try:
        with reader.changing("roster extra") as change:
            session_id = closing.add_extra(
                change.tx, day, owner, kind=half.kind, begins=half.begins, ends=half.ends,
                slot_minutes=half.slot_minutes, capacity=half.capacity, fee_cents=half.fee_cents,
            )  # fmt: skip
            change.detail = f"{form.raw('owner')[:20]}, {day}, session {session_id}"
    except RosterError:
        form.refuse("begins", "roster.error.overlap")
        return _page(reader, form)
    undo = Undo("/roster/days/undo", roster_days.to_fields(Done(added=((session_id, day),))))
    return reader.done("roster.done.extra", address("/roster", day=day), undo, who=owner.name)


def _page(reader: Reader, form: Form | None) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        owners = _owners(tx)
    t = reader.words
    choices = [
        (key, t("roster.general_of", department=each.name) if isinstance(each, Department) else t.name(each.name))
        for key, each in owners.items()
    ]
    return reader.page("roster/extra.html", status=422 if form else 200, form=form, owners=choices, row=Row())


def _owners(tx: Transaction) -> dict[str, Doctor | Department]:
    """Who can have half-days, by the key that stands in the form."""
    departments = schedule.all_departments(tx)
    homes = {each.id for each in departments}
    people = {f"doctor-{each.id}": each for each in schedule.all_doctors(tx) if each.department_id in homes}
    return {**people, **{f"department-{each.id}": each for each in departments}}
