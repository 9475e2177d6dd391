"""Who the clinic is: names, what stands before its texts, address, time zone."""

from __future__ import annotations

from zoneinfo import available_timezones

from bottle import HTTPResponse

from firmware.clinic import set_up
from firmware.staff.rights import Right
from webui import clinic_forms
from webui.reader import Reader
from webui.rooms.settings import saving
from webui.rooms.settings.saving import NotSaved
from webui.routes import Routes

ADDRESS = "/settings/clinic"


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.SETTINGS)
    routes.post(ADDRESS, save, Right.SETTINGS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def save(reader: Reader) -> HTTPResponse:
    """Put the clinic's names, address and zone in place; the exchange takes them up by itself."""

    def do() -> None:
        saving.save(reader, "clinic set", lambda _, before: clinic_forms.read_clinic(reader.form, before))

    return saving.answer(reader, do, lambda refusal: _page(reader, refusal), ADDRESS)


def _page(reader: Reader, refusal: NotSaved | None = None) -> HTTPResponse:
    document = reader.office.documents.load(set_up.CLINIC) or {}
    return saving.page(
        reader,
        "settings/clinic.html",
        set_up.CLINIC,
        refusal,
        values=clinic_forms.clinic_fields(document),
        zones=sorted(available_timezones()),
    )
