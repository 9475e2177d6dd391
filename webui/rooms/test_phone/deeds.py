"""What this test did to visits, and taking it back."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from firmware.clinic import call_search, people, trials
from firmware.clinic.call_search import Wanted
from firmware.storage.ledger import Transaction
from webui.reader import Reader
from webui.test_call import TestCall
from webui.test_phone import Test

TEST_LINE = "test"


def show(reader: Reader) -> HTTPResponse:
    """The list of them."""
    with reader.office.ledger.reading() as tx:
        found = listed(reader, tx, reader.office.test_phone.test_of(reader.signed_in))
    return reader.page("test_phone/deeds.html", deeds=found)


def take_back(reader: Reader) -> HTTPResponse:
    """Make visits as they were before this test; nobody is texted."""
    test = reader.office.test_phone.test_of(reader.signed_in)
    if test is None:
        return reader.refused("test_phone.nothing_done", "/test-phone")
    with reader.changing("test taken back") as change:
        of = _causes(change.tx, test)
        taken = trials.take_back(change.tx, reader.profile, reader.now, of, cause=f"desk/{reader.login}/")
        change.detail = f"{taken.done} visits, {taken.lost} not"
    if taken.lost:
        return reader.refused("test_phone.partly_taken_back", "/test-phone", count=taken.done, lost=taken.lost)
    return reader.done("test_phone.done.taken_back", "/test-phone", count=taken.done)


def listed(reader: Reader, tx: Transaction, test: Test | None) -> list[dict[str, Any]]:
    """Each deed with the name of whom it is about."""
    found = trials.deeds(tx, _causes(tx, test)) if test else []
    return [{"deed": each, "name": people.patient(tx, each.visit.patient_id).name} for each in found]


def journal_id(tx: Transaction, call: TestCall) -> str | None:
    """What the journal calls it, once the box has noticed it."""
    if call.journal_id is None:
        newest = call_search.find(tx, Wanted(line=TEST_LINE, begins=call.began_at), 1)
        call.journal_id = newest[0].id if newest else None
    return call.journal_id


def _causes(tx: Transaction, test: Test) -> list[str]:
    calls = [found for each in test.calls if (found := journal_id(tx, each))]
    texted = {text.number for text in test.texts}
    return trials.causes(tx, calls, texted, test.began_at)
