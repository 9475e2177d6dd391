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
from webui.rooms.settings.saving import NotSaved
from webui.routes import Routes

ADDRESS = "/settings/hours"


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.SETTINGS)
    routes.post(ADDRESS, save, Right.SETTINGS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def save(reader: Reader) -> HTTPResponse:
    """Put the opening hours in place; callers are told by them from now on."""

    def do() -> None:
        saving.save(reader, "hours set", lambda _, before: {**before, "hours": clinic_forms.read_hours(reader.form)})

    return saving.answer(reader, do, lambda refusal: _page(reader, refusal), ADDRESS)


def _page(reader: Reader, refusal: NotSaved | None = None) -> HTTPResponse:
    document = reader.office.documents.load(set_up.CLINIC) or {}
    return saving.page(
        reader,
        "settings/hours.html",
        set_up.CLINIC,
        refusal,
        shown=Form(clinic_forms.hours_fields(document)),
        weekdays=WEEKDAYS,
        spans=range(1, clinic_forms.SPANS + 1),
    )
