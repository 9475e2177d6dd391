"""One box that finds anybody: by name, sound of the name, number, code or card. Results come while one types."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.clinic import people, search
from webui.reader import Reader
from webui.rooms.bookings import saying


def page(reader: Reader) -> HTTPResponse:
    """The people and visits that are meant; with `slot` they are chosen for that time."""
    words = reader.query.text("q", search.LONGEST_WORDS, needed=False)
    with reader.office.ledger.reading() as tx:
        found = search.find(tx, reader.profile, reader.now, words) if words else []
        visits = search.visits_by_code(tx, words) if words else []
        owners = {visit.id: people.patient(tx, visit.patient_id) for visit in visits}
    return reader.page(
        "bookings/found.html" if reader.is_part else "bookings/find.html",
        words=words, found=found, visits=visits, owners=owners, slot_id=reader.query.raw("slot"), say=saying,
        most=search.MOST_FOUND,
    )  # fmt: skip
