"""The clinic's name, address and zone; or the sample clinic instead of one's own."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, available_timezones

from bottle import HTTPResponse

from firmware.clinic import set_up
from firmware.clinic.errors import ProfileError
from webui import clinic_forms
from webui.forms import Form
from webui.reader import Change, Reader
from webui.wizard import frame, progress

USUAL_ZONE = "Asia/Shanghai"


def show(reader: Reader) -> HTTPResponse:
    return _page(reader, _stored(reader))


def save(reader: Reader) -> HTTPResponse:
    """Put the clinic in place, unless somebody else has just done it differently."""
    try:
        with reader.changing("set-up clinic") as change:
            _save(reader, change)
            progress.advance(reader.office, progress.CLINIC)
    except frame.NotGood:
        is_stale = clinic_forms.SEEN in reader.form.errors
        return _page(reader, _stored(reader) if is_stale else reader.form, is_stale)
    return frame.next_step(reader, progress.CLINIC)


def load_sample(reader: Reader) -> HTTPResponse:
    """The sample clinic with its people and hours; its lines are the box's own."""
    with reader.changing("load-sample") as change:
        set_up.load_sample(change.tx, reader.office.documents, change.now)
        progress.advance(reader.office, progress.HOURS)
    return reader.done("wizard.sample_loaded", frame.START)


def zone_time(reader: Reader) -> HTTPResponse:
    """What time it is there, told while one chooses."""
    name = reader.query.raw("zone")
    zone: tzinfo | None = ZoneInfo(name) if name in available_timezones() else None
    return reader.page("wizard/zone_time.html", wall=reader.now.astimezone(zone) if zone else None)


def _save(reader: Reader, change: Change) -> None:
    form, documents = reader.form, reader.office.documents
    there = documents.load(set_up.CLINIC)
    clinic_forms.check_unchanged(form, there)
    wished = clinic_forms.read_clinic(form, there)
    if not form.is_good:
        raise frame.NotGood
    try:
        set_up.save_clinic(change.tx, documents, wished)
    except ProfileError as error:
        form.refuse("sign_zh", "wizard.too_long_for_a_text")
        raise frame.NotGood from error


def _stored(reader: Reader) -> Form:
    fields = clinic_forms.clinic_fields(reader.office.documents.load(set_up.CLINIC))
    return Form({**fields, "zone": fields["zone"] or USUAL_ZONE})


def _page(reader: Reader, form: Form, is_stale: bool = False) -> HTTPResponse:
    document = reader.office.documents.load(set_up.CLINIC)
    with reader.office.ledger.reading() as tx:
        may_load_sample = document is None and set_up.is_empty(tx)
    return frame.page(
        reader,
        progress.CLINIC,
        422 if is_stale or not form.is_good else 200,
        form=form,
        is_new=document is None,
        seen=clinic_forms.fingerprint(document),
        is_stale=is_stale,
        zones=sorted(available_timezones()),
        may_load_sample=may_load_sample,
    )
