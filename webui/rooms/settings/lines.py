"""The telephone lines: which devices are used, how, and how each line is now."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.control.channel import Refused
from firmware.staff.rights import Right
from webui import clinic_forms, line_forms
from webui.reader import Reader
from webui.rooms.settings import saving
from webui.routes import Routes

ADDRESS = "/settings/lines"
LINES = "lines"


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.SETTINGS)
    routes.post(ADDRESS, save, Right.SETTINGS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def save(reader: Reader) -> HTTPResponse:
    """Put the lines in place; the phone service begins afresh with them when the calls under way have ended."""
    form, office = reader.form, reader.office
    found = reader.office.phone.devices()
    if found is None:
        return reader.refused("refused.phone_service_away", ADDRESS)
    before = office.documents.load(LINES)
    document = line_forms.read_lines(form, line_forms.rows(found, before), before)
    try:
        if form.is_good:
            office.phone.ask("check_lines", document=document)
        with reader.changing("lines set") as change:
            clinic_forms.check_unchanged(form, office.documents.load(LINES))
            if not form.is_good:
                raise saving.NotSaved
            office.documents.save(LINES, document)
            change.detail = ", ".join(line["name"] for line in document[LINES])
    except saving.NotSaved:
        return _page(reader, 422)
    except Refused:
        return _page(reader, 422, told=reader.words("line_form.refused"))
    if document != before:
        office.phone.tell("restart")
    return reader.done("settings.lines_saved", ADDRESS)


def _page(reader: Reader, status: int = 200, told: str = "") -> HTTPResponse:
    document, found = reader.office.documents.load(LINES), reader.office.phone.devices()
    now = reader.office.phone.status() or {}
    return reader.page(
        "settings/lines.html",
        status,
        form=reader.form if status != 200 else None,
        rows=line_forms.rows(found or [], document),
        lines=[line for line in now.get("lines", []) if not line.get("is_test")],
        is_away=found is None,
        seen=clinic_forms.fingerprint(document),
        told=told,
    )
