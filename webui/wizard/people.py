"""Departments and doctors with their weekly half-days, in the simplest form; the roster's pages know more."""

from __future__ import annotations

import re

from bottle import HTTPResponse

from firmware.clinic import schedule, set_up
from firmware.clinic.errors import ProfileError
from firmware.clinic.roster_document import read_roster
from webui.forms import Form
from webui.reader import Change, Reader
from webui.wizard import frame, progress
from webui.wizard.people_form import DEPARTMENT, DOCTOR, KINDS, MOST, People, first_rows, read_people, typed

_ADD = re.compile(rf"add-({DEPARTMENT}|{DOCTOR})")
_REMOVE = re.compile(rf"remove-({DEPARTMENT}|{DOCTOR})-([0-9]{{1,3}})")


def show(reader: Reader) -> HTTPResponse:
    """The rows as they were sent last; a roster that came another way is not squeezed into them."""
    sent = progress.typed_people(reader.office)
    if sent is not None:
        return _page(reader, Form(sent))
    with reader.office.ledger.reading() as tx:
        departments, doctors = schedule.all_departments(tx), schedule.all_doctors(tx)
    if departments:
        return frame.page(reader, progress.PEOPLE, has_roster=True, departments=departments, doctors=doctors)
    return _page(reader, Form(first_rows().fields()))


def save(reader: Reader) -> HTTPResponse:
    """A row more or less is only shown; otherwise the roster is put in place."""
    do = reader.form.raw("do")
    if do == "keep":
        progress.advance(reader.office, progress.PEOPLE)
        return frame.next_step(reader, progress.PEOPLE)
    people = typed(reader.form)
    if (added := _ADD.fullmatch(do)) is not None:
        people.add(added[1])
        return _page(reader, Form(people.fields()), added[1])
    if (removed := _REMOVE.fullmatch(do)) is not None:
        people.remove(removed[1], int(removed[2]))
        return _page(reader, Form(people.fields()))
    return _put_in_place(reader, people)


def _put_in_place(reader: Reader, people: People) -> HTTPResponse:
    people.drop_blank()
    fields = people.fields()
    form = Form(fields)
    try:
        with reader.changing("roster set") as change:
            _put(reader, change, form)
            progress.advance(reader.office, progress.PEOPLE, fields)
    except frame.NotGood:
        return _page(reader, form)
    return frame.next_step(reader, progress.PEOPLE)


def _put(reader: Reader, change: Change, form: Form) -> None:
    plain = read_people(form)
    if not form.is_good:
        raise frame.NotGood
    try:
        outcome = set_up.put_roster(change.tx, reader.profile, reader.today, read_roster(plain))
    except ProfileError as error:
        form.refuse("roster", "wizard.too_long_for_a_text")
        raise frame.NotGood from error
    except set_up.LosesVisits as error:
        form.refuse("roster", "wizard.loses_visits")
        raise frame.NotGood from error
    change.detail = f"{len(outcome.changes)} changes"


def _page(reader: Reader, form: Form, added: str = "") -> HTTPResponse:
    return frame.page(
        reader,
        progress.PEOPLE,
        200 if form.is_good else 422,
        has_roster=False,
        form=form,
        counts=typed(form).counts,
        most=MOST,
        kinds=KINDS,
        added=added,
    )
