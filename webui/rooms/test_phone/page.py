"""The page, and the parts of it that change by themselves."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from firmware.clinic import call_journal, patient_file, people, search
from firmware.ivr.state import address_of
from firmware.staff.rights import Right
from firmware.storage import calls
from firmware.storage.ledger import Transaction
from webui.reader import Reader, address
from webui.rooms import calls_path, calls_words
from webui.rooms.test_phone import deeds
from webui.rooms.test_phone.texting import LONGEST
from webui.test_phone import Test
from webui.wizard import progress

MADE_UP = "19900000000"  # no operator has given it to anybody
MOST_FOUND = 6


def show(reader: Reader) -> HTTPResponse:
    """The phone, or who has it."""
    phone, person = reader.office.test_phone, reader.signed_in
    is_wizard = reader.query.flag("wizard") and progress.is_waiting(reader.office) and reader.may(Right.SETTINGS)
    if name := phone.held_by_another(person):
        return reader.page("test_phone/taken.html", who=name, is_wizard=is_wizard)
    test = phone.test_of(person)
    with reader.office.ledger.reading() as tx:
        context = _transcript(reader, tx, test)
        found = deeds.listed(reader, tx, test)
        has_patients = patient_file.count(tx) > 0
    return reader.page(
        "test_phone/page.html",
        test=test,
        call=test.call if test and test.is_calling else None,
        texts=phone.texts(test) if test else [],
        problem="",
        deeds=found,
        made_up=MADE_UP,
        longest_text=LONGEST,
        is_wizard=is_wizard,
        has_patients=has_patients,
        **context,
    )


def show_holder(reader: Reader) -> HTTPResponse:
    """Whether somebody else still has it; when not, the page is made anew."""
    answer = HTTPResponse("", 204)
    if not reader.office.test_phone.held_by_another(reader.signed_in):
        answer.set_header("HX-Refresh", "true")
    return answer


def find_callers(reader: Reader) -> HTTPResponse:
    """Patients whose telephone the call can come from."""
    words = reader.query.text("q", search.LONGEST_WORDS, needed=False)
    with reader.office.ledger.reading() as tx:
        found = search.people_like(tx, words, MOST_FOUND) if words else []
        reached = [(person, number) for person in found for number in people.numbers(tx, person.id)[:2]]
    return reader.page("test_phone/callers.html", words=words, reached=reached)


def show_transcript(reader: Reader) -> HTTPResponse:
    """What the newest call went through."""
    with reader.office.ledger.reading() as tx:
        context = _transcript(reader, tx, reader.office.test_phone.test_of(reader.signed_in))
    return reader.page("test_phone/transcript.html", **context)


def _transcript(reader: Reader, tx: Transaction, test: Test | None) -> dict[str, Any]:
    call = test.call if test else None
    found = deeds.journal_id(tx, call) if call else None
    if call is None or found is None:
        return {
            "stops": [],
            "journal": None,
            "is_over": call is not None and call.is_over,
            "end": "",
            "url": lambda _: "",
        }
    journal = call_journal.call(tx, found)
    flows = reader.office.places.flows(journal.flow, journal.flow_version)
    template, version = (flows.template, flows.version) if flows else ("", 0)

    def url(node: str) -> str:
        """The node in the picture of the flows."""
        here = address("/flows/version", template=template, version=str(version))
        return f"{here}#node-{address_of(node)}"

    return {
        "stops": calls_path.stops(calls.events(tx, found), flows, reader.words),
        "journal": journal,
        "is_over": journal.is_over or call.is_over,  # the box needs a moment to notice that somebody has hung up
        "end": calls_words.end(journal, reader.words),
        "url": url,
    }
