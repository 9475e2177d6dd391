"""Forms for who the clinic is and when it is open: from the set-up document to fields, and back.

A form changes only what it shows; whatever else the document says stays. `seen` is the fingerprint of the document
that was shown, so that nobody undoes unawares what somebody else has changed meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from firmware.clinic.profile import WEEKDAYS
from webui.forms import Form

NAME_CHARACTERS = 40
ADDRESS_CHARACTERS = 120
SPANS = 2  # of a day: before and after noon
NOON = "12:00"
SEEN = "seen"

Document = Mapping[str, Any]


def fingerprint(document: Document | None) -> str:
    """Differs when the document does; one that is not there is empty."""
    return hashlib.sha256(json.dumps(document or {}, sort_keys=True).encode()).hexdigest()[:16]


def check_unchanged(form: Form, document: Document | None) -> None:
    """Refuse the form when the document is not the one that it showed."""
    if form.raw(SEEN) != fingerprint(document):
        form.refuse(SEEN, "form.changed_meanwhile")


def clinic_fields(document: Document | None) -> dict[str, str]:
    """What the fields of the form show."""
    document = document or {}
    fields = {
        f"{what}_{language}": str((document.get(what) or {}).get(language, ""))
        for what in ("name", "address", "sign")
        for language in ("zh", "en")
    }
    return {**fields, "zone": str(document.get("zone", ""))}


def read_clinic(form: Form, document: Document | None) -> dict[str, Any]:
    """The document with what the form says; look at `form.errors` before you use it."""
    name = _name(form, "name", NAME_CHARACTERS)
    if not name:
        form.refuse("name_zh", "form.needed")
    zone = form.raw("zone").strip()
    if zone not in available_timezones():
        form.refuse("zone", "clinic_form.zone")
    changed = {**(document or {}), "name": name, "zone": zone}
    for what, most in (("address", ADDRESS_CHARACTERS), ("sign", NAME_CHARACTERS)):
        changed.pop(what, None)
        if text := _name(form, what, most):
            changed[what] = text
    return changed


def hours_fields(document: Document | None) -> dict[str, str]:
    """The opening hours as fields: mon-1-from, mon-1-to, mon-2-from ..."""
    hours = (document or {}).get("hours") or {}
    fields = {}
    for day in WEEKDAYS:
        for number, span in enumerate(hours.get(day, ())[:SPANS], 1):
            begins, _, ends = span.partition("-")
            half = SPANS if begins.strip() >= NOON and len(hours[day]) == 1 else number
            fields[f"{day}-{half}-from"], fields[f"{day}-{half}-to"] = begins.strip(), ends.strip()
    return fields


def read_hours(form: Form) -> dict[str, list[str]]:
    """The opening hours of the form, for the document; a day without any is closed."""
    hours = {day: _day_hours(form, day) for day in WEEKDAYS}
    return {day: spans for day, spans in hours.items() if spans}


def read_span(form: Form, name: str) -> str | None:
    """The time of day from one field to another, such as "08:00-12:00"; None when both are empty."""
    first, last = f"{name}-from", f"{name}-to"
    if not form.raw(first).strip() and not form.raw(last).strip():
        return None
    begins, ends = form.time(first), form.time(last)
    if first not in form.errors and last not in form.errors and begins >= ends:
        form.refuse(last, "clinic_form.ends_before")
    return f"{begins:%H:%M}-{ends:%H:%M}"


def _day_hours(form: Form, day: str) -> list[str]:
    spans = [span for number in range(1, SPANS + 1) if (span := read_span(form, f"{day}-{number}"))]
    if len(spans) > 1 and spans[0].partition("-")[2] > spans[1]:
        form.refuse(f"{day}-2-from", "clinic_form.overlap")
    return spans


def _name(form: Form, what: str, most: int) -> dict[str, str]:
    """The text in the languages it was given in."""
    texts = {language: form.text(f"{what}_{language}", most, needed=False) for language in ("zh", "en")}
    return {language: text for language, text in texts.items() if text}
