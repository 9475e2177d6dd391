"""When people are at the desk."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.clinic import set_up
from firmware.clinic.profile import WEEKDAYS
from firmware.staff.rights import Right
from webui import clinic_forms
from webui.forms import Form
from webui.reader import Reader
from webui.rooms.settings import saving
from webui.routes import Routes

ADDRESS = "/settings/hours"


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.SETTINGS)
    routes.post(ADDRESS, save, Right.SETTINGS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def save(reader: Reader) -> HTTPResponse:
    """Put the opening hours in place; callers are told by them from now on."""
    try:
        saving.save(reader, "hours set", lambda _, before: {**before, "hours": clinic_forms.read_hours(reader.form)})
    except saving.NotSaved as refusal:
        return _page(reader, 422, refusal.told)
    return reader.done("settings.saved", ADDRESS)


def _page(reader: Reader, status: int = 200, told: str = "") -> HTTPResponse:
    document = reader.office.documents.load(set_up.CLINIC) or {}
    return reader.page(
        "settings/hours.html",
        status,
        form=reader.form if status != 200 else None,
        shown=Form(clinic_forms.hours_fields(document)),
        seen=clinic_forms.fingerprint(document),
        weekdays=WEEKDAYS,
        spans=range(1, clinic_forms.SPANS + 1),
        told=told,
    )
