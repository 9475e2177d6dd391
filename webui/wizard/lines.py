"""The telephone lines: what is plugged in is found and proposed, and the phone service takes them up at once."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from firmware.control.channel import Refused
from webui import clinic_forms, line_forms
from webui.forms import Form
from webui.reader import Reader
from webui.wizard import frame, progress

LINES = "lines"


def show(reader: Reader) -> HTTPResponse:
    return _page(reader, None)


def save(reader: Reader) -> HTTPResponse:
    """Save the lines and have the phone service begin afresh with them; or leave them for later."""
    if reader.form.raw("do") == "skip":
        progress.advance(reader.office, progress.LINES)
        return frame.next_step(reader, progress.LINES)
    form, office = reader.form, reader.office
    found = reader.office.phone.devices()
    if found is None:
        return _page(reader, None)
    try:
        with reader.changing("set-up lines") as change:
            before = office.documents.load(LINES)
            clinic_forms.check_unchanged(form, before)
            document = line_forms.read_lines(form, line_forms.rows(found, before), before)
            _check(reader, document)
            office.documents.save(LINES, document)
            progress.advance(office, progress.LINES)
            change.detail = f"{len(document[LINES])} lines"
    except frame.NotGood:
        return _page(reader, form)
    if document != before:
        office.phone.tell("restart")
    return frame.next_step(reader, progress.LINES)


def _check(reader: Reader, document: dict[str, Any]) -> None:
    """What the form can't know, the phone service does; it must answer, or nothing is saved."""
    form = reader.form
    if form.is_good:
        try:
            reader.office.phone.ask("check_lines", document=document)
        except Refused:
            form.refuse("lines", "line_form.refused")
    if not form.is_good:
        raise frame.NotGood


def _page(reader: Reader, form: Form | None) -> HTTPResponse:
    document, found = reader.office.documents.load(LINES), reader.office.phone.devices()
    is_good = form is None or form.is_good
    return frame.page(
        reader,
        progress.LINES,
        200 if is_good else 422,
        form=form,
        rows=line_forms.rows(found or [], document),
        is_away=found is None,
        seen=clinic_forms.fingerprint(document),
        kinds=line_forms.KINDS,
        countries=line_forms.COUNTRIES,
        caller_ids=line_forms.CALLER_IDS,
    )
