"""Who the clinic is: names, what stands before its texts, address, time zone."""

from __future__ import annotations

from zoneinfo import available_timezones

from bottle import HTTPResponse

from firmware.clinic import set_up
from firmware.staff.rights import Right
from webui import clinic_forms
from webui.reader import Reader
from webui.rooms.settings import saving
from webui.routes import Routes

ADDRESS = "/settings/clinic"


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.SETTINGS)
    routes.post(ADDRESS, save, Right.SETTINGS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def save(reader: Reader) -> HTTPResponse:
    """Put the clinic's names, address and zone in place; the exchange takes them up by itself."""
    try:
        saving.save(reader, "clinic set", lambda _, before: clinic_forms.read_clinic(reader.form, before))
    except saving.NotSaved as refusal:
        return _page(reader, 422, refusal.told)
    return reader.done("settings.saved", ADDRESS)


def _page(reader: Reader, status: int = 200, told: str = "") -> HTTPResponse:
    document = reader.office.documents.load(set_up.CLINIC) or {}
    return reader.page(
        "settings/clinic.html",
        status,
        form=reader.form if status != 200 else None,
        values=clinic_forms.clinic_fields(document),
        seen=clinic_forms.fingerprint(document),
        zones=sorted(available_timezones()),
        told=told,
    )
