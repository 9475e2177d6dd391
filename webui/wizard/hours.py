"""When people are at the desk."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.clinic import set_up
from firmware.clinic.profile import WEEKDAYS
from webui import clinic_forms
from webui.forms import Form
from webui.reader import Change, Reader
from webui.wizard import frame, progress

USUAL = {"mon": ["08:00-12:00", "14:00-17:30"]}
WORKING_DAYS = WEEKDAYS[:5]
COPY = "copy"


def show(reader: Reader) -> HTTPResponse:
    return _page(reader, _stored(reader))


def save(reader: Reader) -> HTTPResponse:
    """Put the hours in place; or only show Monday's on the other working days."""
    if reader.form.raw("do") == COPY:
        return _page(reader, _copied(reader.form))
    try:
        with reader.changing("set-up clinic") as change:
            _save(reader, change)
            progress.advance(reader.office, progress.HOURS)
    except frame.NotGood:
        is_stale = clinic_forms.SEEN in reader.form.errors
        return _page(reader, _stored(reader) if is_stale else reader.form, is_stale)
    return frame.next_step(reader, progress.HOURS)


def _save(reader: Reader, change: Change) -> None:
    form, documents = reader.form, reader.office.documents
    there = documents.load(set_up.CLINIC) or {}
    clinic_forms.check_unchanged(form, there)
    hours = clinic_forms.read_hours(form)
    if not form.is_good:
        raise frame.NotGood
    set_up.save_clinic(change.tx, documents, {**there, "hours": hours})


def _stored(reader: Reader) -> Form:
    document = reader.office.documents.load(set_up.CLINIC) or {}
    usual = {"hours": dict.fromkeys(WORKING_DAYS, USUAL["mon"])}
    return Form(clinic_forms.hours_fields(document if "hours" in document else usual))


def _copied(form: Form) -> Form:
    ends = [f"{number}-{end}" for number in range(1, clinic_forms.SPANS + 1) for end in ("from", "to")]
    fields = {f"{day}-{each}": form.raw(f"{day}-{each}") for day in WEEKDAYS for each in ends}
    return Form({**fields, **{f"{day}-{each}": form.raw(f"mon-{each}") for day in WORKING_DAYS for each in ends}})


def _page(reader: Reader, form: Form, is_stale: bool = False) -> HTTPResponse:
    return frame.page(
        reader,
        progress.HOURS,
        422 if is_stale or not form.is_good else 200,
        form=form,
        seen=clinic_forms.fingerprint(reader.office.documents.load(set_up.CLINIC) or {}),
        is_stale=is_stale,
        days=WEEKDAYS,
        halves=range(1, clinic_forms.SPANS + 1),
    )
